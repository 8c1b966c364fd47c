//! TLS from outside: a blocking stream that shows each end as it is, which
//! most libraries hide (a FIN without close_notify is not an end here).

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};

use super::authority::Issued;
use super::{Duplex, PATIENCE, Site};

pub struct TlsStream {
    pub socket: TcpStream,
    pub connection: rustls::Connection,
}

impl TlsStream {
    /// Sends close_notify; the TCP stream stays open.
    pub fn finish(&mut self) {
        self.connection.send_close_notify();
        self.flush().unwrap();
    }

    pub fn handshake(&mut self) -> io::Result<()> {
        while self.connection.is_handshaking() {
            self.connection.complete_io(&mut self.socket)?;
        }
        Ok(())
    }

    fn receive(&mut self) -> io::Result<()> {
        self.flush()?;
        self.connection.read_tls(&mut self.socket)?;
        let state = self.connection.process_new_packets();
        state.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok(())
    }
}

impl Read for TlsStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.connection.reader().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.receive()?,
                other => return other,
            }
        }
    }
}

impl Write for TlsStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.connection.writer().write(bytes)?;
        self.flush()?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        while self.connection.wants_write() {
            self.connection.write_tls(&mut self.socket)?;
        }
        Ok(())
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn roots(site: &Site) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(site.authority().der()).unwrap();
    roots
}

/// A client that trusts the site's authority and shows `identity`, if any.
pub fn client_config(site: &Site, identity: Option<&Issued>) -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots(site));
    match identity {
        Some(issued) => builder.with_client_auth_cert(issued.chain.clone(), issued.key()).unwrap(),
        None => builder.with_no_client_auth(),
    }
}

/// A server under `identity` that asks for a certificate of the site's authority.
pub fn server_config(site: &Site, identity: &Issued) -> ServerConfig {
    let roots = Arc::new(roots(site));
    let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(roots, provider());
    ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.allow_unauthenticated().build().unwrap())
        .with_single_cert(identity.chain.clone(), identity.key())
        .unwrap()
}

/// Dials and shakes hands as `localhost`.
///
/// In TLS 1.3 the client has done its part before the server has judged its
/// certificate: a refusal shows at the first read.
pub fn dial(address: SocketAddr, config: ClientConfig) -> io::Result<Duplex> {
    let name = "localhost".try_into().unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut stream = TlsStream { socket, connection: connection.into() };
    stream.handshake()?;
    Ok(Duplex::Tls(Box::new(stream)))
}

/// The server's part on an accepted socket.
pub fn answer(socket: TcpStream, config: Arc<ServerConfig>) -> io::Result<Duplex> {
    socket.set_read_timeout(Some(PATIENCE))?;
    let connection = ServerConnection::new(config).unwrap();
    let mut stream = TlsStream { socket, connection: connection.into() };
    stream.handshake()?;
    Ok(Duplex::Tls(Box::new(stream)))
}

/// The alert that a client was refused with.
#[track_caller]
pub fn refusal(dialled: io::Result<Duplex>) -> rustls::AlertDescription {
    let error = match dialled {
        Err(error) => error,
        Ok(mut stream) => match stream.read(&mut [0; 16]) {
            Err(error) => error,
            Ok(count) => panic!("not refused: {count} bytes read"),
        },
    };
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::AlertReceived(alert)) => *alert,
        _ => panic!("no alert came, but {error:?}"),
    }
}
