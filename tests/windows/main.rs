//! The promises of the product on Windows: the real exe and real Windows
//! programs, in a Windows that Wine plays.
//!
//! A Wine prefix is a machine: it has its own pipe names, and shares nothing
//! with another one but the network. What these tests need is built by
//! `tests/windows/build`, which `tests/run` calls; one that finds something
//! missing fails and says so.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod harness;

mod access;
mod alone;
mod connecting;
mod console;
mod controlling;
mod crowd;
mod demo;
mod exe;
mod half_close;
mod instances;
mod leaving;
mod messages;
mod node;
mod nothing_lost;
mod observing;
mod python;
mod resolving;
mod service;
mod stopping;
mod unit;
mod waiting;
mod win32;
