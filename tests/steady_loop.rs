//! The steady loop allocates nothing, for a chunk and for a message alike, and
//! a waiting connection is small.
#![allow(clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use pipeferry::endpoint::tls::{accept, connect};
use pipeferry::endpoint::{Conn, PacketSocket, Stream, TlsConn};
use pipeferry::ferry::{ByteFlow, Crossing, Cut, Flow, Limits, MessageFlow};
use pipeferry::frame::Prefix;
use pipeferry::telemetry::Outcome;
use pipeferry::telemetry::metrics::{DirectionMeter, Exposition};
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion};
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::time::Instant;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    /// Bytes that this thread has taken and not given back.
    static HELD: Cell<isize> = const { Cell::new(0) };
}

fn count() {
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

fn hold(bytes: isize) {
    let _ = HELD.try_with(|held| held.set(held.get() + bytes));
}

// SAFETY: hands every call to the system's allocator as it came.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        hold(layout.size() as isize);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        hold(-(layout.size() as isize));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        hold(size as isize - layout.size() as isize);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const LIMITS: Limits =
    Limits { idle: None, half_close: std::time::Duration::from_secs(60), lifetime: None };

async fn tcp_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dial = TcpStream::connect(listener.local_addr().unwrap());
    let (near, far) = tokio::join!(dial, listener.accept());
    (near.unwrap(), far.unwrap().0)
}

fn packet_pair() -> (Socket, Conn) {
    let (near, far) = Socket::pair(Domain::UNIX, Type::SEQPACKET, None).unwrap();
    far.set_nonblocking(true).unwrap();
    (near, Conn::Packet(PacketSocket::new(far.into()).unwrap()))
}

/// Carries between two ends, on a runtime of one thread, while `work` moves
/// bytes from outside; both see every allocation.
async fn carry<F: Flow>(client: Conn, target: Conn, flows: (F, F), work: impl Future<Output = ()>) {
    let (up, down) = flows;
    let (up_meter, down_meter) = (DirectionMeter::default(), DirectionMeter::default());
    let (up_meter, down_meter) = (&up_meter, &down_meter);
    let crossing = Crossing { client, target, up, down, up_meter, down_meter };
    let cut = Cut::default();
    let carried = crossing.run(LIMITS, Instant::now(), &cut);
    let (ended, ()) = tokio::join!(carried, work);
    assert_eq!(ended.outcome, Outcome::Done, "{ended:?}");
}

fn on_one_thread(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

async fn pass(
    near: &mut (impl AsyncWriteExt + Unpin),
    far: &mut (impl AsyncReadExt + Unpin),
    chunk: &[u8],
    buffer: &mut [u8],
) {
    let send = async {
        near.write_all(chunk).await.unwrap();
        near.flush().await.unwrap();
    };
    tokio::join!(send, async { far.read_exact(&mut buffer[..chunk.len()]).await.unwrap() });
}

/// Ends both sides, so that the crossing ends too.
async fn finish(near: &mut (impl AsyncWriteExt + AsyncReadExt + Unpin), far: &mut TcpStream) {
    near.shutdown().await.unwrap();
    assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
    far.shutdown().await.unwrap();
    assert_eq!(near.read(&mut [0]).await.unwrap(), 0);
}

#[test]
fn a_chunk_of_a_byte_bridge_allocates_nothing() {
    on_one_thread(async {
        let (mut near, client) = UnixStream::pair().unwrap();
        let (target, mut far) = tcp_pair().await;
        let ends = (Stream::Unix(client).into(), Stream::Tcp(target).into());
        let work = async move {
            let chunk = vec![7; 100_000];
            let mut buffer = vec![0; 100_000];
            for size in [64, 100_000, 1, 5_000].repeat(20) {
                pass(&mut near, &mut far, &chunk[..size], &mut buffer).await;
            }
            let sizes = [64, 100_000, 1, 5_000].repeat(50);
            let before = ALLOCATIONS.get();
            for size in sizes {
                pass(&mut near, &mut far, &chunk[..size], &mut buffer).await;
            }
            assert_eq!(ALLOCATIONS.get() - before, 0);
            finish(&mut near, &mut far).await;
        };
        carry(ends.0, ends.1, (ByteFlow::new(), ByteFlow::new()), work).await;
    });
}

fn tls_configs(version: &'static SupportedProtocolVersion) -> (ServerConfig, ClientConfig) {
    let made = rcgen::generate_simple_self_signed(["gw.example.com".to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(ring::default_provider());
    let server = ServerConfig::builder_with_provider(provider.clone());
    let server = server.with_protocol_versions(&[version]).unwrap().with_no_client_auth();
    let mut server = server.with_single_cert(vec![made.cert.der().clone()], key.into()).unwrap();
    server.enable_secret_extraction = true;
    server.send_tls13_tickets = 0;
    let client = ClientConfig::builder_with_provider(provider);
    let client = client.with_protocol_versions(&[version]).unwrap();
    let mut client = client.with_root_certificates(roots).with_no_client_auth();
    client.enable_secret_extraction = true;
    client.resumption = rustls::client::Resumption::disabled();
    (server, client)
}

async fn tls_pair(server: Arc<ServerConfig>, client: Arc<ClientConfig>) -> (TlsConn, TlsConn) {
    let (near, far) = tcp_pair().await;
    let name = "gw.example.com".try_into().unwrap();
    let near = connect(near, client, name, false);
    let (near, far) = tokio::join!(near, accept(far, server, false));
    (near.unwrap().conn, far.unwrap().conn)
}

#[test]
fn a_chunk_over_tls_allocates_nothing_either_way() {
    for version in [&TLS12, &TLS13] {
        on_one_thread(async {
            let (server, client) = tls_configs(version);
            let (mut near, client) = tls_pair(server.into(), client.into()).await;
            let (target, mut far) = tcp_pair().await;
            let ends = (Stream::Tls(Box::new(client)).into(), Stream::Tcp(target).into());
            let work = async move {
                let chunk = vec![7; 100_000];
                let mut buffer = vec![0; 100_000];
                let sizes = [64, 100_000, 1, 5_000, 16_384].repeat(30);
                let mut before = 0;
                for round in 0..3 {
                    if round == 1 {
                        before = ALLOCATIONS.get();
                    }
                    for size in &sizes {
                        pass(&mut near, &mut far, &chunk[..*size], &mut buffer).await;
                        pass(&mut far, &mut near, &chunk[..*size], &mut buffer).await;
                    }
                }
                assert_eq!(ALLOCATIONS.get() - before, 0, "{version:?}");
                finish(&mut near, &mut far).await;
            };
            carry(ends.0, ends.1, (ByteFlow::new(), ByteFlow::new()), work).await;
        });
    }
}

#[test]
fn a_waiting_tls_connection_is_small() {
    const PAIRS: isize = 10;
    on_one_thread(async {
        for version in [&TLS12, &TLS13] {
            let (server, client) = tls_configs(version);
            let (server, client) = (Arc::new(server), Arc::new(client));
            let pair = async || {
                let (near, far) = tls_pair(server.clone(), client.clone()).await;
                (Box::new(near), Box::new(far))
            };
            // Once for what a thread and a configuration keep.
            let mut kept = Vec::with_capacity(PAIRS as usize + 1);
            kept.push(pair().await);
            let before = HELD.get();
            for _ in 0..PAIRS {
                kept.push(pair().await);
            }
            let each = (HELD.get() - before) / (2 * PAIRS);
            assert!(each <= 2_900, "a TLS connection that waits takes {each} bytes, {version:?}");
        }
    });
}

#[test]
fn a_message_between_streams_allocates_nothing_even_when_its_framing_changes() {
    for (from, to) in [(Prefix::U32Be, Prefix::U32Be), (Prefix::U32Be, Prefix::Varint)] {
        on_one_thread(async {
            let (mut near, client) = UnixStream::pair().unwrap();
            let (target, mut far) = tcp_pair().await;
            let flow = |a, b| MessageFlow::new(Some(a), Some(b), 1 << 20);
            let work = async move {
                let message = |len: usize, prefix: Prefix| {
                    [prefix.head(len).unwrap().as_slice(), &vec![7; len]].concat()
                };
                let sizes = [0, 1, 64, 4_096, 60_000];
                let sent: Vec<_> = sizes.iter().map(|len| message(*len, from)).collect();
                let want: Vec<_> = sizes.iter().map(|len| message(*len, to)).collect();
                let mut buffer = vec![0; 100_000];
                let mut before = 0;
                for round in 0..60 {
                    if round == 20 {
                        before = ALLOCATIONS.get();
                    }
                    for (sent, want) in sent.iter().zip(&want) {
                        near.write_all(sent).await.unwrap();
                        far.read_exact(&mut buffer[..want.len()]).await.unwrap();
                        assert!(buffer[..want.len()] == **want);
                    }
                }
                assert_eq!(ALLOCATIONS.get() - before, 0, "{from:?} to {to:?}");
                finish(&mut near, &mut far).await;
            };
            let ends = (Stream::Unix(client).into(), Stream::Tcp(target).into());
            carry(ends.0, ends.1, (flow(from, to), flow(to, from)), work).await;
        });
    }
}

#[test]
fn a_packet_allocates_nothing() {
    on_one_thread(async {
        let (near, client) = packet_pair();
        let (target, mut far) = tcp_pair().await;
        let up = MessageFlow::new(None, Some(Prefix::U32Be), 1 << 20);
        let down = MessageFlow::new(Some(Prefix::U32Be), None, 1 << 20);
        let work = async move {
            let message = [7; 64];
            let mut buffer = [0; 68 * 30];
            let mut before = 0;
            for round in 0..60 {
                if round == 20 {
                    before = ALLOCATIONS.get();
                }
                for _ in 0..30 {
                    near.send(&message).unwrap();
                }
                far.read_exact(&mut buffer).await.unwrap();
                far.write_all(&buffer[..68]).await.unwrap();
                tokio::task::yield_now().await;
            }
            assert_eq!(ALLOCATIONS.get() - before, 0);
            near.shutdown(std::net::Shutdown::Write).unwrap();
            assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
            far.shutdown().await.unwrap();
        };
        carry(client, Stream::Tcp(target).into(), (up, down), work).await;
    });
}

#[test]
fn a_waiting_connection_is_small() {
    on_one_thread(async {
        let (_near, client) = UnixStream::pair().unwrap();
        let (target, _far) = tcp_pair().await;
        let metrics = Exposition::local().bridge("size");
        let cut = Arc::new(Cut::default());
        let crossing = Crossing {
            client: Stream::Unix(client).into(),
            target: Stream::Tcp(target).into(),
            up: ByteFlow::new(),
            down: ByteFlow::new(),
            up_meter: &metrics.to_target,
            down_meter: &metrics.to_client,
        };
        let future = crossing.run(LIMITS, Instant::now(), &cut);
        let size = size_of_val(&future);
        assert!(size <= 640, "the future of a byte connection takes {size} bytes");
    });
}
