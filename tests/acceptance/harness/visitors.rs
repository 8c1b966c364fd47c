//! Clients that come one after the other while something changes under them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use super::{PATIENCE, eventually};

/// Where clients go.
#[derive(Clone)]
pub enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl Place {
    /// One client from first to last, and what went wrong.
    pub fn visit(&self) -> std::io::Result<()> {
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
pub struct Clients {
    stop: Arc<AtomicBool>,
    served: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<Vec<String>>>,
}

impl Clients {
    pub fn visiting(place: &Place) -> Self {
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
    pub fn serve_more(&self, more: usize) {
        let before = self.served.load(Ordering::Relaxed);
        eventually("clients to be served", || {
            (self.served.load(Ordering::Relaxed) >= before + more).then_some(())
        });
    }

    /// All that went wrong with any of them.
    pub fn end(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    }
}
