//! The last steps: both gateways drain, and how to go on.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::time::timeout;

use super::client::Client;
use super::folder::{FAR_CONFIG, NEAR_CONFIG};
use super::local::{self, STOPPED_WITH, quoted};
use super::pipes::Pipe;
use super::story::Story;

/// When a pipe that nobody serves any more has gone.
const GOING: Duration = Duration::from_secs(5);

impl<W: Write> Story<'_, W> {
    /// Both are told to stop while a connection is open.
    pub(super) async fn stop(&mut self) -> anyhow::Result<()> {
        self.screen.step("Stop both, while a client is connected")?;
        let mut client = Client::open(&self.pipes.place(Pipe::Orders)).await?;
        ensure!(client.exchange(b"before").await? == b"before", "another message came back");
        if let Err(error) = self.ask_both_to_stop().await? {
            drop(client);
            return self.end_at_once(&error).await;
        }
        self.screen.line(&format!("{STOPPED_WITH}: both drain, and /readyz says no"))?;
        let after = client.exchange(b"after").await.context("draining cut an open connection")?;
        ensure!(after == b"after", "another message came back");
        client.end().await?;
        self.screen.line("the open connection carried on until its client ended it")?;
        self.wait_for_ends().await?;
        self.nothing_is_left().await?;
        self.screen.done()
    }

    /// Until both say that they drain; within, why the system could not tell
    /// one of them.
    async fn ask_both_to_stop(&mut self) -> anyhow::Result<io::Result<()>> {
        for gateway in self.gateways.iter_mut() {
            let name = gateway.role.name;
            ensure!(gateway.pid().is_some(), "the {name} gateway has ended already");
            if let Err(error) = gateway.ask_to_stop() {
                return Ok(Err(error));
            }
            gateway.draining().await;
        }
        Ok(Ok(()))
    }

    /// Where nobody can be told to stop: on a Windows without a console.
    async fn end_at_once(&mut self, why: &io::Error) -> anyhow::Result<()> {
        self.screen.prose(&format!("{STOPPED_WITH} cannot be sent from here: {why}"))?;
        self.gateways.stop().await;
        self.screen.line("so both were ended at once, and the open connection was cut")?;
        self.nothing_is_left().await?;
        self.screen.done()
    }

    async fn nothing_is_left(&mut self) -> anyhow::Result<()> {
        if let Some(service) = self.service.take() {
            service.stop().await;
        }
        for pipe in Pipe::ALL {
            let gone = timeout(GOING, local::gone(&self.pipes.place(pipe))).await;
            ensure!(gone.is_ok(), "pipe:{} was left behind", self.pipes.name(pipe));
        }
        Ok(())
    }

    async fn wait_for_ends(&mut self) -> anyhow::Result<()> {
        for gateway in self.gateways.iter_mut() {
            let name = gateway.role.name;
            let status = gateway.ended().await?;
            ensure!(status.success(), "the {name} gateway did not drain: {status}");
            self.screen.line(&format!("{name} gateway: drained, exit code 0"))?;
        }
        Ok(())
    }

    /// A few lines.
    pub(super) fn go_on(&mut self) -> anyhow::Result<()> {
        let typed = std::env::args_os().next().unwrap_or_else(|| "pipeferry".into());
        if !self.folder.is_kept() {
            self.screen.step("Go on by hand")?;
            self.screen.line(&format!("{} demo --keep", quoted(&typed)))?;
            return self.screen.line("leaves these files and says how to run them.");
        }
        self.screen.step(&format!("Go on by hand{}", local::WHERE_BY_HAND))?;
        // As it was found: by the shell, or at a path that `cd` must not change.
        // cmd finds what lies in its folder, too, and another one may not.
        let found_by_shell = cfg!(unix) && Path::new(&typed).components().count() == 1;
        let program = quoted(if found_by_shell { &typed } else { self.program.as_os_str() });
        for line in local::by_hand(self.folder.path(), &program, [FAR_CONFIG, NEAR_CONFIG]) {
            self.screen.line(&line)?;
        }
        Ok(())
    }
}
