//! The guide for who runs it (docs/operating.md), walked through: what it tells
//! to do is done here, and what it says of refusals is what the log says.

mod refusals;
mod year;
