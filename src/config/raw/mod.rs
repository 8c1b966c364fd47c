//! The configuration as it is written: one struct a table, one field a key.
//!
//! A struct's doc comments are what the JSON Schema and so the editors show;
//! they are written for users. What keys mean together is settled in
//! [`super::resolve`].

mod bridge;
mod end;
mod ends;
mod identity;
mod named;
mod rules;
mod top;

pub(crate) use bridge::RawBridge;
pub(crate) use end::{RawEnd, RawEndTable};
pub(crate) use ends::RawEnds;
pub(crate) use identity::RawIdentity;
pub(crate) use named::{Named, One};
pub(crate) use rules::{RawAllow, RawCertRule, RawCertRules, RawLocalRule};
pub(crate) use top::{RawAdmin, RawConfig, RawLog};

use super::report::{Fault, Spot};
use super::suggest::one_of;

/// A key that was written, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    pub(crate) key: &'static str,
    pub(crate) spot: Spot,
}

/// The complaint about a key that a table doesn't have.
pub(crate) fn unknown_key(key: &str, known: &[&str], near: Option<&str>) -> Fault {
    let shown: String = key.chars().take(64).collect();
    Fault::new(format!("unknown key `{shown}`"))
        .expected(one_of(known.iter().copied()))
        .maybe_hint(near.map(|near| format!("did you mean `{near}`?")))
}

/// The doc comment's lines as one text.
pub(crate) fn documentation(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Defines a table: the struct, how it is read, and its JSON Schema.
///
/// A field is `name: Type`, with `as "key"` where the key is no Rust name, and
/// `= default` for the schema where there is a fixed one.
macro_rules! keys {
    (
        $(#[doc = $about:literal])+
        $struct:ident as $schema:literal, required $required:tt {
            $( $(#[doc = $doc:literal])+ $field:ident as $key:literal : $type:ty $(= $default:tt)?, )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $struct {
            /// The keys that were written, in their order.
            pub(crate) given: Vec<$crate::config::raw::Given>,
            /// Keys that an unknown one was probably meant to be: they are not
            /// missing as well.
            #[allow(dead_code, reason = "not every table has required keys")]
            pub(crate) misspelt: Vec<&'static str>,
            $( $(#[doc = $doc])+ pub(crate) $field: $crate::config::read::Field<$type>, )+
        }

        impl $struct {
            /// Every key of this table.
            pub(crate) const KEYS: &'static [&'static str] = &[$($key),+];
        }

        impl $crate::config::read::Read for $struct {
            fn read(
                node: &$crate::config::tree::Node,
                report: &mut $crate::config::report::Report,
            ) -> Option<Self> {
                let table = report.table(node, "a table")?;
                let mut raw = Self::default();
                for entry in &table.entries {
                    let key = match entry.key.as_str() {
                        $( $key => {
                            raw.$field = $crate::config::read::Field::read(entry, report);
                            $key
                        } )+
                        other => {
                            let near = $crate::config::suggest::nearest(
                                other,
                                Self::KEYS.iter().copied(),
                            );
                            raw.misspelt.extend(near);
                            let fault = $crate::config::raw::unknown_key(other, Self::KEYS, near);
                            report.fault(entry.key_spot, fault);
                            continue;
                        }
                    };
                    raw.given.push($crate::config::raw::Given { key, spot: entry.key_spot });
                }
                Some(raw)
            }
        }

        impl schemars::JsonSchema for $struct {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $schema.into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut properties = serde_json::Map::new();
                $(
                    #[allow(unused_mut)]
                    let mut property = generator.subschema_for::<$type>();
                    property.insert(
                        "description".to_owned(),
                        $crate::config::raw::documentation(&[$($doc),+]).into(),
                    );
                    $( property.insert("default".to_owned(), serde_json::json!($default)); )?
                    properties.insert($key.to_owned(), property.to_value());
                )+
                schemars::json_schema!({
                    "type": "object",
                    "description": $crate::config::raw::documentation(&[$($about),+]),
                    "properties": properties,
                    "required": $required,
                    "additionalProperties": false,
                })
            }
        }
    };
}
pub(crate) use keys;
