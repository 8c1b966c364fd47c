//! The first steps: certificates, configurations, gateways.

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};

use anyhow::Context;

use super::certificates;
use super::files;
use super::folder::{FAR_CONFIG, NEAR_CONFIG};
use super::metrics::Counters;
use super::pipes::Pipe;
use super::processes::{EndedEarly, FAR, Gateway, NEAR, Role};
use super::service::Service;
use super::story::Story;

/// The far gateway gets another port so often when somebody took its own.
const MOST_PORTS: usize = 5;

impl<W: Write> Story<'_, W> {
    /// An authority, both gateways, and a stranger.
    pub(super) fn certificates(&mut self) -> anyhow::Result<()> {
        self.screen.step("Make certificates: a CA, both gateways, and a stranger")?;
        for command in certificates::COMMANDS {
            self.screen.line(&format!("pipeferry certs {} --dir certs", command.join(" ")))?;
            certificates::make(self.folder.path(), command)?;
        }
        self.screen.done()
    }

    /// A file for each gateway, with a port that is free.
    pub(super) fn configurations(&mut self) -> anyhow::Result<()> {
        self.screen.step("Write near.toml and far.toml")?;
        self.write_configurations()?;
        for (name, text) in self.configuration_texts() {
            self.screen.line(&format!("--- {name}"))?;
            for line in text.lines() {
                self.screen.line(line)?;
            }
        }
        self.screen.line("---")?;
        self.screen.done()
    }

    fn write_configurations(&mut self) -> anyhow::Result<()> {
        self.port = free_port().context("there is no free port on 127.0.0.1")?;
        for (name, text) in self.configuration_texts() {
            let file = self.folder.file(name);
            let written = std::fs::write(&file, text);
            written.with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }

    fn configuration_texts(&self) -> [(&'static str, String); 2] {
        let (port, pipes) = (self.port, &self.pipes);
        [(NEAR_CONFIG, files::near(port, pipes)), (FAR_CONFIG, files::far(port, pipes))]
    }

    /// The service, then the gateways, each ready before the next.
    pub(super) async fn start(&mut self) -> anyhow::Result<()> {
        self.screen.step("Start the service and the gateways, each ready before the next")?;
        let service = Service::start(&self.pipes.place(Pipe::Service)).await;
        self.service = Some(service.context("the echo service cannot listen")?);
        let [orders, service] = [Pipe::Orders, Pipe::Service].map(|pipe| self.pipes.name(pipe));
        self.screen.line(&format!("service       in this process, on pipe:{service}: an echo"))?;
        let far = self.start_far().await?;
        self.screen
            .line(&format!("far gateway   process {far}, on tls:127.0.0.1:{}", self.port))?;
        let near = self.start_one(NEAR).await?;
        self.screen.line(&format!("near gateway  process {near}, on pipe:{orders}"))?;
        self.before = self.counters().await?;
        self.screen.done()
    }

    /// Between looking for a port and listening on it somebody may take it.
    async fn start_far(&mut self) -> anyhow::Result<u32> {
        for _ in 1..MOST_PORTS {
            match self.start_one(FAR).await {
                Err(error) if port_was_taken(&error) => self.gateways.forget_last(),
                result => return result,
            }
            let taken = self.port;
            self.write_configurations()?;
            let port = self.port;
            self.screen.line(&format!("port {taken} was taken; both files say {port} now"))?;
        }
        self.start_one(FAR).await
    }

    /// Starts it and waits until it is ready; its process's number.
    async fn start_one(&mut self, role: Role) -> anyhow::Result<u32> {
        let gateway = Gateway::start(&self.program, role, self.folder, &self.pipes)?;
        let gateway = self.gateways.add(gateway);
        gateway.ready().await?;
        gateway.pid().context("it has ended already")
    }

    /// Of the near and the far gateway, now.
    pub(super) async fn counters(&self) -> anyhow::Result<[Counters; 2]> {
        Ok([self.counters_of(NEAR).await?, self.counters_of(FAR).await?])
    }

    async fn counters_of(&self, role: Role) -> anyhow::Result<Counters> {
        let counters = Counters::of(&self.pipes.place(role.admin)).await;
        counters.with_context(|| format!("the {} gateway's metrics cannot be read", role.name))
    }
}

fn port_was_taken(error: &anyhow::Error) -> bool {
    error.downcast_ref::<EndedEarly>().is_some_and(|early| early.address_taken)
}

/// One that nobody listens on at the moment.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
