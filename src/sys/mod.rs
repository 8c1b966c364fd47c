//! Everything unsafe, and nothing else: what no safe crate offers.
//!
//! Each function here is a thin, safe wrapper of one system facility. No
//! policy: who may come in, what is retried and what ends a connection is
//! decided above. Every `unsafe` block says why it is sound.
#![allow(unsafe_code)]

pub mod accounts;
#[cfg(unix)]
pub mod inherited;
#[cfg(unix)]
pub mod peercred;
pub mod sandbox;
#[cfg(unix)]
pub mod seqpacket;
pub mod shortage;
pub mod sid;
#[cfg(unix)]
pub mod slots;
#[cfg(unix)]
pub mod socket;
pub mod spare;
#[cfg(unix)]
pub mod stdio;
#[cfg(windows)]
pub mod windows;
#[cfg(windows)]
pub use windows::{socket, stdio};
