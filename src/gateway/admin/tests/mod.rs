#![allow(clippy::unwrap_used)]

mod limits;
#[cfg(unix)]
mod promtool;
mod routes;
mod site;
mod status;
#[cfg(unix)]
mod unix;
