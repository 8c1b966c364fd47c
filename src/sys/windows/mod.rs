//! Windows: what no safe crate offers of it.

pub mod descriptor;
mod local_memory;
pub mod sid;
pub mod token;
mod wide;

#[cfg(test)]
pub(crate) mod testing;
