//! How fast frames are found in a buffer and heads are written, without any I/O.
//!
//! `cargo bench --bench codec`. tokio-util's `LengthDelimitedCodec` does the
//! same work beside it, as a yardstick.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use bytes::BytesMut;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pipeferry::frame::{Prefix, Scan};
use tokio_util::codec::{Decoder, LengthDelimitedCodec};

/// What one read from a socket brings at most.
const READ: usize = 64 * 1024;
const LIMIT: usize = 16 * 1024 * 1024;
const SIZES: [usize; 3] = [16, 64, 1024];

/// As many frames with messages of `size` bytes as one read can bring.
fn stream(prefix: Prefix, size: usize) -> (Vec<u8>, u64) {
    let head = prefix.head(size).unwrap();
    let count = READ / (head.as_slice().len() + size);
    let mut bytes = Vec::with_capacity(READ);
    for _ in 0..count {
        bytes.extend_from_slice(head.as_slice());
        bytes.resize(bytes.len() + size, b'm');
    }
    (bytes, count as u64)
}

fn read(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    for size in SIZES {
        for prefix in Prefix::ALL {
            let (bytes, count) = stream(prefix, size);
            group.throughput(Throughput::Elements(count));
            group.bench_function(BenchmarkId::new(format!("{prefix:?}"), size), |b| {
                b.iter(|| {
                    let mut scan = Scan::new(prefix, LIMIT, black_box(&bytes));
                    let total: usize = scan.by_ref().map(|at| at.len()).sum();
                    black_box((total, scan.rest().unwrap()))
                });
            });
        }
    }
}

fn read_with_tokio_util(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    for size in SIZES {
        let (bytes, count) = stream(Prefix::U32Be, size);
        let mut codec = LengthDelimitedCodec::builder().max_frame_length(LIMIT).new_codec();
        group.throughput(Throughput::Elements(count));
        group.bench_function(BenchmarkId::new("tokio-util", size), |b| {
            b.iter_batched(
                || BytesMut::from(&bytes[..]),
                |mut buffer| {
                    let mut total = 0;
                    while let Some(message) = codec.decode(&mut buffer).unwrap() {
                        total += message.len();
                    }
                    total
                },
                criterion::BatchSize::SmallInput,
            );
        });
    }
}

fn write(c: &mut Criterion) {
    let lengths: Vec<usize> = (0..1024).map(|i| (i * 37) % 60_000).collect();
    let mut group = c.benchmark_group("write heads");
    group.throughput(Throughput::Elements(lengths.len() as u64));
    for prefix in Prefix::ALL {
        group.bench_function(format!("{prefix:?}"), |b| {
            b.iter(|| {
                for len in black_box(&lengths) {
                    black_box(prefix.head(*len).unwrap().as_slice());
                }
            });
        });
    }
}

criterion_group!(codec, read, read_with_tokio_util, write);
criterion_main!(codec);
