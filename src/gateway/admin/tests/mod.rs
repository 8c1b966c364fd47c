#![allow(clippy::unwrap_used)]

mod limits;
mod promtool;
mod routes;
mod site;
mod status;
#[cfg(unix)]
mod unix;
