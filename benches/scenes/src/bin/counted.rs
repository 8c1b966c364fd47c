//! The work that benches/instructions has counted under valgrind.
//!
//! `counted` lists the cases: a name, how often it is done, and how many units
//! once is. `counted NAME` does it and says nothing. Only what `steady` calls is
//! to be counted: a start takes as many instructions as the clock wants.

use std::hint::black_box;

use pipeferry::frame::{Prefix, Scan};
use pipeferry_scenes::{Form, Parcel, Route, Scene};

const KIB: usize = 1024;
const LIMIT: usize = 16 * KIB * KIB;
const U32BE: Form = Form::Frames(Prefix::U32Be);
const VARINT: Form = Form::Frames(Prefix::Varint);

/// Something to count.
struct Case {
    name: &'static str,
    /// About a second under valgrind.
    times: usize,
    /// Messages, chunks or connections in one time.
    units: usize,
    work: fn(units: usize, times: usize),
}

const fn case(name: &'static str, times: usize, units: usize, work: fn(usize, usize)) -> Case {
    Case { name, times, units, work }
}

const CASES: &[Case] = &[
    case("frame-scan-u32be", 2000, 1000, |n, times| scan(Prefix::U32Be, n, times)),
    case("frame-scan-varint", 1000, 1000, |n, times| scan(Prefix::Varint, n, times)),
    case("frame-heads", 2000, 1000, heads),
    case("bytes-64", 2000, 1, |n, times| up(Route::Unix, (Form::Bytes, Form::Bytes), n, 64, times)),
    case("bytes-64k", 2000, 1, |n, times| {
        up(Route::Unix, (Form::Bytes, Form::Bytes), n, 64 * KIB, times);
    }),
    case("message-64", 2000, 1, |n, times| up(Route::Unix, (U32BE, U32BE), n, 64, times)),
    case("message-16k", 2000, 1, |n, times| up(Route::Unix, (U32BE, U32BE), n, 16 * KIB, times)),
    case("messages-100", 1000, 100, |n, times| up(Route::Unix, (U32BE, U32BE), n, 64, times)),
    case("messages-800", 200, 800, |n, times| up(Route::Unix, (U32BE, U32BE), n, 64, times)),
    case("transcode-800", 200, 800, |n, times| up(Route::Unix, (U32BE, VARINT), n, 64, times)),
    case("packets-to-frames-100", 500, 100, |n, times| {
        up(Route::Unix, (Form::Packets, U32BE), n, 64, times);
    }),
    case("frames-to-packets-100", 500, 100, |n, times| {
        up(Route::Unix, (U32BE, Form::Packets), n, 64, times);
    }),
    case("tls-up-64", 1000, 1, |n, times| {
        up(Route::Pair, (Form::Bytes, Form::Bytes), n, 64, times)
    }),
    case("tls-up-16k", 300, 1, |n, times| {
        up(Route::Pair, (Form::Bytes, Form::Bytes), n, 16 * KIB, times);
    }),
    case("tls-down-16k", 300, 1, |n, times| {
        down(Route::Pair, (Form::Bytes, Form::Bytes), n, 16 * KIB, times);
    }),
    case("connection-unix", 300, 1, |_, times| connections(Route::Unix, times)),
    case("connection-tcp", 300, 1, |_, times| connections(Route::Tcp, times)),
    case("connection-tls", 20, 1, |_, times| connections(Route::Pair, times)),
];

/// callgrind counts from here on, and until this returns: the tool knows it by
/// its name.
#[inline(never)]
fn steady(work: &mut dyn FnMut()) {
    work();
    black_box(());
}

/// Finds messages of 64 bytes in what was read.
fn scan(prefix: Prefix, count: usize, times: usize) {
    let stream = Parcel::new(Form::Frames(prefix), count, 64).wire;
    steady(&mut || {
        for _ in 0..times {
            let scan = Scan::new(prefix, LIMIT, black_box(&stream));
            let total: usize = scan.map(|message| message.len()).sum();
            assert_eq!(black_box(total), count * 64);
        }
    });
}

/// Writes heads of all framings in turn.
fn heads(count: usize, times: usize) {
    let lengths: Vec<usize> = (0..count).map(|at| (at * 37) % 60_000).collect();
    steady(&mut || {
        for at in 0..times {
            let prefix = Prefix::ALL[at % Prefix::ALL.len()];
            for len in black_box(&lengths) {
                black_box(prefix.head(*len).expect("it is short enough").as_slice());
            }
        }
    });
}

/// Moves messages from the client to the service, some at a time.
fn up(route: Route, (from, to): (Form, Form), count: usize, size: usize, times: usize) {
    let scene = Scene::new(route, from, to);
    let (sent, arrives) = (Parcel::new(from, count, size), Parcel::new(to, count, size));
    let mut crossed = scene.run(scene.connect());
    scene.run(async {
        crossed.client.send(&sent).await;
        crossed.service.receive_exactly(&arrives).await;
    });
    steady(&mut || {
        scene.run(async {
            for _ in 0..times {
                crossed.up(&sent, &arrives).await;
            }
        });
    });
}

/// The same from the service to the client.
fn down(route: Route, (client, service): (Form, Form), count: usize, size: usize, times: usize) {
    let scene = Scene::new(route, client, service);
    let (sent, arrives) = (Parcel::new(service, count, size), Parcel::new(client, count, size));
    let mut crossed = scene.run(scene.connect());
    scene.run(async {
        crossed.service.send(&sent).await;
        crossed.client.receive_exactly(&arrives).await;
    });
    steady(&mut || {
        scene.run(async {
            for _ in 0..times {
                crossed.down(&sent, &arrives).await;
            }
        });
    });
}

/// Connect, one byte there and back, close.
fn connections(route: Route, times: usize) {
    let scene = Scene::new(route, Form::Bytes, Form::Bytes);
    let byte = Parcel::new(Form::Bytes, 1, 1);
    let connection = async || {
        let mut crossed = scene.connect().await;
        crossed.up(&byte, &byte).await;
        crossed.down(&byte, &byte).await;
        drop(crossed.client);
        crossed.service.receive_end().await;
    };
    scene.run(connection());
    steady(&mut || {
        scene.run(async {
            for _ in 0..times {
                connection().await;
            }
        });
    });
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [name] = words.as_slice() else {
        for case in CASES {
            println!("{} {} {}", case.name, case.times, case.units);
        }
        return;
    };
    let case = CASES.iter().find(|case| case.name == name).expect("no such case");
    (case.work)(case.units, case.times);
}
