//! A bridge of the crate on a runtime of one thread, and the two parties that
//! it joins: the scenes that are counted and timed.
//!
//! It is made from a configuration's text and accepts and dials by itself, so
//! that what is measured is what runs in a gateway. One thread does all of it,
//! the parties' part included: nothing depends on a scheduler.

#![cfg(unix)]

mod identities;
mod parcel;
mod party;

use std::path::Path;

use pipeferry::bridge::RunningBridge;
use pipeferry::config::{self, Surroundings};
use pipeferry::gateway::Prepared;
use pipeferry::telemetry::metrics::Exposition;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

pub use self::parcel::{Form, Parcel};
pub use self::party::{Party, Service};

/// What lies between the two parties.
#[derive(Clone, Copy)]
pub enum Route {
    /// unix, bridge, unix.
    Unix,
    /// unix, bridge, tcp.
    Tcp,
    /// unix, bridge, mutual TLS, bridge, unix.
    Pair,
}

/// Running bridges, a service behind them, and the place where clients come.
pub struct Scene {
    runtime: Runtime,
    folder: TempDir,
    service: Service,
    client_form: Form,
}

/// A connection across the bridges: both of its parties.
pub struct Crossed {
    pub client: Party,
    pub service: Party,
}

impl Scene {
    /// Starts what lies on the way between a client that speaks the one form
    /// and a service that speaks the other.
    pub fn new(route: Route, client_form: Form, service_form: Form) -> Self {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let to_service = folder.path().join("out");
        let service = runtime.block_on(async {
            let service = match route {
                Route::Tcp => Service::on_tcp().await,
                _ => Service::on_unix(&to_service, service_form),
            };
            let inn = address(&format!("unix:{}", folder.path().join("in").display()), client_form);
            let out = address(&service.address(), service_form);
            match route {
                Route::Pair => pair(folder.path(), (inn, client_form), (out, service_form)).await,
                _ => drop(open(folder.path(), "", client_form, &inn, &out).await),
            }
            service
        });
        Self { runtime, folder, service, client_form }
    }

    /// Runs on the thread that the bridges run on.
    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// A new client, and the service's end of its connection.
    pub async fn connect(&self) -> Crossed {
        let client = Party::connect(&self.folder.path().join("in"), self.client_form);
        Crossed { client, service: self.service.accept().await }
    }
}

impl Crossed {
    /// Once from the client to the service.
    pub async fn up(&mut self, sent: &Parcel, arrives: &Parcel) {
        self.client.send(sent).await;
        self.service.receive(arrives).await;
    }

    /// Once from the service to the client.
    pub async fn down(&mut self, sent: &Parcel, arrives: &Parcel) {
        self.service.send(sent).await;
        self.client.receive(arrives).await;
    }
}

/// An end of a bridge in the configuration.
fn address(address: &str, form: Form) -> String {
    match form.framing() {
        Some(framing) => format!(r#"{{ address = "{address}", framing = "{framing}" }}"#),
        None => format!(r#""{address}""#),
    }
}

/// Two bridges with TLS between them, which checks certificates on both sides.
async fn pair(folder: &Path, client: (String, Form), service: (String, Form)) {
    let identity = identities::write(folder);
    let listen = r#"{ address = "tls:127.0.0.1:0", identity = "scene", allow = "any" }"#;
    let far = open(folder, &identity, service.1, listen, &service.0).await;
    let connect = format!(
        r#"{{ address = "{}", identity = "scene", server_name = "localhost" }}"#,
        far.address()
    );
    open(folder, &identity, client.1, &client.0, &connect).await;
}

async fn open(
    folder: &Path,
    identity: &str,
    form: Form,
    listen: &str,
    connect: &str,
) -> RunningBridge {
    let mode = if form.framing().is_some() { "message" } else { "byte" };
    let text = format!(
        "{identity}\n[bridge.scene]\nmode = \"{mode}\"\nlisten = {listen}\nconnect = {connect}\n"
    );
    let around = Surroundings::of_this_process();
    let config = config::parse(&text, &folder.join("scene.toml"), &around)
        .unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"));
    let prepared = Prepared::new(&config, &Exposition::local()).unwrap();
    let bridge =
        prepared.bridges.into_iter().next().unwrap().open(Default::default()).await.unwrap();
    let running = bridge.handle();
    bridge.run();
    running
}
