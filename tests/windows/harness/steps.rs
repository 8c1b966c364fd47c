//! `pipe_steps`, the Windows program that does what its arguments say, and
//! what it prints about noise that both sides can make.

use super::{Machine, Running, built, noise};

/// Starts it. Words are separated by spaces; a name that holds none is enough
/// here. `~NAME` stands for `\\.\pipe\NAME`.
pub fn steps(machine: &Machine, script: &str) -> Running {
    let words: Vec<String> = script
        .split_whitespace()
        .map(|word| match word.strip_prefix('~') {
            Some(name) => super::names::pipe(name),
            None => word.to_owned(),
        })
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    machine.start(&built::program("pipe_steps"), &words)
}

/// Bytes from a seed, as `pipe_steps` makes and tells them.
pub struct Noise(pub Vec<u8>);

impl Noise {
    pub fn new(seed: u64, count: usize) -> Self {
        Self(noise(seed, count))
    }

    /// `COUNT HASH`, as it is printed.
    pub fn told(&self) -> String {
        told(&self.0)
    }
}

/// Count and FNV-1a of these bytes, as `pipe_steps` prints them.
pub fn told(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{} {hash:016x}", bytes.len())
}
