#![allow(clippy::unwrap_used)]

mod history;
mod limits;
mod page;
#[cfg(windows)]
mod pipe;
#[cfg(unix)]
mod promtool;
mod routes;
mod site;
mod status;
#[cfg(unix)]
mod unix;
