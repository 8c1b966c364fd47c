//! The configuration: text -> raw -> resolved, and what is wrong with it.

mod model;
mod rules;

pub use model::*;
pub use rules::*;
