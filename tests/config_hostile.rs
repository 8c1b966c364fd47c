//! Whatever stands in a file or on a command line: a configuration or a list of
//! mistakes comes of it, each mistake inside the text, and never a panic.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use pipeferry::config::{
    CommandLine, Config, Diagnostics, Surroundings, System, from_addresses, parse, summary,
};
use proptest::prelude::*;
use proptest::sample::Index;

const SAMPLES: [&str; 6] = [
    include_str!("../config/pipeferry.toml"),
    include_str!("../config/pipeferry-far.toml"),
    include_str!("../config/docker-near.toml"),
    include_str!("../config/seqpacket.toml"),
    include_str!("../config/behind-haproxy.toml"),
    include_str!("../config/fifo-logging.toml"),
];

/// What lexers and comma splitters trip over.
const SPLINTERS: [&str; 20] = [
    "=",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\\",
    ",",
    "\n",
    "\u{0}",
    "ä",
    "\u{1F600}",
    "0",
    "-1",
    "false",
    "[bridge.",
    "\"\"\"",
    "1e999",
    "\r",
];

fn surroundings(system: System) -> Surroundings {
    Surroundings {
        system,
        runtime_dir: "/run".into(),
        working_dir: "/srv".into(),
        system_dir: "/etc/pipeferry".into(),
    }
}

fn check(result: Result<Config, Diagnostics>, system: System, lines: usize) {
    match result {
        Ok(config) => assert!(summary(&config, system).contains("bridge ")),
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            assert!(mistakes.iter().all(|one| (1..=lines.max(1)).contains(&one.line)));
            assert!(!mistakes.to_string().contains('\u{1b}'));
            assert!(mistakes.coloured().len() >= mistakes.to_string().len());
        }
    }
}

fn read(text: &str) {
    for system in [System::Unix, System::Windows] {
        let result = parse(text, Path::new("x.toml"), &surroundings(system));
        check(result, system, text.split('\n').count());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn any_lines_of_keys_are_read_or_refused(
        lines in prop::collection::vec("(\\[bridge\\.b\\]|listen|connect|mode|allow|identity)( = )?[ -~]{0,20}", 0..12),
    ) {
        read(&lines.join("\n"));
    }

    #[test]
    fn a_sample_with_splinters_in_it_is_read_or_refused(
        sample in 0..SAMPLES.len(),
        cuts in prop::collection::vec((any::<Index>(), 0..SPLINTERS.len(), 0..6_usize), 1..4),
    ) {
        let mut text: Vec<char> = SAMPLES[sample].chars().collect();
        for (at, splinter, removed) in cuts {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, SPLINTERS[splinter].chars());
        }
        read(&text.into_iter().collect::<String>());
    }

    #[test]
    fn any_argument_is_read_or_refused(
        scheme in "(pipe:|unix:|fifo:|tcp:|tls:|stdio:|npipe:|)",
        rest in any::<String>(),
        option in "(,[a-z_]{0,12}=[ -~]{0,20})?",
    ) {
        let listen = format!("{scheme}{rest}{option}");
        for system in [System::Unix, System::Windows] {
            let given = CommandLine::default();
            let result = from_addresses(&listen, "tcp:h:1", &given, &surroundings(system));
            check(result, system, listen.split('\n').count());
        }
    }
}

#[test]
fn a_thousand_brackets_do_not_exhaust_the_stack() {
    for depth in [50, 100, 1_000, 100_000] {
        let keys = "a.".repeat(depth);
        read(&format!("{keys}a = 1"));
        read(&format!("[{keys}a]"));
        read(&format!("[[{keys}a]]"));
        read(&format!("a = {{ {keys}a = 1 }}"));
    }
    for bracket in ["[", "{a=", "a.", "[["] {
        read(&format!("x = {}", bracket.repeat(1_000)));
        read(&bracket.repeat(100_000));
        let listen = format!("tcp:h:1,allow={}", bracket.repeat(100_000));
        let given = CommandLine::default();
        let result = from_addresses(&listen, "tcp:h:1", &given, &surroundings(System::Unix));
        check(result, System::Unix, 1);
    }
}
