//! The server: accepts, limits, ends.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::AdminView;
use super::admission::{Admission, Arrived};
use super::history::History;
use super::listener::AdminListener;
use super::page_data::PageSource;
use super::routes::Routes;
use crate::sys::spare::Spare;
use crate::telemetry::metrics::Exposition;

/// More connections wait to be accepted.
const MOST_CONNECTIONS: usize = 64;
/// A request's head must be there by then; an idle connection is closed.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// No connection is asked anything later; whether or not it reads its answers,
/// it is gone soon after. A page that refreshes itself begins another.
const LIFETIME: Duration = Duration::from_secs(60);
/// The longest head of a request in bytes.
const MOST_HEAD: usize = 8 << 10;
/// What an answer in flight still gets then, or after `stop`.
const GRACE: Duration = Duration::from_secs(3);
/// A full load must not hide the metrics: one descriptor for who asks, and two
/// to look at our own process with.
const SPARE_DESCRIPTORS: usize = 3;
/// Accept is tried again after so long when it has failed, doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Serves until `stop`; returns when the last connection is gone: at once where
/// it is idle, after three seconds at most where an answer is not read. An error
/// of accept does not end it.
pub async fn serve(
    listener: AdminListener,
    view: Arc<dyn AdminView>,
    exposition: Exposition,
    stop: CancellationToken,
) {
    let history = Arc::new(History::new());
    let (loopback, names_clients) = (listener.is_loopback(), listener.names_clients());
    let page = PageSource::new(Arc::clone(&view), Arc::clone(&history), names_clients);
    let routes = Arc::new(Routes { page, exposition, loopback });
    let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let connections = TaskTracker::new();
    let accepting = accept_all(&listener, &routes, &slots, &connections, &stop);
    let serving = async { tokio::join!(accepting, history.keep(view.as_ref())) };
    stop.run_until_cancelled(serving).await;
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn accept_all(
    listener: &AdminListener,
    routes: &Arc<Routes>,
    slots: &Arc<Semaphore>,
    connections: &TaskTracker,
    stop: &CancellationToken,
) {
    let mut pause = FIRST_PAUSE;
    let spare = Arc::new(Spare::new(SPARE_DESCRIPTORS));
    // The semaphore is never closed.
    while let Ok(slot) = Arc::clone(slots).acquire_owned().await {
        match listener.accept().await {
            Ok(stream) => {
                pause = FIRST_PAUSE;
                let admission = listener.admission();
                let connection = carry(stream, admission, Arc::clone(routes), stop.clone());
                let spare = Arc::clone(&spare);
                connections.spawn(async move {
                    connection.await;
                    spare.refill();
                    drop(slot);
                });
            }
            Err(error) if spare.give_up(&error) => {}
            Err(error) => {
                tracing::warn!(%listener, %error, "the admin server can not accept; trying again");
                sleep(pause).await;
                // What others have given back meanwhile.
                spare.refill();
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

async fn carry(
    arrived: Arrived,
    admission: Arc<Admission>,
    routes: Arc<Routes>,
    stop: CancellationToken,
) {
    let admitting = admission.admit(arrived, routes.page.view.as_ref());
    let stream = match stop.run_until_cancelled(admitting).await {
        Some(Ok(stream)) => stream,
        Some(Err(reason)) => return tracing::info!(reason, "the admin server let a client not in"),
        None => return,
    };
    let service = service_fn(move |request| {
        let answer = routes.answer(&request);
        async move { Ok::<_, std::convert::Infallible>(answer) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_header_size(MOST_HEAD);
    // Who has asked and says no more is answered all the same (`socat`, `nc -N`).
    http.half_close(true);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    // What goes wrong in here is the client's affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = sleep(LIFETIME) => {}
        () = stop.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(GRACE, connection).await;
}
