//! How many messages a second go through a Windows pipe whose one end is ours,
//! or tokio's: what benches/wine runs and shows.
//!
//! `wine_pipe.exe ROUNDS MILLISECONDS` prints a line a sample: the load, the
//! end, messages a second. The rounds are interleaved. The other party is the
//! same for all: a thread with a plain, blocking file handle.

#[cfg(windows)]
mod windows;

#[cfg(windows)]
fn main() {
    windows::main();
}

#[cfg(not(windows))]
fn main() {
    eprintln!("wine_pipe is for Windows: benches/wine builds it and runs it under Wine");
    std::process::exit(2);
}
