//! `[log]`.

use tracing_subscriber::EnvFilter;

use super::Scope;
use crate::config::model::{Log, LogFormat};
use crate::config::raw::RawLog;
use crate::config::report::Fault;
use crate::config::suggest::did_you_mean;

const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// What is logged, and how.
pub(super) fn log(scope: &mut Scope<'_>, raw: Option<&RawLog>) -> Log {
    let mut log = Log { level: "info".to_owned(), format: LogFormat::Auto };
    let Some(raw) = raw else {
        return log;
    };
    log.format = raw.format.or(LogFormat::Auto);
    if let Some(at) = raw.format.at().filter(|at| at.value == LogFormat::Journal)
        && scope.is_windows()
    {
        let fault = Fault::new("there is no journal on Windows").expected("`auto`, `text`, `json`");
        scope.fault(at.place.value, fault);
    }
    if let Some(at) = raw.level.at() {
        log.level.clone_from(&at.value);
        if let Err(fault) = check_level(&at.value) {
            scope.report.fault_in_text(at.place.value, &at.value, fault);
        }
    }
    log
}

/// `EnvFilter` takes any lone word for the name of a target, `inof` too; here a
/// lone word is a level, or a path with `::` in it.
pub(crate) fn check_level(text: &str) -> Result<(), Fault> {
    let expected = "a level, or directives such as \"info,pipeferry::tls=debug\"";
    let mut at = 0;
    for directive in text.split(',') {
        let part = at..at + directive.len();
        at = part.end + 1;
        let word = directive.trim();
        let is_level = LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
        let is_target = word.contains(['=', ':', '[']) || word == "pipeferry";
        if !is_level && !is_target {
            let hint = did_you_mean(word, LEVELS);
            let fault = Fault::new("no log level").expected(expected).maybe_hint(hint);
            return Err(if part.is_empty() { fault } else { fault.part(part) });
        }
    }
    EnvFilter::builder()
        .parse(text)
        .map(drop)
        .map_err(|error| Fault::new(format!("no log directive: {error}")).expected(expected))
}
