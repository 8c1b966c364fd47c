#![allow(clippy::unwrap_used)]

mod bridge;
mod exposition;
mod sizes;
