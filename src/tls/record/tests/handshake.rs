//! Sessions made in memory: one side for our records, the other rustls'.

use std::io::{Read, Write};
use std::sync::Arc;

use rustls::client::UnbufferedClientConnection;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState, EncodeError, UnbufferedStatus};
use rustls::{
    CipherSuite, ClientConfig, ClientConnection, Connection, Error, ExtractedSecrets,
    ProtocolVersion, RootCertStore, ServerConfig, ServerConnection,
};

use super::super::keys::Keys;
use super::super::open::Opener;
use super::super::seal::Sealer;
use super::super::{Kernel, Received, Records, record_len};

/// One suite for each layout and key length.
pub(super) const SUITES: [CipherSuite; 6] = [
    CipherSuite::TLS13_AES_128_GCM_SHA256,
    CipherSuite::TLS13_AES_256_GCM_SHA384,
    CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
];
pub(super) const NEW: CipherSuite = SUITES[0];
pub(super) const OLD: CipherSuite = SUITES[3];

/// Which side ours is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ours {
    Server,
    Client,
}

fn configs(suite: CipherSuite) -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    let mut provider: CryptoProvider = ring::default_provider();
    provider.cipher_suites.retain(|known| known.suite() == suite);
    let provider = Arc::new(provider);
    let versions = [provider.cipher_suites[0].version()];
    let made = rcgen::generate_simple_self_signed(["gw.example.com".to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let mut server = server
        .with_protocol_versions(&versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    server.enable_secret_extraction = true;
    let client = ClientConfig::builder_with_provider(provider);
    let client = client.with_protocol_versions(&versions).unwrap();
    let mut client = client.with_root_certificates(roots).with_no_client_auth();
    client.enable_secret_extraction = true;
    (server.into(), client.into())
}

enum Party {
    Server(UnbufferedServerConnection),
    Client(UnbufferedClientConnection),
    Rustls(Box<Connection>),
}

struct Talker {
    party: Party,
    incoming: Vec<u8>,
}

impl Talker {
    fn of(party: Party) -> Self {
        Self { party, incoming: Vec::new() }
    }

    /// Takes what came; what goes to the other.
    fn talk(&mut self, came: &[u8]) -> Vec<u8> {
        self.incoming.extend_from_slice(came);
        let mut out = Vec::new();
        loop {
            let (discard, again) = match &mut self.party {
                Party::Server(side) => step(side.process_tls_records(&mut self.incoming), &mut out),
                Party::Client(side) => step(side.process_tls_records(&mut self.incoming), &mut out),
                Party::Rustls(side) => {
                    feed(side, &self.incoming).unwrap();
                    out = drain(side);
                    (self.incoming.len(), false)
                }
            };
            self.incoming.drain(..discard);
            if !again {
                return out;
            }
        }
    }

    fn hand_over(self) -> (ExtractedSecrets, Kernel) {
        match self.party {
            Party::Server(side) => {
                let (secrets, kernel) = side.dangerous_into_kernel_connection().unwrap();
                (secrets, Kernel::Server(kernel))
            }
            Party::Client(side) => {
                let (secrets, kernel) = side.dangerous_into_kernel_connection().unwrap();
                (secrets, Kernel::Client(kernel))
            }
            Party::Rustls(_) => unreachable!(),
        }
    }
}

fn step<D>(status: UnbufferedStatus<'_, '_, D>, out: &mut Vec<u8>) -> (usize, bool) {
    let again = match status.state.unwrap() {
        ConnectionState::EncodeTlsData(mut flight) => {
            let at = out.len();
            let Err(EncodeError::InsufficientSize(size)) = flight.encode(&mut []) else { panic!() };
            out.resize(at + size.required_size, 0);
            flight.encode(&mut out[at..]).unwrap();
            true
        }
        ConnectionState::TransmitTlsData(sent) => {
            sent.done();
            true
        }
        _ => false,
    };
    (status.discard, again)
}

fn shake(client: &mut Talker, server: &mut Talker) {
    let mut to_server = client.talk(&[]);
    while !to_server.is_empty() {
        let to_client = server.talk(&to_server);
        to_server = client.talk(&to_client);
    }
}

fn name() -> ServerName<'static> {
    "gw.example.com".try_into().unwrap()
}

/// Our side of a session, not yet taken over, and rustls' own as its peer.
pub(super) fn meet(suite: CipherSuite, ours: Ours) -> ((ExtractedSecrets, Kernel), Connection) {
    let (server, client) = configs(suite);
    let (mut server, mut client) = match ours {
        Ours::Server => (
            Talker::of(Party::Server(UnbufferedServerConnection::new(server).unwrap())),
            Talker::of(Party::Rustls(Box::new(
                ClientConnection::new(client, name()).unwrap().into(),
            ))),
        ),
        Ours::Client => (
            Talker::of(Party::Rustls(Box::new(ServerConnection::new(server).unwrap().into()))),
            Talker::of(Party::Client(UnbufferedClientConnection::new(client, name()).unwrap())),
        ),
    };
    shake(&mut client, &mut server);
    match (server, client) {
        (ours, Talker { party: Party::Rustls(peer), .. })
        | (Talker { party: Party::Rustls(peer), .. }, ours) => (ours.hand_over(), *peer),
        _ => unreachable!(),
    }
}

pub(super) fn ours_and_peer(suite: CipherSuite, ours: Ours) -> (Records, Connection) {
    let ((secrets, kernel), peer) = meet(suite, ours);
    (Records::new(secrets, kernel).unwrap(), peer)
}

/// A peer that seals what it likes.
pub(super) struct Mischief {
    pub(super) seal: Sealer,
    pub(super) open: Opener,
}

impl Mischief {
    pub(super) fn record(&mut self, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut record = vec![0; content.len() + self.seal.overhead()];
        self.seal.seal(kind.into(), content, &mut record).unwrap();
        record
    }

    /// The alert that our side sealed.
    pub(super) fn reads_alert(&mut self, control: &[u8]) -> (u8, rustls::AlertDescription) {
        let mut bytes = control.to_vec();
        let end = bytes.len();
        let (kind, len) = self.open.open(&mut bytes, 0, end).unwrap();
        assert_eq!((kind, len), (rustls::ContentType::Alert, 2));
        (bytes[0], bytes[1].into())
    }
}

pub(super) fn ours_and_mischief(suite: CipherSuite, ours: Ours) -> (Records, Mischief) {
    let (server, client) = configs(suite);
    let mut server = Talker::of(Party::Server(UnbufferedServerConnection::new(server).unwrap()));
    let mut client =
        Talker::of(Party::Client(UnbufferedClientConnection::new(client, name()).unwrap()));
    shake(&mut client, &mut server);
    let (ours, other) = match ours {
        Ours::Server => (server, client),
        Ours::Client => (client, server),
    };
    let (secrets, kernel) = ours.hand_over();
    let records = Records::new(secrets, kernel).unwrap();
    let (secrets, kernel) = other.hand_over();
    let version = match &kernel {
        Kernel::Server(kernel) => kernel.protocol_version(),
        Kernel::Client(kernel) => kernel.protocol_version(),
    };
    let keys = |secrets| Keys::new(version, secrets).unwrap();
    let seal = Sealer::new(keys(secrets.tx), u64::MAX);
    (records, Mischief { seal, open: Opener(keys(secrets.rx)) })
}

/// What rustls' side sends.
pub(super) fn drain(peer: &mut Connection) -> Vec<u8> {
    let mut wire = Vec::new();
    while peer.wants_write() {
        peer.write_tls(&mut wire).unwrap();
    }
    wire
}

/// rustls' side takes what came; its data so far is read away by nobody.
pub(super) fn feed(peer: &mut Connection, mut wire: &[u8]) -> Result<(), Error> {
    while !wire.is_empty() {
        peer.read_tls(&mut wire).unwrap();
        peer.process_new_packets()?;
    }
    Ok(())
}

/// As [`feed`], record by record, with the data that came out.
pub(super) fn read(peer: &mut Connection, mut wire: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    while let Some(len) = record_len(wire).unwrap() {
        feed(peer, &wire[..len]).unwrap();
        wire = &wire[len..];
        let mut chunk = vec![0; 1 << 16];
        if let Ok(got) = peer.reader().read(&mut chunk) {
            data.extend_from_slice(&chunk[..got]);
        }
    }
    assert!(wire.is_empty());
    data
}

/// rustls' side sends data.
pub(super) fn send(peer: &mut Connection, data: &[u8]) -> Vec<u8> {
    let mut wire = Vec::new();
    for chunk in data.chunks(16 * 1024) {
        peer.writer().write_all(chunk).unwrap();
        wire.extend(drain(peer));
    }
    wire
}

/// Our side opens all of `wire`.
pub(super) fn open(ours: &mut Records, wire: &[u8]) -> Result<Vec<u8>, Error> {
    let mut wire = wire.to_vec();
    let (mut data, mut at) = (0, 0);
    while let Some(len) = ours.next_len(&wire[at..])? {
        if let Received::Data(got) = ours.open(&mut wire[data..], at - data, at - data + len)? {
            data += got;
        }
        at += len;
    }
    wire.truncate(data);
    Ok(wire)
}

/// Our side seals `data`, with whatever waits before it.
pub(super) fn seal(ours: &mut Records, mut data: &[u8]) -> Vec<u8> {
    let mut wire = control(ours);
    let mut out = vec![0; 40_000];
    while !data.is_empty() {
        let (taken, filled) = ours.seal(data, &mut out).unwrap();
        wire.extend_from_slice(&out[..filled]);
        wire.extend(control(ours));
        data = &data[taken..];
    }
    wire
}

pub(super) fn control(ours: &mut Records) -> Vec<u8> {
    let waiting = ours.control().to_vec();
    ours.control_sent(waiting.len());
    waiting
}

pub(super) fn version(peer: &Connection) -> ProtocolVersion {
    peer.protocol_version().unwrap()
}
