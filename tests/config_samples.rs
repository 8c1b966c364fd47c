//! The samples in `config/` and `deploy/` are what users begin with: each must be
//! right by the schema and by the parser, for the system that it is written for.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use pipeferry::config::{Surroundings, System, load, schema};

/// Samples that only a Windows machine can run.
const FOR_WINDOWS: [&str; 4] = [
    "docker-far.toml",
    "pipeferry-far.toml",
    "windows/pipeferry.toml",
    "far-windows/pipeferry.toml",
];

/// Those that lie beside what deploys them.
const DEPLOYED: [&str; 6] = [
    "windows/pipeferry.toml",
    "compose/near.toml",
    "compose/far.toml",
    "kubernetes/base/pipeferry.toml",
    "kubernetes/overlays/far-linux/pipeferry.toml",
    "kubernetes/overlays/far-windows/pipeferry.toml",
];

fn samples() -> Vec<PathBuf> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = repository.join("config");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 11, "{files:?}");
    files.extend(DEPLOYED.map(|name| repository.join("deploy").join(name)));
    files
}

fn surroundings(file: &Path) -> Surroundings {
    let windows = FOR_WINDOWS.iter().any(|name| file.ends_with(name));
    Surroundings {
        system: if windows { System::Windows } else { System::Unix },
        runtime_dir: "/run".into(),
        working_dir: "/srv".into(),
        system_dir: "/etc/pipeferry".into(),
    }
}

fn as_json(text: &str) -> serde_json::Value {
    serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
}

#[test]
fn every_sample_is_read_without_a_mistake() {
    for file in samples() {
        if let Err(error) = load(&file, &surroundings(&file)) {
            panic!("{}:\n{error}", file.display());
        }
    }
}

#[test]
fn every_sample_meets_the_schema() {
    let schema = jsonschema::draft7::new(&schema()).unwrap();
    for file in samples() {
        let json = as_json(&std::fs::read_to_string(&file).unwrap());
        let errors: Vec<_> = schema.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
    }
}

#[test]
fn the_near_sample_is_right_on_windows_too() {
    let file = samples().into_iter().find(|file| file.ends_with("pipeferry-near.toml")).unwrap();
    let surroundings = Surroundings { system: System::Windows, ..surroundings(&file) };
    load(&file, &surroundings).unwrap();
}

#[test]
fn the_reference_sample_names_every_key() {
    let text = include_str!("../config/pipeferry.toml");
    let schema = schema();
    for table in ["Admin", "Log", "Identity", "Bridge", "End", "CertificateRule"] {
        for key in schema["definitions"][table]["properties"].as_object().unwrap().keys() {
            assert!(mentions(text, key), "`{key}` of {table} is missing in the sample");
        }
    }
    for key in schema["properties"].as_object().unwrap().keys() {
        assert!(mentions(text, key), "`{key}` is missing in the sample");
    }
}

/// Whether a word stands in a text as a word.
fn mentions(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|other| other == word)
}
