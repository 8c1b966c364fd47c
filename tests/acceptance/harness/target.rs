//! The service behind a bridge, played by the scene.

use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use rustls::ServerConfig;
use socket2::Socket;

use super::authority::Leaf;
use super::packet::Packets;
use super::{Duplex, Framing, Messages, Site, eventually, tls};

pub struct Target {
    listener: Listener,
    /// As the bridge's `connect` names it.
    pub address: String,
}

enum Listener {
    Tcp(TcpListener),
    Tls(TcpListener, Arc<ServerConfig>),
    Unix(UnixListener),
    Packet(Socket),
}

impl Target {
    pub fn tcp() -> Self {
        Self::tcp_at("127.0.0.1:0")
    }

    pub fn tcp_at(address: &str) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("tcp:{}", listener.local_addr().unwrap());
        Self { listener: Listener::Tcp(listener), address }
    }

    /// Serves clients that were let in late: each has said `let in`, and ends
    /// when it has its answer.
    pub fn serves(&self, clients: &mut [Duplex]) {
        for _ in clients.iter() {
            let mut service = self.accept();
            assert_eq!(service.exactly(6), b"let in");
            service.send(b"served");
            service.finish();
        }
        for client in clients {
            assert_eq!(client.rest(), b"served");
            client.finish();
        }
    }

    /// Under a certificate of the site for `localhost`.
    pub fn tls(site: &Site) -> Self {
        let issued = site.leaf("target", Leaf::localhost("target"));
        Self::tls_with(tls::server_config(site, &issued))
    }

    pub fn tls_with(config: ServerConfig) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("tls:localhost:{}", listener.local_addr().unwrap().port());
        Self { listener: Listener::Tls(listener, Arc::new(config)), address }
    }

    pub fn unix(site: &Site, name: &str) -> Self {
        let listener = UnixListener::bind(site.path(name)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self { listener: Listener::Unix(listener), address: format!("unix:{}", site.at(name)) }
    }

    pub fn packet(site: &Site, name: &str) -> Self {
        let listener = Packets::listen(site.path(name));
        Self { listener: Listener::Packet(listener), address: format!("unix:{}", site.at(name)) }
    }

    pub fn port(&self) -> u16 {
        self.socket_address().port()
    }

    pub fn socket_address(&self) -> SocketAddr {
        match &self.listener {
            Listener::Tcp(listener) | Listener::Tls(listener, _) => listener.local_addr().unwrap(),
            _ => panic!("{} has no port", self.address),
        }
    }

    /// The next connection of the bridge.
    pub fn accept(&self) -> Duplex {
        eventually("the bridge to dial the target", || self.try_accept())
    }

    /// A connection, if the bridge has dialled.
    pub fn try_accept(&self) -> Option<Duplex> {
        let stream = match &self.listener {
            Listener::Tcp(listener) => Duplex::Tcp(blocking(listener.accept().ok()?.0)),
            Listener::Tls(listener, config) => {
                let socket = blocking(listener.accept().ok()?.0);
                tls::answer(socket, Arc::clone(config)).ok()?
            }
            Listener::Unix(listener) => {
                let stream = listener.accept().ok()?.0;
                stream.set_nonblocking(false).unwrap();
                Duplex::Unix(stream)
            }
            Listener::Packet(_) => panic!("packets are messages: accept_messages"),
        };
        Some(stream.patient())
    }

    pub fn accept_messages(&self, framing: Framing) -> Messages {
        match &self.listener {
            Listener::Packet(listener) => {
                let accepted =
                    eventually("the bridge to dial the target", || listener.accept().ok());
                Messages::Packets(Packets::of(accepted.0))
            }
            _ => Messages::Framed(self.accept(), framing),
        }
    }

    /// A connection that this client has through the bridge: what it says first
    /// arrives here.
    pub fn carried(&self, mut client: Duplex) -> (Duplex, Duplex) {
        client.send(b"up");
        let mut service = self.accept();
        assert_eq!(service.exactly(2), b"up");
        (client, service)
    }

    /// Nobody has dialled.
    pub fn untouched(&self) -> bool {
        match &self.listener {
            Listener::Tcp(listener) | Listener::Tls(listener, _) => listener.accept().is_err(),
            Listener::Unix(listener) => listener.accept().is_err(),
            Listener::Packet(listener) => listener.accept().is_err(),
        }
    }

    /// Serves every connection in a thread of its own, for ever.
    pub fn serve(self, service: fn(Duplex)) -> JoinHandle<()> {
        std::thread::spawn(move || {
            loop {
                if let Some(stream) = self.try_accept() {
                    std::thread::spawn(move || service(stream));
                } else {
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
            }
        })
    }
}

fn blocking(stream: std::net::TcpStream) -> std::net::TcpStream {
    stream.set_nonblocking(false).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Gives back what comes as it comes, and the end at the end.
pub fn echo(mut stream: Duplex) {
    use std::io::{Read, Write};
    let mut buffer = vec![0; 65536];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return stream.finish(),
            Ok(count) if stream.write_all(&buffer[..count]).is_ok() => {}
            _ => return,
        }
    }
}
