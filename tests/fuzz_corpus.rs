//! Every input that the fuzz targets start from, or that broke something once,
//! goes through the same checks with plain `cargo test`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;

use rstest::rstest;

use pipeferry::tls::record;
use pipeferry::{config, frame, proxy};

#[rstest]
#[case::frame("frame", frame::check::check_total)]
#[case::proxy("proxy", proxy::check::check_total)]
#[case::record("record", record::check::check_total)]
#[case::config("config", config::check::check_total)]
fn every_input_of_the_corpus_keeps_the_promises(#[case] target: &str, #[case] check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut inputs = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        // Shown only when the check fails: then it says which input it was.
        eprintln!("{}", path.display());
        check(&std::fs::read(&path).unwrap());
        inputs += 1;
    }
    assert!(inputs > 0, "no input in {}", folder.display());
}

/// Each seed of the PROXY reader that is meant to be good, or bad, is.
#[test]
fn the_seeds_of_the_proxy_target_are_what_their_names_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/proxy");
    let good = |name: &str| proxy::parse(&std::fs::read(folder.join(name)).unwrap()).is_ok();
    for name in ["v4", "v6", "unix", "unspec", "local", "full-certificate", "full-unix-process"] {
        assert!(good(name), "{name}");
    }
    for name in ["cut", "bad-checksum", "announces-64-KiB", "tlv-overrun", "version-1"] {
        assert!(!good(name), "{name}");
    }
}
