//! `cargo +nightly fuzz run proxy`; what must hold is in `src/proxy/check.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pipeferry::proxy::check::check_total(data));
