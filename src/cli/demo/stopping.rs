//! The last steps: both gateways drain, and how to go on.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, ensure};

use super::client::Client;
use super::folder::{FAR_ADMIN, FAR_CONFIG, NEAR_ADMIN, NEAR_CONFIG, ORDERS};
use super::story::Story;

impl<W: Write> Story<'_, W> {
    /// Both are told to stop while a connection is open.
    pub(super) async fn stop(&mut self) -> anyhow::Result<()> {
        self.screen.step("Stop both with SIGTERM, while a client is connected")?;
        let mut client = Client::open(&self.folder.file(ORDERS)).await?;
        ensure!(client.exchange(b"before").await? == b"before", "another message came back");
        for gateway in self.gateways.iter_mut() {
            gateway.terminate();
            gateway.draining().await;
        }
        self.screen.line("both drain: /readyz says no, no new client comes in")?;
        let after = client.exchange(b"after").await.context("draining cut an open connection")?;
        ensure!(after == b"after", "another message came back");
        client.end().await?;
        self.screen.line("the open connection carried on until its client ended it")?;
        self.wait_for_ends().await?;
        self.service = None;
        self.screen.done()
    }

    async fn wait_for_ends(&mut self) -> anyhow::Result<()> {
        for gateway in self.gateways.iter_mut() {
            let name = gateway.role.name;
            let status = gateway.ended().await?;
            ensure!(status.success(), "the {name} gateway did not drain: {status}");
            self.screen.line(&format!("{name} gateway: drained, exit code 0"))?;
        }
        for socket in [ORDERS, NEAR_ADMIN, FAR_ADMIN] {
            ensure!(!self.folder.file(socket).exists(), "{socket} was left behind");
        }
        Ok(())
    }

    /// Two lines.
    pub(super) fn go_on(&mut self) -> anyhow::Result<()> {
        let typed = std::env::args_os().next().unwrap_or_else(|| "pipeferry".into());
        if !self.folder.is_kept() {
            self.screen.step("Go on by hand")?;
            self.screen.line(&format!("{} demo --keep", quoted(&typed)))?;
            return self.screen.line("leaves these files and says how to run them.");
        }
        self.screen.step("Go on by hand; the first lines of both files say how to try it")?;
        self.screen.line(&format!("cd {}", quoted(self.folder.path().as_os_str())))?;
        // As it was found: by the shell, or at a path that `cd` must not change.
        let found_by_shell = Path::new(&typed).components().count() == 1;
        let program = quoted(if found_by_shell { &typed } else { self.program.as_os_str() });
        self.screen
            .line(&format!("{program} run -c {FAR_CONFIG} & {program} run -c {NEAR_CONFIG} &"))
    }
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &OsStr) -> String {
    let text = Path::new(word).display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
