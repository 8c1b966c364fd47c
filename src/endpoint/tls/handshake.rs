//! The handshake, by rustls' unbuffered interface, which can hand over its keys
//! at the end. Its own record layer ends with it.
//!
//! rustls is shown one record at a time. So it never sees what the peer sent
//! behind the handshake in the same segment: an answer of rustls' to a key
//! update there would get lost when the keys are handed over.

use std::io;
use std::sync::Arc;

use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::{ServerConnectionData, UnbufferedServerConnection};
use rustls::unbuffered::{ConnectionState, EncodeTlsData, UnbufferedStatus};
use rustls::{ClientConfig, CommonState, Error, ExtractedSecrets, HandshakeKind, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::inbound::Inbound;
use super::outbound::Outbound;
use super::{TlsConn, tls_error};
use crate::access::{CertificateNames, TlsSession};
use crate::buffer::{Buffer, Size};
use crate::tls;
use crate::tls::record::{HEADER, Kernel, Records, record_len};

/// What a peer may send before it is through: the longest flight that rustls
/// takes, with room for its records' heads.
const MOST_RECEIVED: usize = 128 * 1024;

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

/// What both sides of a handshake have in common.
trait Party: std::ops::Deref<Target: std::ops::Deref<Target = CommonState>> {
    type Data;
    fn process<'c, 'i>(
        &'c mut self,
        incoming: &'i mut [u8],
    ) -> UnbufferedStatus<'c, 'i, Self::Data>;
    fn hand_over(self) -> Result<(ExtractedSecrets, Kernel), Error>;
}

impl Party for UnbufferedServerConnection {
    type Data = ServerConnectionData;

    fn process<'c, 'i>(
        &'c mut self,
        incoming: &'i mut [u8],
    ) -> UnbufferedStatus<'c, 'i, Self::Data> {
        self.process_tls_records(incoming)
    }

    fn hand_over(self) -> Result<(ExtractedSecrets, Kernel), Error> {
        let (secrets, kernel) = self.dangerous_into_kernel_connection()?;
        Ok((secrets, Kernel::Server(kernel)))
    }
}

impl Party for UnbufferedClientConnection {
    type Data = ClientConnectionData;

    fn process<'c, 'i>(
        &'c mut self,
        incoming: &'i mut [u8],
    ) -> UnbufferedStatus<'c, 'i, Self::Data> {
        self.process_tls_records(incoming)
    }

    fn hand_over(self) -> Result<(ExtractedSecrets, Kernel), Error> {
        let (secrets, kernel) = self.dangerous_into_kernel_connection()?;
        Ok((secrets, Kernel::Client(kernel)))
    }
}

/// What rustls wants next.
enum Step {
    Again,
    Send,
    Receive,
    /// As far as our side is concerned.
    Through,
}

struct Handshake<P> {
    side: P,
    tcp: TcpStream,
    /// `incoming[..filled]` came and is not processed; of it, rustls was shown
    /// `incoming[..shown]` and keeps that for a message that goes on.
    incoming: Buffer,
    filled: usize,
    shown: usize,
    outgoing: Vec<u8>,
}

impl<P: Party> Handshake<P> {
    fn new(side: P, tcp: TcpStream) -> Self {
        Self {
            side,
            tcp,
            incoming: Buffer::borrow(Size::Small),
            filled: 0,
            shown: 0,
            outgoing: Vec::new(),
        }
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
                    while !self.show() {
                        self.receive().await?;
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
        let UnbufferedStatus { discard, state } =
            self.side.process(&mut self.incoming[..self.shown]);
        let step = state.and_then(|state| take_state(state, &mut self.outgoing));
        if discard > 0 {
            self.incoming.copy_within(discard..self.filled, 0);
        }
        self.filled -= discard;
        self.shown -= discard;
        step
    }

    /// Shows rustls the next record; `false` while that is not all there.
    fn show(&mut self) -> bool {
        let next = &self.incoming[self.shown..self.filled];
        let more = match record_len(next) {
            Ok(Some(len)) if len <= next.len() => len,
            Ok(_) => 0,
            // rustls tells the peer what is wrong with it.
            Err(_) => next.len(),
        };
        self.shown += more;
        more > 0
    }

    /// Whether the peer is through too, and has not begun with another message.
    fn is_over(&self) -> bool {
        !self.side.is_handshaking() && self.shown == 0
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

    async fn receive(&mut self) -> io::Result<()> {
        if self.filled == self.room() {
            self.grow()?;
        }
        let room = self.room();
        match self.tcp.read(&mut self.incoming[self.filled..room]).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            got => {
                self.filled += got;
                Ok(())
            }
        }
    }

    /// What of the buffer may be filled.
    fn room(&self) -> usize {
        self.incoming.len().min(MOST_RECEIVED)
    }

    fn grow(&mut self) -> io::Result<()> {
        if self.filled >= MOST_RECEIVED {
            return Err(tls_error(Error::PeerSentOversizedRecord));
        }
        let mut larger = Buffer::holding((self.filled * 2).min(MOST_RECEIVED));
        larger[..self.filled].copy_from_slice(&self.incoming[..self.filled]);
        self.incoming = larger;
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
                let came = &mut self.incoming[..self.filled];
                let inbound = Inbound::new(&mut records, came, fin_is_end);
                let conn = TlsConn { tcp, records, inbound, outbound: Outbound::default() };
                Ok(Shaken { conn, session, names, chain, resumed })
            }
            Err(error) => Err(HandshakeError { error: tls_error(error), tcp }),
        }
    }
}

/// Whether this record is an alert: in the clear, of TLS 1.2, or sealed by TLS
/// 1.3, where nothing else is as short.
fn is_alert(record: &[u8]) -> bool {
    const ALERT: u8 = 21;
    const SEALED_ALERT: usize = HEADER + 2 + 1 + 16;
    record.first() == Some(&ALERT) || record.len() == SEALED_ALERT
}

/// Takes what rustls has to say.
fn take_state<D>(state: ConnectionState<'_, '_, D>, outgoing: &mut Vec<u8>) -> Result<Step, Error> {
    match state {
        ConnectionState::EncodeTlsData(flight) => {
            encode(flight, outgoing)?;
            Ok(Step::Again)
        }
        ConnectionState::TransmitTlsData(sent) => {
            sent.done();
            Ok(Step::Send)
        }
        ConnectionState::BlockedHandshake => Ok(Step::Receive),
        ConnectionState::WriteTraffic(_) => Ok(Step::Through),
        // Data and ends come behind the handshake; early data is never asked for.
        _ => Err(Error::General("the handshake took a strange turn".into())),
    }
}

/// Appends a flight of rustls' to `outgoing`.
fn encode<D>(mut flight: EncodeTlsData<'_, D>, outgoing: &mut Vec<u8>) -> Result<(), Error> {
    use rustls::unbuffered::EncodeError;
    let at = outgoing.len();
    let len = match flight.encode(&mut []) {
        Err(EncodeError::InsufficientSize(size)) => size.required_size,
        _ => 0,
    };
    outgoing.resize(at + len, 0);
    flight.encode(&mut outgoing[at..]).map_err(|error| Error::General(error.to_string()))?;
    Ok(())
}
