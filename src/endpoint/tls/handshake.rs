//! The handshake, by rustls' unbuffered interface, which can hand over its keys
//! at the end. Its own record layer ends with it.

mod incoming;
mod unbuffered;

use std::io;
use std::sync::Arc;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::UnbufferedStatus;
use rustls::{ClientConfig, Error, HandshakeKind, ServerConfig};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use self::incoming::Incoming;
use self::unbuffered::{Party, Step, is_alert};
use super::inbound::Inbound;
use super::outbound::Outbound;
use super::{TlsConn, tls_error};
use crate::access::{CertificateNames, TlsSession};
use crate::tls;
use crate::tls::record::Records;

/// A handshake that failed. The socket, where the peer may still read why.
#[derive(Debug)]
pub struct HandshakeError {
    /// The socket's or, as `InvalidData`, rustls'.
    pub error: io::Error,
    /// The socket.
    pub tcp: TcpStream,
}

/// A handshake that succeeded.
#[derive(Debug)]
pub struct Shaken {
    /// The connection.
    pub conn: TlsConn,
    /// What was agreed on; without the name that the client asked for.
    pub session: TlsSession,
    /// The names in the peer's certificate.
    pub names: Option<CertificateNames>,
    /// The peer's certificates, its own first.
    pub chain: Vec<CertificateDer<'static>>,
    /// Whether an earlier session went on: then rustls has not looked at them
    /// again.
    pub resumed: bool,
}

/// Shakes hands with a client. `fin_is_end` takes a plain FIN for a clean end.
///
/// # Errors
/// [`HandshakeError`], after the alert was sent.
pub async fn accept(
    tcp: TcpStream,
    config: Arc<ServerConfig>,
    fin_is_end: bool,
) -> Result<Shaken, HandshakeError> {
    match UnbufferedServerConnection::new(config) {
        Ok(side) => Handshake::new(side, tcp).run(fin_is_end).await,
        Err(error) => Err(HandshakeError { error: tls_error(error), tcp }),
    }
}

/// Shakes hands with the server that must be `name`; see [`accept`].
///
/// # Errors
/// As [`accept`].
pub async fn connect(
    tcp: TcpStream,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    fin_is_end: bool,
) -> Result<Shaken, HandshakeError> {
    match UnbufferedClientConnection::new(config, name) {
        Ok(side) => Handshake::new(side, tcp).run(fin_is_end).await,
        Err(error) => Err(HandshakeError { error: tls_error(error), tcp }),
    }
}

struct Handshake<P> {
    side: P,
    tcp: TcpStream,
    incoming: Incoming,
    outgoing: Vec<u8>,
}

impl<P: Party> Handshake<P> {
    fn new(side: P, tcp: TcpStream) -> Self {
        Self { side, tcp, incoming: Incoming::new(), outgoing: Vec::new() }
    }

    async fn run(mut self, fin_is_end: bool) -> Result<Shaken, HandshakeError> {
        match self.shake().await {
            Ok(()) => self.finish(fin_is_end),
            Err(error) => Err(HandshakeError { error, tcp: self.tcp }),
        }
    }

    async fn shake(&mut self) -> io::Result<()> {
        loop {
            match self.step() {
                Ok(Step::Again) => {}
                Ok(Step::Send) => self.send().await?,
                Ok(Step::Through) if self.is_over() => return Ok(()),
                Ok(Step::Receive | Step::Through) => {
                    while !self.incoming.show_next() {
                        self.incoming.receive(&mut self.tcp).await?;
                    }
                }
                Err(error) => {
                    self.take_alert();
                    // A peer that takes no alert learns of the failure by the close.
                    let _ = self.send().await;
                    return Err(tls_error(error));
                }
            }
        }
    }

    /// Lets rustls go on with what it was shown.
    fn step(&mut self) -> Result<Step, Error> {
        let UnbufferedStatus { discard, state } = self.side.process(self.incoming.shown());
        let step = state.and_then(|state| Step::take(state, &mut self.outgoing));
        self.incoming.discard(discard);
        step
    }

    /// Whether the peer is through too, and has not begun with another message.
    fn is_over(&self) -> bool {
        !self.side.is_handshaking() && self.incoming.is_processed()
    }

    /// What stands behind an error, up to the alert. rustls must not be asked
    /// for more: it would stumble over the same bytes again.
    fn take_alert(&mut self) {
        loop {
            let at = self.outgoing.len();
            match self.step() {
                Ok(Step::Again) if !is_alert(&self.outgoing[at..]) => {}
                _ => break,
            }
        }
    }

    async fn send(&mut self) -> io::Result<()> {
        self.tcp.write_all(&self.outgoing).await?;
        self.outgoing.clear();
        Ok(())
    }

    fn finish(mut self, fin_is_end: bool) -> Result<Shaken, HandshakeError> {
        let (session, names) = tls::session(&self.side, None);
        let resumed = self.side.handshake_kind() == Some(HandshakeKind::Resumed);
        let chain = self.side.peer_certificates().unwrap_or_default().to_vec();
        let tcp = self.tcp;
        let handed_over = self.side.hand_over();
        match handed_over.and_then(|(secrets, kernel)| Records::new(secrets, kernel)) {
            Ok(mut records) => {
                let came = self.incoming.all();
                let inbound = Inbound::new(&mut records, came, fin_is_end);
                let conn = TlsConn { tcp, records, inbound, outbound: Outbound::default() };
                Ok(Shaken { conn, session, names, chain, resumed })
            }
            Err(error) => Err(HandshakeError { error: tls_error(error), tcp }),
        }
    }
}
