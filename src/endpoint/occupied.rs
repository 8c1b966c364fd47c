//! What to do with a place where somebody listens.

/// Whether a listener may be put in the place of one that lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Occupied {
    /// It is an error: two daemons under one name are a mistake, as a rule.
    #[default]
    Refuse,
    /// The one that lives is about to stop, and this is its successor: the file
    /// of a Unix socket is replaced, in one step. Nothing else is taken.
    TakeOver,
}
