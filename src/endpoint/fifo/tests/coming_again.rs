//! The other side leaves, and another one comes before that was noticed.

use super::*;

/// Reads as one task does, and counts how often it was polled.
async fn read_counting(conn: &mut FifoConn, polls: &mut u32) -> io::Result<Vec<u8>> {
    let mut bytes = [0; 64];
    let mut into = ReadBuf::new(&mut bytes);
    poll_fn(|cx| {
        *polls += 1;
        Pin::new(&mut *conn).poll_read(cx, &mut into)
    })
    .await?;
    Ok(into.filled().to_vec())
}

async fn runtime_sees_that_writers_left(conn: &FifoConn) {
    let Side::Read(reader) = &conn.side else { panic!("it does not read") };
    let seen = async {
        while !reader.pipe.readable().await.unwrap().ready().is_read_closed() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, seen).await.unwrap();
}

/// A writer leaves while the reading is behind, and another one comes before
/// all was read and is silent.
async fn writers_overlap(conn: &mut FifoConn, path: &Path, first: File) {
    let mut rest = [0; 4];
    conn.read_exact(&mut rest[..2]).await.unwrap();
    drop(first);
    runtime_sees_that_writers_left(conn).await;
    let mut second = writer(path);
    conn.read_exact(&mut rest[2..]).await.unwrap();
    assert_eq!(&rest, b"abcd");

    let mut polls = 0;
    let silent = timeout(Duration::from_millis(300), read_counting(conn, &mut polls)).await;
    assert!(silent.is_err(), "nobody has written: {silent:?}");
    assert!(polls < 10, "{polls} polls while nobody wrote");

    second.write_all(b"ef").unwrap();
    assert_eq!(timeout(LONG, read_counting(conn, &mut polls)).await.unwrap().unwrap(), b"ef");
    drop(second);
    assert_eq!(timeout(LONG, read_counting(conn, &mut polls)).await.unwrap().unwrap(), b"");
}

#[tokio::test]
async fn a_second_writer_that_is_silent_costs_a_listening_fifo_no_time() {
    let (_folder, path) = site();
    let mut listener = listen(&path, Access::Inbound);
    let mut first = writer(&path);
    first.write_all(b"abcd").unwrap();
    let mut conn = timeout(LONG, listener.accept()).await.unwrap().unwrap();
    writers_overlap(&mut conn, &path, first).await;
}

#[tokio::test]
async fn a_second_writer_that_is_silent_costs_a_dialled_fifo_no_time() {
    let (_folder, path) = site();
    make(&path);
    let access = Access::Inbound;
    let config = FifoDial { path: path.clone(), access, framing: Framing::U32Be };
    let mut conn = dial(&config).await.unwrap();
    let mut first = writer(&path);
    first.write_all(b"abcd").unwrap();
    writers_overlap(&mut conn, &path, first).await;
}

#[tokio::test]
async fn a_second_reader_that_is_slow_costs_no_time() {
    let (_folder, path) = site();
    make(&path);
    let first = reader(&path);
    let config = FifoDial { path: path.clone(), access: Access::Outbound, framing: Framing::U32Be };
    let mut conn = dial(&config).await.unwrap();
    drop(first);
    let Side::Write(writer) = &conn.side else { panic!("it does not write") };
    let seen = async {
        while !writer.pipe.writable().await.unwrap().ready().is_write_closed() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, seen).await.unwrap();
    let mut second = reader(&path);
    let (mut polls, mut written) = (0, 0);
    let full = poll_fn(|cx| {
        polls += 1;
        while let Poll::Ready(more) = Pin::new(&mut conn).poll_write(cx, &[7; 4096]) {
            written += more.unwrap();
        }
        Poll::<()>::Pending
    });
    assert!(timeout(Duration::from_millis(300), full).await.is_err());
    assert!(polls < 10, "{polls} polls while nobody read");
    let mut all = vec![0; written];
    second.read_exact(&mut all).unwrap();
    drop(second);
    let broken = poll_fn(|cx| Pin::new(&mut conn).poll_write(cx, b"x"));
    let broken = timeout(LONG, broken).await.unwrap().unwrap_err();
    assert_eq!(broken.kind(), io::ErrorKind::BrokenPipe);
}
