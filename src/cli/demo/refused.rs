//! A client with the wrong certificate, straight at the far gateway's port.

use std::io;

use anyhow::{Context, bail};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::certificates::STRANGER;
use super::folder::{CERTS, Folder, NEAR_CONFIG};
use crate::config::{self, Config, Credential, Dial, Surroundings, TlsDial};
use crate::tls::{self, Identities};

/// Dials as the near gateway does, but for the certificate. What the far
/// gateway's alert says, in words.
///
/// # Errors
/// When it is let in, or turned away without an alert.
pub(super) async fn stranger(folder: &Folder) -> anyhow::Result<String> {
    let mut config = config::load(&folder.file(NEAR_CONFIG), &Surroundings::of_this_process())?;
    let certs = folder.file(CERTS);
    for identity in config.identities.values_mut() {
        identity.credential = Some(Credential::Pem {
            cert: certs.join(format!("{STRANGER}.pem")),
            key: certs.join(format!("{STRANGER}.key")),
        });
    }
    match greet(&config).await? {
        Ok(0) => bail!("the far gateway hung up on {STRANGER} without a TLS alert"),
        Ok(_) => bail!("the far gateway let {STRANGER} in"),
        Err(error) => match tls::is_refusal_alert(&error) {
            Some(sentence) => Ok(sentence),
            None => Err(error).context("the far gateway refused without a TLS alert"),
        },
    }
}

/// How the handshake and the first read end. With TLS 1.3 a client learns only
/// by reading that it was refused (RFC 8446, 4.4.2.4).
async fn greet(config: &Config) -> anyhow::Result<io::Result<usize>> {
    let dial = tls_end(config)?;
    let identities = Identities::load(&config.identities).map_err(|mut errors| {
        errors.pop().map_or_else(|| anyhow::anyhow!("no identity"), anyhow::Error::new)
    })?;
    let identity = identities.get(&dial.identity).context("the end names no identity")?;
    let (client, name) = tls::client_config(identity, dial)?;
    let to = &dial.tcp.to;
    let tcp = TcpStream::connect((to.host.as_str(), to.port)).await;
    let tcp = tcp.with_context(|| format!("nobody answers at tls:{to}"))?;
    let connector = TlsConnector::from(client);
    let mut stream = match connector.connect(name, tcp).await {
        Ok(stream) => stream,
        Err(error) => return Ok(Err(error)),
    };
    Ok(stream.read(&mut [0]).await)
}

fn tls_end(config: &Config) -> anyhow::Result<&TlsDial> {
    match config.bridges.first().map(|bridge| bridge.connect.first()) {
        Some(Dial::Tls(dial)) => Ok(dial),
        _ => bail!("the near gateway's bridge does not connect over TLS"),
    }
}
