//! Pipes that are dropped with calls in flight: nothing leaks, and the handle
//! is closed only after the system has let go of it.

use std::sync::Weak;

use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetProcessHandleCount};

use super::*;

fn open_handles() -> u32 {
    let mut count = 0;
    // SAFETY: the pointer is to a live local; the pseudo-handle is always good.
    let ok = unsafe { GetProcessHandleCount(GetCurrentProcess(), &raw mut count) };
    assert_ne!(ok, 0);
    count
}

/// Begins a read and a write that cannot complete.
async fn begin_both(pipe: &mut Pipe) {
    let much = vec![7; 200_000];
    poll_fn(|cx| {
        assert!(pipe.poll_read(cx, MIB).is_pending());
        assert!(pipe.poll_write(cx, &much).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_dropped_in_flight_leave_no_handle() {
    let mut handles: Vec<Weak<PipeHandle>> = Vec::new();
    drop(pair(true).await);
    let before = open_handles();
    for at in 0..1000 {
        let (mut server, mut client) = pair(at % 2 == 0).await;
        handles.extend([Arc::downgrade(&server.handle), Arc::downgrade(&client.handle)]);
        match at % 4 {
            0 | 1 => begin_both(&mut server).await,
            2 => begin_both(&mut client).await,
            // Both, so that the end of one races with the other's calls.
            _ => {
                begin_both(&mut server).await;
                let _ = poll_fn(|cx| Poll::Ready(client.poll_write(cx, b"x").map(drop))).await;
            }
        }
    }
    eventually("all closed", || handles.iter().all(|handle| handle.strong_count() == 0)).await;
    // Other tests of this process have handles too, but not hundreds.
    let after = open_handles();
    assert!(after < before + 300, "{before} handles before, {after} after");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_dropped_while_they_wait_leave_no_handle() {
    let name = new_name();
    let mut handles: Vec<Weak<PipeHandle>> = Vec::new();
    for _ in 0..200 {
        let mut instance = create(&options(&name, true), Tickets::default()).unwrap();
        handles.push(Arc::downgrade(instance.handle()));
        let polled = poll_fn(|cx| Poll::Ready(instance.poll_connect(cx))).await;
        assert!(polled.is_pending());
    }
    eventually("all closed", || handles.iter().all(|handle| handle.strong_count() == 0)).await;
    let error = open(&name, Access::Both, Impersonation::Identification).unwrap_err();
    assert_eq!(code(&error), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drop_calls_off_nothing_of_others() {
    let name = new_name();
    let mut first = create(&options(&name, true), Tickets::default()).unwrap();
    let mut client = dial(&name, true);
    poll_fn(|cx| first.poll_connect(cx)).await.unwrap();
    let mut first = first.into_pipe();
    assert!(poll_fn(|cx| Poll::Ready(first.poll_read(cx, MIB).is_pending())).await);
    for _ in 0..20 {
        let (mut server, _client) = pair_of(&options(&name, true), Tickets::default()).await;
        begin_both(&mut server).await;
    }
    write(&mut client, b"untouched").await.unwrap();
    assert_eq!(read(&mut first, MIB).await.unwrap().0, b"untouched");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ticket_is_released_when_the_handle_is_closed() {
    let name = new_name();
    let places = Arc::new(tokio::sync::Semaphore::new(1));
    for _ in 0..50 {
        let ticket = Arc::clone(&places).acquire_owned().await.unwrap();
        let options = CreateOptions { max_instances: 1, ..options(&name, true) };
        let (mut server, client) = pair_of(&options, Tickets::new((), ticket)).await;
        assert_eq!(places.available_permits(), 0);
        begin_both(&mut server).await;
        // The client first: the system counts an instance until both are gone.
        drop(client);
        drop(server);
    }
}

/// Tries to make the only instance of a name when it is dropped.
struct Try<'a>(String, &'a std::sync::Mutex<Vec<bool>>);

impl Drop for Try<'_> {
    fn drop(&mut self) {
        let options = CreateOptions { max_instances: 1, ..options(&self.0, true) };
        let made = create(&options, Tickets::default()).is_ok();
        self.1.lock().unwrap().push(made);
    }
}

/// Whoever counts instances by the first one counts none that is gone; who
/// makes one when the second is dropped finds room.
#[tokio::test]
async fn one_ticket_goes_before_the_handle_and_the_other_after() {
    static MADE: std::sync::Mutex<Vec<bool>> = std::sync::Mutex::new(Vec::new());
    let name = new_name();
    let options = CreateOptions { max_instances: 1, ..options(&name, true) };
    let tickets = Tickets::new(Try(name.clone(), &MADE), Try(name.clone(), &MADE));
    drop(create(&options, tickets).unwrap());
    for _ in 0..1000 {
        if MADE.lock().unwrap().len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(*MADE.lock().unwrap(), [false, true]);
}

#[tokio::test]
async fn a_ticket_is_released_too_when_nothing_was_made() {
    let place = Arc::new(());
    create(&options(r"C:\no\pipe", true), Tickets::new((), Arc::clone(&place))).unwrap_err();
    assert_eq!(Arc::strong_count(&place), 1);
}
