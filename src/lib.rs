//! pipeferry carries named pipes across networks.
//!
//! The way of a connection is accept, admit, dial, ferry, record; each is a
//! place in [`bridge`]. Layers import downwards only, in this order: `cli`,
//! `gateway`, `bridge`, `ferry`, `endpoint`, `proxy` `tls` `access`, `config`
//! `telemetry`, `frame`, `sys` `buffer`. `ARCHITECTURE.md` tells the rest.
//!
//! The library exists for the binary, its tests, benches and fuzz targets; it
//! promises nothing to other crates.

// They are const; where threads' memory is the system's (windows-gnu) clippy
// does not see it.
#![cfg_attr(windows, allow(clippy::missing_const_for_thread_local))]

pub mod access;
pub mod bridge;
pub mod buffer;
pub mod cli;
pub mod config;
pub mod endpoint;
pub mod ferry;
pub mod frame;
pub mod gateway;
pub mod proxy;
pub mod sys;
pub mod telemetry;
pub mod tls;
