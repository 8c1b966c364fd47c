#![allow(clippy::unwrap_used, clippy::panic)]

mod applies;
mod bridges;
mod handed;
mod identities;
mod local;
mod network;
mod pipes;
mod targets;
mod tls;
mod top;
