//! rustls' unbuffered interface: one shape for both sides of a handshake.

use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::server::{ServerConnectionData, UnbufferedServerConnection};
use rustls::unbuffered::{ConnectionState, EncodeError, EncodeTlsData, UnbufferedStatus};
use rustls::{CommonState, Error, ExtractedSecrets};

use crate::tls::record::{HEADER, Kernel};

/// What both sides of a handshake have in common.
pub(super) trait Party:
    std::ops::Deref<Target: std::ops::Deref<Target = CommonState>>
{
    type Data;

    /// Lets rustls go on with what it was shown.
    fn process<'c, 'i>(
        &'c mut self,
        incoming: &'i mut [u8],
    ) -> UnbufferedStatus<'c, 'i, Self::Data>;

    /// Gives away the keys, and what goes on making new ones, when it is over.
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
pub(super) enum Step {
    /// To be asked again.
    Again,
    /// That what it has said is sent.
    Send,
    /// More from the peer.
    Receive,
    /// Nothing more, as far as our side is concerned.
    Through,
}

impl Step {
    /// Takes what rustls has to say, of which `outgoing` gets what is for the peer.
    pub fn take<D>(
        state: ConnectionState<'_, '_, D>,
        outgoing: &mut Vec<u8>,
    ) -> Result<Self, Error> {
        match state {
            ConnectionState::EncodeTlsData(flight) => {
                encode(flight, outgoing)?;
                Ok(Self::Again)
            }
            ConnectionState::TransmitTlsData(sent) => {
                sent.done();
                Ok(Self::Send)
            }
            ConnectionState::BlockedHandshake => Ok(Self::Receive),
            ConnectionState::WriteTraffic(_) => Ok(Self::Through),
            // Data and ends come behind the handshake; early data is never asked for.
            _ => Err(Error::General("the handshake took a strange turn".into())),
        }
    }
}

/// Appends a flight of rustls' to `outgoing`.
fn encode<D>(mut flight: EncodeTlsData<'_, D>, outgoing: &mut Vec<u8>) -> Result<(), Error> {
    let at = outgoing.len();
    let len = match flight.encode(&mut []) {
        Err(EncodeError::InsufficientSize(size)) => size.required_size,
        _ => 0,
    };
    outgoing.resize(at + len, 0);
    flight.encode(&mut outgoing[at..]).map_err(|error| Error::General(error.to_string()))?;
    Ok(())
}

/// Whether this record is an alert: in the clear, of TLS 1.2, or sealed by TLS
/// 1.3, where nothing else is as short.
pub(super) fn is_alert(record: &[u8]) -> bool {
    const ALERT: u8 = 21;
    const SEALED_ALERT: usize = HEADER + 2 + 1 + 16;
    record.first() == Some(&ALERT) || record.len() == SEALED_ALERT
}
