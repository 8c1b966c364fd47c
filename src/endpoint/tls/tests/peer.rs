//! A client of rustls' that sends its bytes as a test wants them.

use std::io::{Read, Write};
use std::net::TcpStream as StdStream;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, Error, RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};

use super::super::{HandshakeError, TlsConn, accept};

/// 1.2 or 1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Old,
    New,
}

pub(super) fn name() -> ServerName<'static> {
    "gw.example.com".try_into().unwrap()
}

pub(super) fn configs(version: Version) -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    configs_named(version, vec!["gw.example.com".to_owned()])
}

/// With a certificate for all of these.
pub(super) fn configs_named(
    version: Version,
    names: Vec<String>,
) -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    let versions = match version {
        Version::Old => [&TLS12],
        Version::New => [&TLS13],
    };
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(ring::default_provider());
    let server = ServerConfig::builder_with_provider(provider.clone());
    let server = server.with_protocol_versions(&versions).unwrap().with_no_client_auth();
    let mut server = server.with_single_cert(vec![made.cert.der().clone()], key.into()).unwrap();
    server.enable_secret_extraction = true;
    let client = ClientConfig::builder_with_provider(provider);
    let client = client.with_protocol_versions(&versions).unwrap();
    let mut client = client.with_root_certificates(roots).with_no_client_auth();
    client.enable_secret_extraction = true;
    (server.into(), client.into())
}

/// Two ends of a connection; what is sent leaves at once.
pub(super) async fn sockets() -> (TcpStream, StdStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let far = listener.accept().await.unwrap().0;
    near.set_nodelay(true).unwrap();
    let near = near.into_std().unwrap();
    near.set_nonblocking(false).unwrap();
    (far, near)
}

/// rustls' client on a socket that blocks.
pub(super) struct Peer {
    pub(super) tls: ClientConnection,
    pub(super) tcp: StdStream,
}

impl Peer {
    /// What waits to be sent.
    pub(super) fn drain(&mut self) -> Vec<u8> {
        let mut wire = Vec::new();
        while self.tls.wants_write() {
            self.tls.write_tls(&mut wire).unwrap();
        }
        wire
    }

    /// Sealed, not sent.
    pub(super) fn seal(&mut self, data: &[u8]) -> Vec<u8> {
        self.tls.writer().write_all(data).unwrap();
        self.drain()
    }

    pub(super) fn send(&mut self, wire: &[u8]) {
        self.tcp.write_all(wire).unwrap();
    }

    /// Shakes hands, each flight by way of `send`, but for the last one, which
    /// is returned.
    pub(super) fn shake(
        &mut self,
        mut send: impl FnMut(&mut StdStream, &[u8]),
    ) -> Result<Vec<u8>, Error> {
        loop {
            let flight = self.drain();
            if !self.tls.is_handshaking() {
                return Ok(flight);
            }
            send(&mut self.tcp, &flight);
            if self.tls.read_tls(&mut self.tcp).unwrap_or(0) == 0 {
                return Err(Error::HandshakeNotComplete);
            }
            self.tls.process_new_packets()?;
        }
    }

    /// So much data.
    pub(super) fn read(&mut self, len: usize) -> Vec<u8> {
        let mut data = vec![0; len];
        let (tls, tcp) = (&mut self.tls, &mut self.tcp);
        rustls::Stream::new(tls, tcp).read_exact(&mut data).unwrap();
        data
    }

    /// What ends this side's reading: an error of TLS, or none.
    pub(super) fn reads_error(&mut self) -> Option<Error> {
        while self.tls.read_tls(&mut self.tcp).unwrap_or(0) > 0 {
            if let Err(error) = self.tls.process_new_packets() {
                return Some(error);
            }
        }
        None
    }
}

/// A handshake of ours with a peer that does as `act` says.
pub(super) async fn meet<T: Send + 'static>(
    version: Version,
    fin_is_end: bool,
    act: impl FnOnce(Peer) -> T + Send + 'static,
) -> (Result<TlsConn, HandshakeError>, tokio::task::JoinHandle<T>) {
    let (server, client) = configs(version);
    let (far, tcp) = sockets().await;
    let tls = ClientConnection::new(client, name()).unwrap();
    let acting = tokio::task::spawn_blocking(move || act(Peer { tls, tcp }));
    let shaken = accept(far, server, fin_is_end).await;
    (shaken.map(|shaken| shaken.conn), acting)
}
