//! Connections over loopback, with rustls' own record layer at the other side.

#![allow(clippy::unwrap_used)]

mod both_ways;
mod peer;
mod reading;
mod shaking;
