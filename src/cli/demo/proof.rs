//! The steps in which it works: carrying, refusing, counting.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::time::{Instant, sleep};

use super::certificates::STRANGER;
use super::metrics::Counters;
use super::pipes::Pipe;
use super::story::Story;
use super::{carry, refused};
use crate::telemetry::Outcome;

/// A gateway counts a connection when it has ended, which its client may see
/// first; so long it has for that.
const SETTLED: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(5);

impl<W: Write> Story<'_, W> {
    /// Messages and a file, through both gateways and back.
    pub(super) async fn carry(&mut self) -> anyhow::Result<()> {
        self.screen.step("Carry messages and a file to the service and back")?;
        self.screen.line(&carry::heading())?;
        let orders = self.pipes.place(Pipe::Orders);
        let screen = &mut self.screen;
        carry::sizes(&orders, &mut self.carried, |row| screen.line(&row)).await?;
        let row = carry::file(&orders, self.folder, &mut self.carried).await?;
        self.screen.line(&row)?;
        self.screen.done()
    }

    /// A client that the far gateway's rules do not let in.
    pub(super) async fn refuse(&mut self) -> anyhow::Result<()> {
        self.screen.step("Refuse a client: a good certificate, but no rule lets it in")?;
        let reached = self.reached();
        let port = self.port;
        self.screen
            .line(&format!("dial tls:127.0.0.1:{port} with the certificate of {STRANGER}"))?;
        let alert = refused::stranger(self.folder).await?;
        self.screen.prose(&format!("its TLS alert says: {alert}"))?;
        let denied = |[_, far]: &[Counters; 2]| far.ended(Outcome::Denied) == 1;
        self.settle(denied).await.context("the far gateway did not count it as `denied`")?;
        ensure!(self.reached() == reached, "the refused client reached the service");
        self.screen.line("far gateway: one more connection `denied`")?;
        self.screen.line("service: never reached by it")?;
        self.screen.done()
    }

    fn reached(&self) -> u64 {
        self.service.as_ref().map_or(0, |service| service.reached())
    }

    /// The counters that moved, and that they say what happened.
    pub(super) async fn count(&mut self) -> anyhow::Result<()> {
        self.screen.step("Read the metrics that moved, from both admin servers")?;
        let carried = self.carried;
        let expected = [carried.connections, carried.connections + 1];
        let all_ended =
            |now: &[Counters; 2]| now.each_ref().map(Counters::ended_in_all) == expected;
        let after = self.settle(all_ended).await.context("a connection did not end")?;
        for (name, before, after) in
            [("near", &self.before[0], &after[0]), ("far", &self.before[1], &after[1])]
        {
            self.screen.line(&format!("{name} gateway"))?;
            for moved in after.moved_since(before) {
                let (series, from, to) = (moved.series, moved.before, moved.after);
                self.screen.line(&format!("  {series}  {from} -> {to}"))?;
            }
            let both_ways = [(carried.messages, carried.bytes); 2];
            ensure!(
                after.ended(Outcome::Done) == carried.connections && after.carried() == both_ways,
                "the {name} gateway's metrics do not say what was carried: {carried:?}"
            );
        }
        self.screen.done()
    }

    /// Waits until the counters are as they should be.
    async fn settle(
        &self,
        wanted: impl Fn(&[Counters; 2]) -> bool,
    ) -> anyhow::Result<[Counters; 2]> {
        let deadline = Instant::now() + SETTLED;
        loop {
            let now = self.counters().await?;
            if wanted(&now) {
                return Ok(now);
            }
            if Instant::now() > deadline {
                bail!("after {SETTLED:?} the counters are {now:?}");
            }
            sleep(LOOK).await;
        }
    }
}
