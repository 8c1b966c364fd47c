//! Texts of others are kept up to a length.

/// As much of `text` as has `most` bytes, whole characters only.
pub(super) fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or_default()]
}
