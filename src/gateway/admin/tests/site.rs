//! A running admin server in front of an invented gateway, and a client that
//! speaks HTTP by hand.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::{AdminListen, HostPort, TlsListen};
use crate::gateway::admin::status::{
    BridgeState, BridgeStatus, GatewayState, IdentityStatus, Readiness, ReloadStatus, Status,
    Traffic,
};
use crate::gateway::admin::{AdminListener, AdminView, Meter, OpenConnections, serve};
use crate::gateway::control::ConnectionStatus;
use crate::telemetry::Outcome;
use crate::telemetry::metrics::{Exposition, SizeBatch};
use crate::tls::Identity;

/// A subject that would be more than text.
pub(super) const EVIL: &str = "CN=</td><script>alert(1)</script>";

/// A gateway with one bridge that has carried a little.
pub(super) struct Invented {
    exposition: Exposition,
    pub reasons: Mutex<Vec<String>>,
}

impl Invented {
    pub fn new(exposition: &Exposition) -> Self {
        let orders = exposition.bridge("orders");
        orders.to_target.bytes(2_048);
        let mut batch = SizeBatch::new();
        batch.record(2_048);
        orders.to_target.messages(&mut batch);
        orders.ended(Outcome::Done, Duration::from_millis(20));
        exposition.certificates([("gateway".to_owned(), 1_800_000_000)]);
        Self { exposition: exposition.clone(), reasons: Mutex::default() }
    }
}

impl AdminView for Invented {
    fn ready(&self) -> Readiness {
        Readiness { reasons: self.reasons.lock().unwrap().clone() }
    }

    fn status(&self) -> Status {
        let bridge = BridgeStatus {
            name: "orders".to_owned(),
            mode: "message",
            listen: "tcp:127.0.0.1:7000".to_owned(),
            connect: "unix:/tmp/<b>&\"x\".sock".to_owned(),
            targets: Vec::new(),
            state: BridgeState::Listening,
            error: None,
            traffic: Traffic::of(&self.exposition.bridge("orders")),
        };
        let now = std::time::UNIX_EPOCH + Duration::from_secs(1_799_000_000);
        Status {
            version: "1.2.3",
            uptime_seconds: 90,
            state: GatewayState::Running,
            bridges: vec![bridge],
            identities: vec![IdentityStatus::new("gateway", 1_800_000_000, now)],
            last_reload: Some(ReloadStatus::new(now, "SIGHUP".to_owned(), None)),
            sandbox: None,
        }
    }

    fn tls(&self) -> Option<(Arc<Identity>, Box<TlsListen>)> {
        None
    }

    fn connections(&self, _: usize) -> OpenConnections {
        let connection = ConnectionStatus {
            id: "7-f00d".to_owned(),
            first_id: None,
            bridge: "orders".to_owned(),
            client: "192.0.2.7:4000".to_owned(),
            identity: Some(EVIL.to_owned()),
            seconds: 61.5,
            bytes_to_target: 2_048,
            bytes_to_client: 3,
        };
        OpenConnections { open: 3, shown: vec![connection] }
    }

    fn meters(&self) -> Vec<(String, Meter)> {
        vec![("orders".to_owned(), Meter::of(&self.exposition.bridge("orders")))]
    }
}

/// A running server.
pub(super) struct Site {
    pub gateway: Arc<Invented>,
    pub address: String,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Site {
    pub async fn start() -> Self {
        let loopback = HostPort { host: "127.0.0.1".to_owned(), port: 0 };
        Self::at(&AdminListen::Tcp(loopback)).await
    }

    /// Reached from beyond this machine, as far as the server can tell.
    pub async fn on_all_addresses() -> Self {
        let all = HostPort { host: "0.0.0.0".to_owned(), port: 0 };
        Self::at(&AdminListen::Tcp(all)).await
    }

    pub async fn at(listen: &AdminListen) -> Self {
        let listener = AdminListener::bind(listen, Default::default()).await.unwrap();
        let exposition = Exposition::local();
        let gateway = Arc::new(Invented::new(&exposition));
        let (address, stop) = (listener.to_string(), CancellationToken::new());
        let view = Arc::clone(&gateway) as Arc<dyn AdminView>;
        let serving = tokio::spawn(serve(listener, view, exposition, stop.clone()));
        Self { gateway, address, stop, serving }
    }

    pub async fn dial(&self) -> TcpStream {
        TcpStream::connect(self.address.strip_prefix("tcp:").unwrap()).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path).await
    }

    pub async fn ask(&self, method: &str, path: &str) -> Reply {
        exchange(self.dial().await, method, path).await
    }

    pub async fn stopped(self) {
        self.stop.cancel();
        self.serving.await.unwrap();
    }
}

/// What came back.
pub(super) struct Reply {
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        lines.filter_map(|line| line.split_once(": ")).find(|(key, _)| *key == name).map(|(_, v)| v)
    }

    pub fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text:?}"));
        Self { head: head.to_owned(), body: body.to_owned() }
    }
}

/// One request, and all that comes until the end of the stream.
pub(super) async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    method: &str,
    path: &str,
) -> Reply {
    exchange_as(stream, "localhost", method, path).await
}

/// The same, to a server that is called `host`.
pub(super) async fn exchange_as(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    host: &str,
    method: &str,
    path: &str,
) -> Reply {
    let request = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    Reply::parse(&text)
}
