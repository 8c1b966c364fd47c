//! The JSON Schema of a configuration file, from the same tables that read it.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::raw::RawConfig;

/// The schema (draft 7, which editors' TOML plugins speak).
pub fn schema() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<RawConfig>().to_value();
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".to_owned(), "pipeferry.toml".into());
    }
    schema
}

#[cfg(test)]
mod tests;
