//! How fast a running bridge moves bytes and messages, with both parties, the
//! bridge and the kernel between them on one thread.
//!
//! `cargo bench --package pipeferry-scenes`. For comparing a change with the
//! code before it: what a gateway reaches, whose parties are elsewhere, is for
//! `benches/compare` to say.

#![allow(missing_docs)]

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pipeferry::frame::Prefix;
use pipeferry_scenes::{Form, Parcel, Route, Scene};

const KIB: usize = 1024;
const CHUNKS: [usize; 4] = [64, KIB, 16 * KIB, 128 * KIB];
const MESSAGES: [usize; 3] = [64, KIB, 16 * KIB];
/// Of messages at once: what makes up about this much, and at most so many.
const AT_ONCE: (usize, usize) = (32 * KIB, 100);

const U32BE: Form = Form::Frames(Prefix::U32Be);
const U16LE: Form = Form::Frames(Prefix::U16Le);
const VARINT: Form = Form::Frames(Prefix::Varint);

/// Client to service, `times` over.
fn up(scene: &Scene, sent: &Parcel, arrives: &Parcel, times: u64) -> Duration {
    scene.run(async {
        let mut crossed = scene.connect().await;
        crossed.up(sent, arrives).await;
        let start = Instant::now();
        for _ in 0..times {
            crossed.up(sent, arrives).await;
        }
        start.elapsed()
    })
}

/// Service to client.
fn down(scene: &Scene, parcel: &Parcel, times: u64) -> Duration {
    scene.run(async {
        let mut crossed = scene.connect().await;
        crossed.down(parcel, parcel).await;
        let start = Instant::now();
        for _ in 0..times {
            crossed.down(parcel, parcel).await;
        }
        start.elapsed()
    })
}

fn bytes(c: &mut Criterion) {
    let mut group = c.benchmark_group("bytes");
    for size in CHUNKS {
        let scene = Scene::new(Route::Unix, Form::Bytes, Form::Bytes);
        let chunk = Parcel::new(Form::Bytes, 1, size);
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(BenchmarkId::new("unix to unix", size), |b| {
            b.iter_custom(|times| up(&scene, &chunk, &chunk, times));
        });
    }
}

fn messages(c: &mut Criterion) {
    let ways = [
        ("u32be to u32be", U32BE, U32BE),
        ("varint to varint", VARINT, VARINT),
        ("u32be to varint", U32BE, VARINT),
        ("varint to u16le", VARINT, U16LE),
        ("packets to u32be", Form::Packets, U32BE),
        ("u32be to packets", U32BE, Form::Packets),
    ];
    let mut group = c.benchmark_group("messages");
    for (name, from, to) in ways {
        for size in MESSAGES {
            let count = (AT_ONCE.0 / size).min(AT_ONCE.1);
            let scene = Scene::new(Route::Unix, from, to);
            let (sent, arrives) = (Parcel::new(from, count, size), Parcel::new(to, count, size));
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(BenchmarkId::new(name, size), |b| {
                b.iter_custom(|times| up(&scene, &sent, &arrives, times));
            });
        }
    }
}

fn tls(c: &mut Criterion) {
    let mut group = c.benchmark_group("a pair with TLS");
    for size in CHUNKS {
        let scene = Scene::new(Route::Pair, Form::Bytes, Form::Bytes);
        let chunk = Parcel::new(Form::Bytes, 1, size);
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(BenchmarkId::new("to the service", size), |b| {
            b.iter_custom(|times| up(&scene, &chunk, &chunk, times));
        });
        group.bench_function(BenchmarkId::new("to the client", size), |b| {
            b.iter_custom(|times| down(&scene, &chunk, times));
        });
    }
}

criterion_group!(loops, bytes, messages, tls);
criterion_main!(loops);
