//! Another program in the place of one that runs, and no client that notices.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use rustix::process::Signal;

use crate::harness::activation::handing;
use crate::harness::gateway::completed;
use crate::harness::target::echo;
use crate::harness::{Duplex, Gateway, PATIENCE, Site, Target, eventually};

fn echo_service() -> String {
    let target = Target::tcp();
    let address = target.address.clone();
    target.serve(echo);
    address
}

/// Where clients go.
#[derive(Clone)]
enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl Place {
    /// One client from first to last, and what went wrong.
    fn visit(&self) -> std::io::Result<()> {
        match self {
            Self::Tcp(at) => {
                let stream = TcpStream::connect(at)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                question(&stream, &stream)?;
                // Leaves no port behind that the next would have to wait for.
                socket2::SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO))
            }
            Self::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                question(&stream, &stream)
            }
        }
    }
}

fn question(mut read: impl Read, mut write: impl Write) -> std::io::Result<()> {
    write.write_all(b"are you there?")?;
    let mut answer = [0; 14];
    read.read_exact(&mut answer)?;
    assert_eq!(&answer, b"are you there?");
    Ok(())
}

/// Clients that come one after the other, without a pause, in several threads.
struct Clients {
    stop: Arc<AtomicBool>,
    served: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<Vec<String>>>,
}

impl Clients {
    fn visiting(place: &Place) -> Self {
        let (stop, served) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let threads = (0..3).map(|_| {
            let (place, stop, served) = (place.clone(), Arc::clone(&stop), Arc::clone(&served));
            std::thread::spawn(move || {
                let mut failed = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    match place.visit() {
                        Ok(()) => drop(served.fetch_add(1, Ordering::Relaxed)),
                        Err(error) => failed.push(error.to_string()),
                    }
                }
                failed
            })
        });
        Self { threads: threads.collect(), stop, served }
    }

    /// Waits until so many more have been served.
    fn serve_more(&self, more: usize) {
        let before = self.served.load(Ordering::Relaxed);
        eventually("clients to be served", || {
            (self.served.load(Ordering::Relaxed) >= before + more).then_some(())
        });
    }

    /// All that went wrong with any of them.
    fn end(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    }
}

#[test]
fn clients_that_wait_in_the_queue_when_a_drain_begins_are_served() {
    let site = Site::new();
    let target = Target::tcp();
    let config = format!(
        "[bridge.tcp]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{0}\"\n[bridge.unix]\nlisten = \"unix:{1}\"\nconnect = \"{0}\"\n",
        target.address,
        site.at("s")
    );
    let mut gateway = Gateway::start(&site, config);
    // Halted, it accepts nobody; the system connects them all the same. The
    // signal to stop is there before it can go on.
    gateway.signal(Signal::STOP);
    let mut clients: Vec<_> = (0..20).map(|_| gateway.tcp("tcp")).collect();
    clients.extend((0..20).map(|_| Duplex::unix(site.path("s"))));
    for client in &mut clients {
        client.send(b"let in");
    }
    gateway.terminate();
    gateway.signal(Signal::CONT);
    for _ in &clients {
        let mut service = target.accept();
        assert_eq!(service.exactly(6), b"let in");
        service.send(b"served");
        service.finish();
    }
    for client in &mut clients {
        assert_eq!(client.rest(), b"served");
        client.finish();
    }
    assert_eq!(gateway.wait_exit(), 0);
    assert!(gateway.wait_records(40).iter().all(|record| record.outcome == "drained"));
}

#[test]
fn a_socket_that_is_handed_on_loses_nobody_between_two_processes() {
    let site = Site::new();
    let service = echo_service();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let unix = UnixListener::bind(site.path("s")).unwrap();
    let config = completed(&format!(
        "[bridge.tcp]\nlisten = \"fd:tcp\"\nconnect = \"{service}\"\n[bridge.unix]\nlisten = \"fd:unix\"\nconnect = \"{service}\"\n"
    ));
    let start = || {
        let sockets = [("tcp", tcp.as_fd()), ("unix", unix.as_fd())];
        Gateway::spawn_as_is(handing(&site, &sockets, &config), &config)
    };
    let mut gateway = start();
    let near = Clients::visiting(&Place::Tcp(tcp.local_addr().unwrap()));
    let local = Clients::visiting(&Place::Unix(site.path("s")));
    for _ in 0..3 {
        near.serve_more(100);
        local.serve_more(100);
        // One after the other, as `systemctl restart` does it: meanwhile clients
        // wait in the queue of the socket.
        assert_eq!(gateway.stop(), 0);
        gateway = start();
    }
    near.serve_more(100);
    local.serve_more(100);
    assert_eq!(near.end(), Vec::<String>::new());
    assert_eq!(local.end(), Vec::<String>::new());
}

#[test]
fn whoever_waits_at_a_handed_socket_is_served_by_the_next_process() {
    let site = Site::new();
    let service = echo_service();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let config =
        completed(&format!("[bridge.one]\nlisten = \"fd:one\"\nconnect = \"{service}\"\n"));
    let start =
        || Gateway::spawn_as_is(handing(&site, &[("one", socket.as_fd())], &config), &config);
    assert_eq!(start().stop(), 0);
    let mut waits = Duplex::tcp(socket.local_addr().unwrap());
    waits.send(b"anybody?");
    let _next = start();
    assert_eq!(waits.exactly(8), b"anybody?");
}
