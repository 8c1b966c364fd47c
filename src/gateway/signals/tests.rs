#![allow(clippy::unwrap_used)]

use tokio_test::{assert_pending, task};

use super::*;

#[tokio::test]
async fn a_stop_that_is_asked_for_comes_and_nobody_asking_is_none() {
    let (ask, asked) = mpsc::channel(2);
    let (reload, reloads) = mpsc::channel(1);
    let mut signals = StopSignals::asked(asked, reloads);
    assert_pending!(task::spawn(signals.next()).poll());
    let stop = Stop { name: "service stop", within: Some(Duration::from_secs(1)) };
    reload.send("a change").await.unwrap();
    ask.send(stop).await.unwrap();
    assert_eq!(signals.next().await, Call::Stop(stop), "a stop comes first");
    assert_eq!(signals.next().await, Call::Reload("a change"));
    drop((ask, reload));
    assert_pending!(task::spawn(signals.next()).poll());
}
