#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::raw::{
    RawAdmin, RawBridge, RawCertRule, RawEndTable, RawIdentity, RawLocalRule, RawLog,
};
use rstest::rstest;
use serde_json::json;

fn is_valid(text: &str) -> bool {
    let json = serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap();
    jsonschema::draft7::new(&schema()).unwrap().is_valid(&json)
}

fn bridge(end: &str) -> String {
    format!("[bridge.b]\nlisten = {end}\nconnect = \"tcp:h:1\"\n")
}

#[test]
fn the_schema_is_a_schema() {
    jsonschema::draft7::meta::validate(&schema()).unwrap();
    assert_eq!(schema()["title"], json!("pipeferry.toml"));
}

#[rstest]
#[case("")]
#[case("x = 1\n[bridge.b]\nlisten = \"pipe:x\"\nconnect = \"tcp:h:1\"")]
#[case("[bridge.b]\nlisten = \"pipe:x\"")]
#[case("[bridge.\"a b\"]\nlisten = \"pipe:x\"\nconnect = \"tcp:h:1\"")]
#[case("drain_timeout = 30\n[bridge.b]\nlisten = \"pipe:x\"\nconnect = \"tcp:h:1\"")]
#[case("[bridge.b]\nlisten = \"pipe:x\"\nconnect = \"tcp:h:1\"\nmode = \"mesage\"")]
#[case("[bridge.b]\nlisten = \"pip:x\"\nconnect = \"tcp:h:1\"")]
#[case("[bridge.b]\nlisten = { address = \"tcp:h:1\", colour = 1 }\nconnect = \"tcp:h:1\"")]
#[case("[bridge.b]\nlisten = { nodelay = true }\nconnect = \"tcp:h:1\"")]
fn what_the_parser_refuses_by_its_form_the_schema_refuses(#[case] text: &str) {
    assert!(!is_valid(text));
}

#[rstest]
#[case("\"pipe:x\"")]
#[case(r"'\\.\pipe\x'")]
#[case("\"//./pipe/x\"")]
#[case("\"npipe:////./pipe/x\"")]
#[case("{ address = \"unix:/a\", allow = { user = 5 }, permissions = 0o660, wait = \"1h 30m\" }")]
#[case(
    "{ address = \"tls:h:1\", allow = [{ cn = [\"a\"], spki = \"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\" }] }"
)]
#[case(
    "{ address = \"pipe:x\", instances = \"unlimited\", in_buffer = 0, out_buffer = \"64 KiB\", keepalive = false }"
)]
fn what_the_parser_takes_the_schema_takes(#[case] end: &str) {
    assert!(is_valid(&bridge(end)));
}

#[test]
fn every_key_of_the_parser_is_in_the_schema_with_a_description() {
    let schema = schema();
    let check = |properties: &Value, keys: &[&str], table: &str| {
        assert_eq!(properties.as_object().unwrap().len(), keys.len(), "{table}");
        for key in keys {
            let description = &properties[*key]["description"];
            assert!(description.as_str().is_some_and(|text| text.len() > 5), "{table}.{key}");
        }
    };
    check(&schema["properties"], RawConfig::KEYS, "Config");
    for (table, keys) in tables() {
        check(&schema["definitions"][table]["properties"], keys, table);
    }
}

fn tables() -> [(&'static str, &'static [&'static str]); 7] {
    [
        ("Admin", RawAdmin::KEYS),
        ("Log", RawLog::KEYS),
        ("Identity", RawIdentity::KEYS),
        ("Bridge", RawBridge::KEYS),
        ("End", RawEndTable::KEYS),
        ("CertificateRule", RawCertRule::KEYS),
        ("AccountRule", RawLocalRule::KEYS),
    ]
}

#[test]
fn every_key_and_word_is_in_the_reference_for_users() {
    let page = include_str!("../../../docs/configuration.md");
    let keys = tables().into_iter().flat_map(|(_, keys)| keys).chain(RawConfig::KEYS);
    for key in keys {
        let named = page.contains(&format!("`{key}`")) || page.contains(&format!("## `[{key}"));
        assert!(named, "`{key}` is missing in configuration.md");
    }
    let mut words = Vec::new();
    collect_words(&schema(), &mut words);
    assert!(words.len() > 25, "{words:?}");
    for word in words {
        assert!(page.contains(&word), "{word} is missing in configuration.md");
    }
}

/// Every `const` of the schema: the words that a value can be.
fn collect_words(schema: &Value, words: &mut Vec<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::String(word)) = object.get("const") {
                words.push(word.clone());
            }
            object.values().for_each(|inner| collect_words(inner, words));
        }
        Value::Array(items) => items.iter().for_each(|inner| collect_words(inner, words)),
        _ => {}
    }
}
