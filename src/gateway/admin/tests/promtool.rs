use std::io::Write;
use std::process::{Command, Stdio};

use super::site::Site;

/// Prometheus' own linter; Debian's package `prometheus` has it.
fn promtool() -> Option<std::process::Child> {
    let mut command = Command::new("promtool");
    command.args(["check", "metrics"]);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    match piped.spawn() {
        Ok(child) => Some(child),
        Err(error) if std::env::var_os("CI").is_some() => panic!("promtool is needed: {error}"),
        Err(error) => {
            eprintln!("NOT TESTED: promtool (apt install prometheus): {error}");
            None
        }
    }
}

#[tokio::test]
async fn prometheus_itself_finds_nothing_wrong_with_the_metrics() {
    let Some(mut promtool) = promtool() else { return };
    let site = Site::start().await;
    let metrics = site.get("/metrics").await.body;
    promtool.stdin.take().unwrap().write_all(metrics.as_bytes()).unwrap();
    let verdict = promtool.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&verdict.stderr);
    assert!(verdict.status.success() && said.is_empty(), "{said}\n{metrics}");
    site.stopped().await;
}
