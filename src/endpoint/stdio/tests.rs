#![allow(clippy::unwrap_used)]

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_test::io::Builder;
use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready};

use super::*;

#[tokio::test]
async fn input_is_not_waited_for_once_nobody_reads_the_output() {
    let (input, _never_written) = tokio::io::duplex(16);
    let output = Builder::new().write_error(io::ErrorKind::BrokenPipe.into()).build();
    let mut conn = StdioConn::of(input, output);
    let mut bytes = [0; 8];
    let mut into = ReadBuf::new(&mut bytes);
    let mut reading = spawn(());
    assert_pending!(reading.enter(|cx, _| Pin::new(&mut conn).poll_read(cx, &mut into)));
    assert!(conn.write_all(b"x").await.is_err());
    assert!(reading.is_woken(), "nobody told who waits for input");
    let read = reading.enter(|cx, _| Pin::new(&mut conn).poll_read(cx, &mut into));
    assert_eq!(assert_ready!(read).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
}

#[tokio::test]
async fn input_goes_on_after_another_failure_of_the_output() {
    let input = Builder::new().read(b"more").build();
    let output = Builder::new().write_error(io::ErrorKind::StorageFull.into()).build();
    let mut conn = StdioConn::of(input, output);
    assert!(conn.write_all(b"x").await.is_err());
    let mut bytes = [0; 4];
    conn.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"more");
}
