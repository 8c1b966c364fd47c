//! Bytes that cannot be mistaken for others: noise from a seed, and a digest.

/// `length` bytes of noise; the same seed gives the same bytes.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// Compares without printing megabytes.
#[track_caller]
pub fn assert_same(what: &str, got: &[u8], sent: &[u8]) {
    if got == sent {
        return;
    }
    let at = got.iter().zip(sent).position(|(a, b)| a != b);
    let at = at.unwrap_or(got.len().min(sent.len()));
    panic!("{what}: {} bytes of {}, the first difference at {at}", got.len(), sent.len());
}
