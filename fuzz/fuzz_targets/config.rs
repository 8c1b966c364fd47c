//! `cargo +nightly fuzz run config`; what must hold is in `src/config/check.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pipeferry::config::check::check_total(data));
