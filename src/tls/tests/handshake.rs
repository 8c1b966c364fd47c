//! Two rustls connections whose bytes are carried by hand.

use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection};

use crate::config::{
    CertRules, Framing, HostPort, TcpDial, TcpListen, TcpOptions, TlsClients, TlsDial, TlsListen,
    TlsOptions, TlsVersion,
};
use crate::tls::{Identity, Refusal, classify, client_config, server_config};

const TCP: TcpOptions = TcpOptions { nodelay: true, keepalive: None, reuse_port: false };

pub(super) fn at(host: &str) -> HostPort {
    HostPort { host: host.into(), port: 0 }
}

pub(super) fn options() -> TlsOptions {
    TlsOptions { max: TlsVersion::V1_3, ..only(TlsVersion::V1_2) }
}

pub(super) fn only(version: TlsVersion) -> TlsOptions {
    TlsOptions { min: version, max: version, close_notify_optional: false, resume: true }
}

pub(super) fn listen(clients: TlsClients) -> TlsListen {
    let tcp = TcpListen { at: at("127.0.0.1"), framing: Framing::U32Be, tcp: TCP, proxy: None };
    TlsListen { tcp, identity: "gateway".into(), clients, tls: options() }
}

pub(super) fn rules(rules: CertRules) -> TlsListen {
    listen(TlsClients::Rules(rules))
}

pub(super) fn dial(host: &str) -> TlsDial {
    let tcp = TcpDial { to: at(host), framing: Framing::U32Be, tcp: TCP, proxy: None };
    TlsDial { tcp, identity: "gateway".into(), server_name: None, verify: None, tls: options() }
}

/// What each side made of a handshake.
pub(super) struct Handshake {
    pub(super) server: Result<ServerConnection, io::Error>,
    pub(super) client: Result<ClientConnection, io::Error>,
}

impl Handshake {
    /// Both sides are through, and data of the server arrives.
    pub(super) fn succeeds(mut self) -> (ServerConnection, ClientConnection) {
        let mut server = self.server.as_mut().unwrap();
        io::Write::write_all(&mut server.writer(), b"welcome").unwrap();
        let client = self.client.as_mut().unwrap();
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        feed(client, &wire).unwrap();
        let mut seen = [0; 7];
        io::Read::read_exact(&mut client.reader(), &mut seen).unwrap();
        assert_eq!(&seen, b"welcome");
        server = self.server.as_mut().unwrap();
        assert!(!server.is_handshaking());
        (self.server.unwrap(), self.client.unwrap())
    }

    /// The reason for which the server denied the client.
    pub(super) fn is_denied(&self) -> String {
        let error = self.server.as_ref().expect_err("the server let the client in");
        match classify(error) {
            Refusal::Denied { reason } => reason,
            Refusal::Failed { reason } => panic!("failed and not denied: {reason}"),
        }
    }

    pub(super) fn client_error(&self) -> &io::Error {
        self.client.as_ref().expect_err("the client saw no error")
    }

    /// The reason for which the server gave up a client that broke the protocol.
    pub(super) fn is_failed(&self) -> String {
        match classify(self.server.as_ref().expect_err("the server was content")) {
            Refusal::Failed { reason } => reason,
            Refusal::Denied { reason } => panic!("denied and not failed: {reason}"),
        }
    }
}

/// One handshake between a listener and a dialler.
pub(super) fn meet(
    (server, listen): (&Identity, &TlsListen),
    (client, dial): (&Identity, &TlsDial),
) -> Handshake {
    let (client, name) = client_config(client, dial).unwrap();
    shake(server_config(server, listen).unwrap(), client, name)
}

pub(super) fn shake(
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
    name: ServerName<'static>,
) -> Handshake {
    let mut client = Ok(ClientConnection::new(client, name).unwrap());
    let mut server = Ok(ServerConnection::new(server).unwrap());
    // What a side wrote before it failed still gets to the other: the alert.
    let mut last: (Vec<u8>, Vec<u8>) = Default::default();
    loop {
        let to_server = drain(&mut client, &mut last.0);
        let to_client = drain(&mut server, &mut last.1);
        if to_server.is_empty() && to_client.is_empty() {
            return Handshake { server, client };
        }
        server = server.and_then(|mut side| match feed_server(&mut side, &to_server) {
            Ok(()) => Ok(side),
            Err(error) => {
                let _ = side.write_tls(&mut last.1);
                Err(error)
            }
        });
        client = client.and_then(|mut side| match feed(&mut side, &to_client) {
            Ok(()) => Ok(side),
            Err(error) => {
                let _ = side.write_tls(&mut last.0);
                Err(error)
            }
        });
    }
}

fn drain<C, S>(side: &mut Result<C, io::Error>, last: &mut Vec<u8>) -> Vec<u8>
where
    C: std::ops::DerefMut<Target = rustls::ConnectionCommon<S>>,
    S: rustls::SideData,
{
    let mut wire = std::mem::take(last);
    if let Ok(side) = side {
        while side.wants_write() {
            side.write_tls(&mut wire).unwrap();
        }
    }
    wire
}

fn feed_server(side: &mut ServerConnection, wire: &[u8]) -> io::Result<()> {
    feed(side, wire)
}

/// As tokio-rustls wraps it.
pub(super) fn feed<C, S>(side: &mut C, mut wire: &[u8]) -> io::Result<()>
where
    C: std::ops::DerefMut<Target = rustls::ConnectionCommon<S>>,
    S: rustls::SideData,
{
    while !wire.is_empty() {
        side.read_tls(&mut wire)?;
        side.process_new_packets()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    }
    Ok(())
}
