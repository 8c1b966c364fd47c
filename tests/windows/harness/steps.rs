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
    format!("{} {:016x}", bytes.len(), fnv(FNV_OF_NOTHING, bytes))
}

/// The line about several messages: each one's length goes into the hash.
pub fn told_messages(step: &str, messages: &[Vec<u8>]) -> String {
    let bytes: usize = messages.iter().map(Vec::len).sum();
    let hash = messages.iter().fold(FNV_OF_NOTHING, |hash, message| {
        let length = u32::try_from(message.len()).unwrap();
        fnv(fnv(hash, &length.to_le_bytes()), message)
    });
    format!("{step} {} of bytes {bytes} {hash:016x}", messages.len())
}

const FNV_OF_NOTHING: u64 = 0xcbf2_9ce4_8422_2325;

fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What the step `messages SEED COUNT MOST` writes: two bytes of noise say each
/// message's size.
pub fn messages(seed: u64, count: usize, most: usize) -> Vec<Vec<u8>> {
    let all = noise(seed, count * (most + 2));
    let mut rest = all.as_slice();
    let mut take = |size| {
        let (taken, left) = rest.split_at(size);
        rest = left;
        taken.to_vec()
    };
    (0..count)
        .map(|_| {
            let size = u16::from_le_bytes(take(2).try_into().unwrap());
            take(usize::from(size) % (most + 1))
        })
        .collect()
}
