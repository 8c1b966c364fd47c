//! Messages of several sizes and a file, through both gateways and back.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};

use super::client::Client;
use super::figures::{rate, size, time};
use super::folder::{Folder, RETURNED, SENT};
use super::local::Place;

/// Where framing tends to break: nothing, one byte, a page, the old limit of a
/// Windows pipe message over SMB, and more than any buffer holds.
pub(super) const SIZES: [usize; 5] = [0, 1, 4096, 65_536, 1024 * 1024];
/// The file's size in bytes.
const FILE: usize = 8 * 1024 * 1024;
/// It goes in messages of so many bytes.
const PIECE: usize = 64 * 1024;
/// What is shown of a digest.
const SHOWN: usize = 24;

/// What went one way, and came back the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Carried {
    pub connections: u64,
    pub messages: u64,
    pub bytes: u64,
}

impl Carried {
    fn add(&mut self, messages: usize, bytes: usize) {
        self.messages += messages as u64;
        self.bytes += bytes as u64;
    }
}

/// The head of the table whose rows follow.
pub(super) fn heading() -> String {
    row(["what", "messages", "time", "rate", "sha256, the same at both ends"])
}

/// A message of each size over one connection, in the order of their sizes.
///
/// # Errors
/// When one does not come back as it was.
pub(super) async fn sizes(
    orders: &Place,
    carried: &mut Carried,
    mut show: impl FnMut(String) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut client = Client::open(orders).await?;
    carried.connections += 1;
    for len in SIZES {
        let message = noise(len);
        let started = Instant::now();
        let returned = client.exchange(&message).await;
        let returned = returned.with_context(|| format!("a message of {len} bytes was lost"))?;
        let took = started.elapsed();
        let sum = same(&message, &returned)
            .with_context(|| format!("a message of {len} bytes came back as another"))?;
        carried.add(1, len);
        show(row([&size(len), "1", &time(took), &rate(len, took), &sum]))?;
    }
    client.end().await
}

/// A file, in messages, over a connection of its own.
///
/// # Errors
/// When the file cannot be made, or does not come back as it was.
pub(super) async fn file(
    orders: &Place,
    folder: &Folder,
    carried: &mut Carried,
) -> anyhow::Result<String> {
    let (sent, returned) = (folder.file(SENT), folder.file(RETURNED));
    std::fs::write(&sent, noise(FILE)).context("cannot make the file to carry")?;
    let mut client = Client::open(orders).await?;
    carried.connections += 1;
    let (count, took) =
        through(&mut client, &sent, &returned).await.context("the file was lost")?;
    client.end().await?;
    let sum = same(&std::fs::read(&sent)?, &std::fs::read(&returned)?)
        .with_context(|| format!("{} differs from {}", returned.display(), sent.display()))?;
    carried.add(count, FILE);
    let what = format!("a file, {}", size(FILE));
    Ok(row([&what, &count.to_string(), &time(took), &rate(FILE, took), &sum]))
}

async fn through(
    client: &mut Client,
    sent: &Path,
    returned: &Path,
) -> anyhow::Result<(usize, Duration)> {
    let content = std::fs::read(sent)?;
    let started = Instant::now();
    let pieces = client.exchange_all(content.chunks(PIECE)).await?;
    let took = started.elapsed();
    let split = pieces.iter().zip(content.chunks(PIECE)).all(|(a, b)| a.len() == b.len());
    ensure!(split, "its messages came back with other lengths");
    std::fs::write(returned, pieces.concat())?;
    Ok((pieces.len(), took))
}

/// The start of the digest that both have.
fn same(sent: &[u8], returned: &[u8]) -> anyhow::Result<String> {
    let [sent, returned] =
        [sent, returned].map(|bytes| HEXLOWER.encode(digest(&SHA256, bytes).as_ref()));
    ensure!(sent == returned, "sha256 {sent} went, {returned} came back");
    Ok(sent[..SHOWN].to_owned() + "...")
}

fn row([what, messages, time, rate, sum]: [&str; 5]) -> String {
    format!("{what:<14}{messages:>8}  {time:>7}  {rate:>11}  {sum}")
}

/// Bytes that do not repeat and are the same in every run: splitmix64 (Steele,
/// Lea and Flood, 2014), seeded with their number.
fn noise(len: usize) -> Vec<u8> {
    let mut state = len as u64;
    let words = std::iter::repeat_with(|| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    });
    let mut bytes = Vec::with_capacity(len + 8);
    words.take(len.div_ceil(8)).for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
    bytes.truncate(len);
    bytes
}
