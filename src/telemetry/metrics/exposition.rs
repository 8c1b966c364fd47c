//! The recorder, and the text that it renders.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use metrics::Recorder;
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use metrics_process::Collector;
use tokio_util::sync::CancellationToken;

use super::bridge::BridgeMetrics;
use super::daemon::DaemonMetrics;
use super::names::{self, Kind};
use super::text;
use crate::telemetry::log::DroppedLines;

/// The content type of [`Exposition::render`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4";

/// How often [`Exposition::upkeep`] should run. At a thousand connections a
/// second the histograms hold some hundred kilobytes of samples by then.
pub const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// All metrics of a running daemon; clones are the same one.
#[derive(Debug, Clone)]
pub struct Exposition {
    inner: Arc<Inner>,
}

/// [`Exposition::install`] was called twice, or a library got there first.
#[derive(Debug, thiserror::Error)]
#[error("this process counts into another metrics recorder already")]
pub struct RecorderTaken;

#[derive(Debug)]
struct Inner {
    recorder: Arc<PrometheusRecorder>,
    handle: PrometheusHandle,
    bridges: Mutex<BTreeMap<String, Arc<BridgeMetrics>>>,
    /// When the certificate of each identity ends, in Unix seconds.
    certificates: Mutex<BTreeMap<String, i64>>,
    daemon: DaemonMetrics,
    process: Collector,
    dropped_lines: OnceLock<DroppedLines>,
}

impl Exposition {
    /// One that belongs to whoever made it, and that nothing else counts into.
    pub fn local() -> Self {
        let recorder = Arc::new(build_recorder());
        let handle = recorder.handle();
        for metric in names::ALL {
            describe(&*recorder, metric);
        }
        let process = Collector::default();
        metrics::with_local_recorder(&*recorder, || process.describe());
        let daemon = DaemonMetrics::register(&*recorder);
        let (bridges, certificates) = Default::default();
        let dropped_lines = OnceLock::new();
        let inner =
            Inner { recorder, handle, bridges, certificates, daemon, process, dropped_lines };
        Self { inner: Arc::new(inner) }
    }

    /// One that takes what the whole process counts through the `metrics` facade,
    /// libraries included. Once a process.
    ///
    /// # Errors
    /// [`RecorderTaken`].
    pub fn install() -> Result<Self, RecorderTaken> {
        let exposition = Self::local();
        metrics::set_global_recorder(Arc::clone(&exposition.inner.recorder))
            .map_err(|_| RecorderTaken)?;
        Ok(exposition)
    }

    /// The numbers of the bridge `name`: the same ones for the same name, so
    /// that counters go on where they were after a reload.
    pub fn bridge(&self, name: &str) -> Arc<BridgeMetrics> {
        let mut bridges = self.inner.bridges.lock().unwrap_or_else(PoisonError::into_inner);
        let made = bridges
            .entry(name.to_owned())
            .or_insert_with(|| Arc::new(BridgeMetrics::register(&*self.inner.recorder, name)));
        Arc::clone(made)
    }

    /// The numbers of the daemon as a whole.
    pub fn daemon(&self) -> &DaemonMetrics {
        &self.inner.daemon
    }

    /// Says when the certificate of each identity ends, in Unix seconds. The
    /// series of one that is not named any more is gone: nobody is to be woken
    /// by a certificate that nothing shows.
    pub fn certificates(&self, ends: impl IntoIterator<Item = (String, i64)>) {
        let ends = ends.into_iter().collect();
        *self.inner.certificates.lock().unwrap_or_else(PoisonError::into_inner) = ends;
    }

    /// Shows how many log lines found no room; the first call counts.
    pub fn watch_log(&self, dropped: DroppedLines) {
        let _ = self.inner.dropped_lines.set(dropped);
    }

    /// The text that Prometheus reads, of type [`CONTENT_TYPE`].
    ///
    /// Reads `/proc`, so call it where a few milliseconds hurt nobody.
    pub fn render(&self) -> String {
        let inner = &*self.inner;
        metrics::with_local_recorder(&*inner.recorder, || inner.process.collect());
        if let Some(dropped) = inner.dropped_lines.get() {
            inner.daemon.log_lines_dropped.absolute(dropped.count());
        }
        let bridges = self.bridges();
        for bridge in &bridges {
            bridge.publish(&*inner.recorder);
        }
        let mut text = inner.handle.render();
        let sizes = bridges.iter().map(|bridge| (bridge.name(), bridge.sizes()));
        // Writing to a String can not fail.
        let _ = text::write_sizes(&mut text, sizes);
        let targets = bridges.iter().map(|bridge| (bridge.name(), bridge.targets()));
        let _ = text::write_targets(&mut text, &targets.collect::<Vec<_>>());
        let certificates = inner.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = text::write_certificates(&mut text, &certificates);
        text
    }

    /// Folds samples into their buckets. Without it an exposition that nobody
    /// scrapes grows for ever; see [`keep_up`](Self::keep_up).
    pub fn upkeep(&self) {
        self.inner.handle.run_upkeep();
    }

    /// Runs [`upkeep`](Self::upkeep) every [`UPKEEP_INTERVAL`] until `stop`.
    pub async fn keep_up(self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(UPKEEP_INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.upkeep();
        }
    }

    fn bridges(&self) -> Vec<Arc<BridgeMetrics>> {
        let bridges = self.inner.bridges.lock().unwrap_or_else(PoisonError::into_inner);
        bridges.values().cloned().collect()
    }
}

fn build_recorder() -> PrometheusRecorder {
    let mut builder = PrometheusBuilder::new();
    for metric in names::ALL {
        if let Kind::Histogram(bounds) = metric.kind {
            let matcher = Matcher::Full(metric.name.to_owned());
            builder = builder
                .set_buckets_for_metric(matcher, bounds)
                .expect("only an empty list of buckets is refused, and the table has none");
        }
    }
    builder.build_recorder()
}

fn describe(recorder: &dyn Recorder, metric: &names::Description) {
    let (name, unit, help) = (metric.name.into(), Some(metric.unit), metric.help.into());
    match metric.kind {
        Kind::Counter => recorder.describe_counter(name, unit, help),
        Kind::Gauge => recorder.describe_gauge(name, unit, help),
        Kind::Histogram(_) => recorder.describe_histogram(name, unit, help),
        // Not in the exporter at all.
        Kind::OwnHistogram | Kind::OwnGauge | Kind::OwnCounter => {}
    }
}
