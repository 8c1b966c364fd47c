//! ARCHITECTURE.md says which layer imports which: downwards only.

use std::fs;
use std::path::{Path, PathBuf};

use crate::repository;

/// From the top; those in one row may import each other only as noted.
const LAYERS: [&[&str]; 9] = [
    &["cli"],
    &["gateway"],
    &["bridge"],
    &["ferry"],
    &["endpoint"],
    &["proxy", "tls", "access"],
    &["config", "telemetry"],
    &["frame"],
    &["sys", "buffer"],
];
const BESIDE: [(&str, &str); 3] = [("proxy", "access"), ("tls", "access"), ("telemetry", "config")];

fn height(layer: &str) -> usize {
    let row = LAYERS.iter().position(|row| row.contains(&layer));
    row.unwrap_or_else(|| panic!("`{layer}` is no layer of ARCHITECTURE.md"))
}

fn may_import(importer: &str, imported: &str) -> bool {
    importer == imported
        || height(importer) < height(imported)
        || BESIDE.contains(&(importer, imported))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// Names that follow `crate::`, in code and not in comments.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    code.flat_map(|line| line.split("crate::").skip(1)).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}

fn is_test(path: &Path) -> bool {
    path.iter().any(|part| part == "tests" || part == "tests.rs")
}

#[test]
fn layers_import_downwards_only() {
    let root = repository().join("src");
    let mut faults = Vec::new();
    for path in sources(&root).iter().filter(|path| !is_test(path)) {
        let inside = path.strip_prefix(&root).unwrap();
        let layer = inside.iter().next().unwrap().to_str().unwrap();
        if layer.ends_with(".rs") || path.extension().is_none_or(|end| end != "rs") {
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        let wrong = imports(&text).filter(|imported| !may_import(layer, imported));
        faults.extend(wrong.map(|imported| format!("{} imports {imported}", inside.display())));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_import_upwards_is_found() {
    let text = "use crate::bridge::Bridge; // crate::cli\nfn a() { crate::sys::b() }";
    assert_eq!(imports(text).collect::<Vec<_>>(), ["bridge", "sys"]);
    assert!(!may_import("ferry", "bridge"));
    assert!(may_import("ferry", "sys"));
}
