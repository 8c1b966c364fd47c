//! The demo's steps, in their order.
//!
//! Each is limited in time and checks what it shows: what is printed as a
//! success has been one.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::anyhow;
use tokio::time::timeout;

use super::carry::Carried;
use super::folder::Folder;
use super::local::Pipes;
use super::metrics::Counters;
use super::pipes::Pipe;
use super::processes::Gateways;
use super::screen::Screen;
use super::service::Service;

/// The longest that a step may take.
pub(super) const STEP_LIMIT: Duration = Duration::from_secs(30);

/// What the steps share.
pub(super) struct Story<'a, W> {
    pub folder: &'a Folder,
    pub(super) pipes: Pipes,
    pub screen: Screen<W>,
    /// What is started as a gateway.
    pub program: PathBuf,
    /// The longest that a step may take.
    pub limit: Duration,
    pub gateways: Gateways,
    pub(super) service: Option<Service>,
    /// The far gateway's.
    pub(super) port: u16,
    /// The gateways' counters at their start, near and far.
    pub(super) before: [Counters; 2],
    pub(super) carried: Carried,
}

impl<'a, W: Write> Story<'a, W> {
    /// Nothing has happened yet.
    pub(super) fn new(folder: &'a Folder, screen: Screen<W>, program: PathBuf) -> Self {
        Self {
            folder,
            pipes: Pipes::of(folder),
            screen,
            program,
            limit: STEP_LIMIT,
            gateways: Gateways::default(),
            service: None,
            port: 0,
            before: [Counters::default(), Counters::default()],
            carried: Carried::default(),
        }
    }

    /// Tells all of it.
    ///
    /// # Errors
    /// Whatever is not as it should be; the gateways may still run then.
    pub(super) async fn tell(&mut self) -> anyhow::Result<()> {
        let limit = self.limit;
        let late = |_| anyhow!("it was not over after {limit:?}");
        self.introduce()?;
        self.certificates()?;
        self.configurations()?;
        timeout(limit, self.start()).await.map_err(late)??;
        timeout(limit, self.carry()).await.map_err(late)??;
        timeout(limit, self.refuse()).await.map_err(late)??;
        timeout(limit, self.count()).await.map_err(late)??;
        timeout(limit, self.stop()).await.map_err(late)??;
        self.go_on()
    }

    fn introduce(&mut self) -> anyhow::Result<()> {
        let [orders, service] = [Pipe::Orders, Pipe::Service].map(|pipe| self.pipes.name(pipe));
        // So that one gateway stands under the other.
        let width = service.len() + 1;
        let margin = " ".repeat("service <- pipe: <- ".len() + service.len());
        let screen = &mut self.screen;
        screen.headline("pipeferry demo: messages of a pipe, carried across a network")?;
        screen.line("")?;
        screen.line(&format!("client -> pipe:{orders:<width$} -> near gateway"))?;
        screen.line(&format!("{margin}    |  mutual TLS over TCP"))?;
        screen.line(&format!("service <- pipe:{service} <- far gateway"))?;
        screen.line("")?;
        let stays = if self.folder.is_kept() { "stays" } else { "is removed at the end" };
        screen.line(&format!("All files are in {}", self.folder.path().display()))?;
        screen.line(&format!("(which {stays})."))?;
        Ok(())
    }
}
