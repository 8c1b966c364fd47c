//! The types that single values have: each reads itself and describes itself.
//!
//! Nothing in here knows which key it stands under.

pub(crate) mod accounts;
pub(crate) mod durations;
pub(crate) mod networks;
pub(crate) mod numbers;
pub(crate) mod patterns;
pub(crate) mod permissions;
pub(crate) mod pins;
pub(crate) mod sizes;
pub(crate) mod words;

#[cfg(test)]
mod tests;

/// Implements `JsonSchema` for a type whose schema is a constant.
macro_rules! described {
    ($type:ty, $name:literal, $($schema:tt)+) => {
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($($schema)+)
            }
        }
    };
}
pub(crate) use described;
