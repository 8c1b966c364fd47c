//! What the listener does when the system has no instance for it.
#![allow(clippy::unwrap_used)]

use std::pin::pin;

use super::*;
use crate::config::Listen;
use crate::config::testing::{good, windows};
use crate::sys::windows::pipe::{Access, Impersonation};

/// A listener on a pipe of this test's own, with one instance.
fn listener(name: &str) -> PipeListener {
    let text = format!(
        "[bridge.b]\nlisten = {{ address = \"pipe:{name}-{}\", instances = 1 }}\n\
         connect = \"tcp:h:1\"",
        std::process::id()
    );
    let Listen::Pipe(listen) = good(&text, &windows()).bridges.remove(0).listen else {
        panic!("no pipe")
    };
    PipeListener::bind(&listen, None).unwrap()
}

fn client(path: &str) -> Pipe {
    pipe::open(path, Access::Both, Impersonation::Identification).unwrap()
}

/// Takes the only instance, as a client does on Windows that has not closed its
/// end of one that we have closed. (Wine lets go of it with our end alone, which
/// is closed after its last call has ended.)
async fn hold(listener: &PipeListener) -> Instance {
    let PipeListener { config, path, descriptor, .. } = listener;
    let options = calls::instance(config, path, false, descriptor);
    loop {
        match pipe::create(&options, Tickets::default()) {
            Err(error) if pipe::is_held(&error) => sleep(PAUSE).await,
            made => return made.unwrap(),
        }
    }
}

#[tokio::test]
async fn an_instance_that_is_still_held_is_waited_for() {
    let mut listener = listener("still-held");
    let path = listener.path.clone();
    let first = client(&path);
    drop(listener.accept_stream().await.unwrap());
    let held = hold(&listener).await;
    drop(first);
    let mut next = pin!(listener.accept_stream());
    let wait = tokio::time::timeout(PAUSE * 10, next.as_mut()).await;
    assert!(wait.is_err(), "nothing has come, and nothing has failed: {wait:?}");
    drop(held);
    // Once the pipe is there again.
    let come = async {
        loop {
            match pipe::open(&path, Access::Both, Impersonation::Identification) {
                Err(error) if pipe::is_missing(&error) => sleep(PAUSE).await,
                opened => return opened.unwrap(),
            }
        }
    };
    let (_second, accepted) = tokio::join!(come, next);
    accepted.unwrap();
}

/// Whoever holds it for longer is somebody else: that is said.
#[tokio::test]
async fn an_instance_that_is_held_for_long_is_an_error() {
    let mut listener = listener("long-held");
    let first = client(&listener.path);
    drop(listener.accept_stream().await.unwrap());
    let _held = hold(&listener).await;
    drop(first);
    let start = std::time::Instant::now();
    let error = listener.accept_stream().await.unwrap_err();
    assert!(pipe::is_held(&error), "{error}");
    assert!(start.elapsed() >= PAUSE * MOST_PAUSES, "{:?}", start.elapsed());
}
