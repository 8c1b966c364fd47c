use std::time::{Duration, UNIX_EPOCH};

use crate::telemetry::Outcome;
use crate::telemetry::metrics::names::{self, Kind};
use crate::telemetry::metrics::{Exposition, ReloadResult, TargetMeter};

#[test]
fn every_metric_of_the_table_is_rendered_with_help_and_type() {
    let exposition = Exposition::local();
    exposition.bridge("b").watch_pipe_instances(Default::default());
    let target = TargetMeter::new("tcp:h:1".to_owned());
    exposition.bridge("b").watch_targets(vec![target.into()]);
    exposition.certificates([("gateway".to_owned(), 1_800_000_000)]);
    let text = exposition.render();
    for metric in names::ALL {
        let kind = match metric.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram(_) | Kind::OwnHistogram => "histogram",
            Kind::OwnGauge => "gauge",
            Kind::OwnCounter => "counter",
        };
        assert!(text.contains(&format!("# HELP {} {}\n", metric.name, metric.help)), "{metric:?}");
        assert!(text.contains(&format!("# TYPE {} {kind}\n", metric.name)), "{metric:?}\n{text}");
    }
}

#[test]
fn no_metric_of_ours_is_missing_from_the_table() {
    let exposition = Exposition::local();
    exposition.bridge("b").watch_pipe_instances(Default::default());
    let target = TargetMeter::new("tcp:h:1".to_owned());
    exposition.bridge("b").watch_targets(vec![target.into()]);
    exposition.certificates([("gateway".to_owned(), 1_800_000_000)]);
    for line in exposition.render().lines() {
        let Some(rest) = line.strip_prefix("# TYPE ") else { continue };
        let name = rest.split(' ').next().unwrap();
        let known = names::ALL.iter().any(|metric| metric.name == name);
        assert!(known || name.starts_with("process_"), "{name}");
    }
}

#[test]
fn the_documentation_has_every_metric() {
    let manual = include_str!("../../../../docs/metrics.md");
    for metric in names::ALL {
        assert!(manual.contains(&format!("`{}", metric.name)), "{}", metric.name);
    }
    for outcome in Outcome::ALL {
        assert!(manual.contains(&format!("| `{outcome}` |")), "{outcome}");
    }
}

#[test]
fn upkeep_loses_no_sample_and_a_scrape_after_it_shows_them_all() {
    let exposition = Exposition::local();
    let bridge = exposition.bridge("b");
    for _ in 0..3 {
        for _ in 0..1_000 {
            bridge.ended(Outcome::Done, Duration::from_secs(2));
        }
        exposition.upkeep();
    }
    let text = exposition.render();
    assert!(text.contains("pipeferry_connection_seconds_count{bridge=\"b\"} 3000\n"), "{text}");
    assert!(text.contains("pipeferry_connection_seconds_sum{bridge=\"b\"} 6000\n"), "{text}");
}

/// Resident memory in bytes, as the exposition itself says.
#[cfg(target_os = "linux")]
fn resident(exposition: &Exposition) -> f64 {
    let text = exposition.render();
    let mut lines = text.lines();
    let value = lines.find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
    value.unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn an_exposition_that_nobody_scrapes_does_not_grow_with_upkeep() {
    const SAMPLES: usize = 2 << 20;
    let exposition = Exposition::local();
    let bridge = exposition.bridge("b");
    let before = resident(&exposition);
    for sample in 0..SAMPLES {
        bridge.dialled(Duration::from_millis(1));
        if sample % 100_000 == 0 {
            exposition.upkeep();
        }
    }
    let grown = resident(&exposition) - before;
    // Kept, they take some 33 MiB.
    assert!(grown < (12 << 20) as f64, "{grown} bytes more");
}

#[test]
fn a_reload_that_failed_leaves_the_time_of_the_last_good_one() {
    let exposition = Exposition::local();
    let daemon = exposition.daemon();
    daemon.in_force_since(UNIX_EPOCH + Duration::from_secs(1_000));
    assert!(exposition.render().contains("pipeferry_last_reload_successful 1\n"));
    daemon.reloaded(ReloadResult::Ok, UNIX_EPOCH + Duration::from_secs(2_000));
    daemon.reloaded(ReloadResult::Failed, UNIX_EPOCH + Duration::from_secs(3_000));
    let text = exposition.render();
    for line in [
        "pipeferry_reloads_total{result=\"ok\"} 1\n",
        "pipeferry_reloads_total{result=\"failed\"} 1\n",
        "pipeferry_last_reload_timestamp_seconds 2000\n",
        "pipeferry_last_reload_successful 0\n",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    daemon.reloaded(ReloadResult::Ok, UNIX_EPOCH + Duration::from_secs(4_000));
    assert!(exposition.render().contains("pipeferry_last_reload_successful 1\n"));
}

#[test]
fn certificates_and_the_build_are_shown() {
    let exposition = Exposition::local();
    exposition.certificates([("gateway".to_owned(), 1_800_000_000)]);
    let text = exposition.render();
    let expiry =
        "pipeferry_certificate_expiry_timestamp_seconds{identity=\"gateway\"} 1800000000\n";
    assert!(text.contains(expiry), "{text}");
    let version = format!("version=\"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(text.lines().any(|line| line.starts_with("pipeferry_build_info{")
        && line.contains(&version)
        && line.ends_with(" 1")));
}

#[cfg(target_os = "linux")]
#[test]
fn the_process_shows_its_memory_descriptors_and_start() {
    let text = Exposition::local().render();
    for name in [
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_max_fds",
        "process_start_time_seconds",
    ] {
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok())
            .unwrap_or_else(|| panic!("{name} in\n{text}"));
        assert!(value >= 0.0, "{name} {value}");
    }
}

#[test]
fn two_expositions_of_one_process_do_not_mix() {
    let (one, other) = (Exposition::local(), Exposition::local());
    one.bridge("b").ended(Outcome::Done, Duration::ZERO);
    assert_eq!(other.bridge("b").total(Outcome::Done), 0);
    assert!(!other.render().contains("outcome=\"done\"} 1"));
}

#[test]
fn a_name_with_quotes_cannot_leave_its_label() {
    let exposition = Exposition::local();
    let _bridge = exposition.bridge("a\"} 1\nx{b=\"");
    for line in exposition.render().lines() {
        assert!(!line.starts_with("x{"), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_upkeep_task_ends_when_it_is_told_to() {
    let stop = tokio_util::sync::CancellationToken::new();
    let upkeep = tokio::spawn(Exposition::local().keep_up(stop.clone()));
    tokio::time::sleep(super::super::UPKEEP_INTERVAL * 3).await;
    assert!(!upkeep.is_finished());
    stop.cancel();
    upkeep.await.unwrap();
}
