//! `cargo +nightly fuzz run frame`; what must hold is in `src/frame/check.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pipeferry::frame::check::check_total(data));
