//! `cargo +nightly fuzz run record`; what must hold is in
//! `src/tls/record/check.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pipeferry::tls::record::check::check_total(data));
