//! rustls' part in an established connection.

use rustls::client::ClientConnectionData;
use rustls::kernel::KernelConnection;
use rustls::server::ServerConnectionData;
use rustls::{ConnectionTrafficSecrets, Error, ProtocolVersion, SupportedCipherSuite};

use super::keys::Keys;

/// What rustls still does for a connection: its next keys, its tickets.
pub enum Kernel {
    /// Of a connection that was accepted.
    Server(KernelConnection<ServerConnectionData>),
    /// Of one that was dialled.
    Client(KernelConnection<ClientConnectionData>),
}

impl Kernel {
    pub(super) fn version(&self) -> ProtocolVersion {
        match self {
            Self::Server(kernel) => kernel.protocol_version(),
            Self::Client(kernel) => kernel.protocol_version(),
        }
    }

    pub(super) fn confidentiality_limit(&self) -> u64 {
        let suite = match self {
            Self::Server(kernel) => kernel.negotiated_cipher_suite(),
            Self::Client(kernel) => kernel.negotiated_cipher_suite(),
        };
        match suite {
            SupportedCipherSuite::Tls12(suite) => suite.common.confidentiality_limit,
            SupportedCipherSuite::Tls13(suite) => suite.common.confidentiality_limit,
        }
    }

    /// The peer's next key.
    pub(super) fn next_rx(&mut self) -> Result<Keys, Error> {
        let secrets: (u64, ConnectionTrafficSecrets) = match self {
            Self::Server(kernel) => kernel.update_rx_secret(),
            Self::Client(kernel) => kernel.update_rx_secret(),
        }?;
        Keys::new(self.version(), secrets)
    }

    /// Our next key; TLS 1.2 has none.
    pub(super) fn next_tx(&mut self) -> Result<Keys, Error> {
        let secrets: (u64, ConnectionTrafficSecrets) = match self {
            Self::Server(kernel) => kernel.update_tx_secret(),
            Self::Client(kernel) => kernel.update_tx_secret(),
        }?;
        Keys::new(self.version(), secrets)
    }
}
