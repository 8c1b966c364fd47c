//! sys

pub mod accounts;
