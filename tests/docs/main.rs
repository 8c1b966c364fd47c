//! Holds the documents to what is there: links lead somewhere, configurations
//! read, command lines are ones that the program takes. What the sentences
//! claim, no test can tell.
#![allow(clippy::unwrap_used)]

mod command_lines;
mod layers;
mod links;
mod markdown;
mod shell;
mod windows;

use std::path::Path;

use pipeferry::config::{self, Surroundings, System};
use toml::{Table, Value};

use crate::markdown::{Document, documents};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn reads(text: &str, system: System) -> Result<(), String> {
    let surroundings = Surroundings { system, ..Surroundings::of_this_process() };
    let read = config::parse(text, Path::new("pipeferry.toml"), &surroundings);
    read.map(drop).map_err(|diagnostics| diagnostics.to_string())
}

#[test]
fn every_configuration_in_the_documents_reads() {
    let mut seen = 0;
    for document in documents() {
        for block in document.blocks("toml") {
            let place = document.place(block.line);
            let table = toml::from_str::<Table>(&block.text);
            let mut table = table.unwrap_or_else(|error| panic!("{place}: {error}"));
            // What has no bridge is options of an end, or another program's.
            if table.contains_key("bridge") {
                seen += 1;
                complete(&mut table);
                let text = toml::to_string(&table).unwrap();
                let read = reads_as_meant(&document, &text);
                read.unwrap_or_else(|why| panic!("{place}:\n{why}"));
            }
        }
    }
    assert!(seen > 10, "only {seen} configurations were found");
}

/// The page about Windows is for Windows; elsewhere either system will do.
fn reads_as_meant(document: &Document, text: &str) -> Result<(), String> {
    if document.path == Path::new(windows::PAGE) {
        return reads(text, System::Windows);
    }
    let here = reads(text, System::Unix);
    here.or_else(|why| reads(text, System::Windows).map_err(|_| why))
}

/// An excerpt may leave out an end and the identities that it names.
fn complete(configuration: &mut Table) {
    let mut named = Vec::new();
    let bridges = configuration.get_mut("bridge").and_then(Value::as_table_mut).unwrap();
    for bridge in bridges.iter_mut().filter_map(|(_, bridge)| bridge.as_table_mut()) {
        for (end, address) in [("listen", "tcp:127.0.0.1:0"), ("connect", "tcp:127.0.0.1:9")] {
            let end = bridge.entry(end).or_insert_with(|| address.into());
            named.extend(end.get("identity").and_then(Value::as_str).map(str::to_owned));
        }
    }
    let identities = configuration.entry("identity").or_insert_with(|| Table::new().into());
    for name in named {
        let files = ["cert", "key", "trust"].map(|key| (key.to_owned(), "a.pem".into()));
        let identities = identities.as_table_mut().unwrap();
        identities.entry(name).or_insert_with(|| Table::from_iter(files).into());
    }
}

#[test]
fn a_configuration_that_is_wrong_does_not_read() {
    assert!(reads("[bridge.a]\nlisten = \"tcp:127.0.0.1:1\"\n", System::Unix).is_err());
    let document = Document::of("a.md", "text\n\n  ```toml\n  a = 1\n  ```\n");
    assert_eq!(document.blocks("toml").next().unwrap().text.trim(), "a = 1");
    let unix_only = "[bridge.a]\nlisten = \"unix:a\"\nconnect = \"tcp:127.0.0.1:1\"\n";
    assert!(reads_as_meant(&document, unix_only).is_ok());
    assert!(reads_as_meant(&Document::of(windows::PAGE, ""), unix_only).is_err());
}
