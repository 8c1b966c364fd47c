//! What the outside sees: metric names, log lines, the record of a connection.

mod outcome;

pub use outcome::Outcome;
