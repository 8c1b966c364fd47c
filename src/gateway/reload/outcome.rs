//! How a reload went, for the log and for whoever asked.

use serde::{Deserialize, Serialize};

use crate::bridge::OpenError;
use crate::config::{ConfigError, Diagnostics};
use crate::gateway::Mistakes;

/// What a reload has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reloaded {
    /// Bridges that are new, or open again.
    pub added: Vec<String>,
    /// Bridges whose new connections have other settings.
    pub changed: Vec<String>,
    /// Bridges that listen elsewhere.
    pub moved: Vec<String>,
    /// Bridges that drain.
    pub removed: Vec<String>,
    /// Bridges that have not noticed.
    pub unchanged: Vec<String>,
    /// Identities whose files were new.
    pub identities: Vec<String>,
    /// Open connections that were cut off: revoked, or without a rule.
    pub cut: usize,
    /// What has changed and takes effect at the next start only.
    pub restart: Vec<String>,
}

impl Reloaded {
    pub(super) fn log(&self, trigger: &str) {
        let names = |names: &[String]| names.join(" ");
        tracing::info!(
            trigger,
            added = names(&self.added),
            changed = names(&self.changed),
            moved = names(&self.moved),
            removed = names(&self.removed),
            unchanged = self.unchanged.len(),
            identities = names(&self.identities),
            cut = self.cut,
            "reloaded"
        );
        for what in &self.restart {
            tracing::warn!("`{what}` has changed and takes effect at the next start");
        }
    }
}

/// Why the old world stays.
#[derive(Debug)]
pub enum Refusal {
    /// The file.
    Config(ConfigError),
    /// Certificates, keys, accounts.
    Mistakes(Mistakes),
    /// Files and ports that this process cannot have any more, a sentence each.
    Sandbox(Vec<String>),
    /// Changes that a listener cannot go along with, a sentence each.
    Fixed(Vec<String>),
    /// Listeners that could not be opened.
    Open(Vec<OpenError>),
    /// Rights of a socket's file that could not be given.
    Rights(String),
    /// The gateway is stopping.
    Draining,
    /// This bridge was drained meanwhile, or is busy with what it was told before.
    Overtaken(String),
    /// Something that should not happen.
    Broken(String),
}

impl Refusal {
    /// Every mistake, one line each.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Config(ConfigError::Wrong(mistakes)) => placed(mistakes).collect(),
            Self::Config(error) => vec![with_causes(error)],
            Self::Mistakes(mistakes) => {
                let others = mistakes.others().iter().map(|one| with_causes(one));
                others.chain(mistakes.diagnostics().into_iter().flat_map(placed)).collect()
            }
            Self::Sandbox(sentences) | Self::Fixed(sentences) => sentences.clone(),
            Self::Open(errors) => errors.iter().map(|one| with_causes(one)).collect(),
            Self::Rights(why) | Self::Broken(why) => vec![why.clone()],
            Self::Draining => vec!["the gateway is stopping".to_owned()],
            Self::Overtaken(bridge) => vec![format!(
                "bridge `{bridge}`: it is not done with what it was told before; reload again"
            )],
        }
    }

    /// The first of them, and how many there are.
    pub fn headline(&self) -> String {
        let lines = self.lines();
        let first = lines.first().cloned().unwrap_or_default();
        match lines.len() {
            0 | 1 => first,
            n => format!("{first} (and {} more)", n - 1),
        }
    }

    /// All of it as `pipeferry check` would print it.
    pub fn text(&self) -> String {
        match self {
            Self::Config(ConfigError::Wrong(mistakes)) => mistakes.to_string(),
            Self::Mistakes(mistakes) => mistakes.text(false),
            _ => self
                .lines()
                .iter()
                .map(|line| format!("error: {line}"))
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    pub(super) fn log(&self, trigger: &str) {
        if let Self::Draining = self {
            tracing::info!(trigger, "no reload: the gateway is stopping");
            return;
        }
        for mistake in self.lines() {
            tracing::error!(
                trigger,
                mistake,
                "reload failed; the old configuration stays in force"
            );
        }
    }
}

/// `pipeferry.toml:7:42: what is wrong; expected what would be right`
fn placed(mistakes: &Diagnostics) -> impl Iterator<Item = String> {
    mistakes.iter().map(|one| {
        let expected = match one.expected.as_str() {
            "" => String::new(),
            expected => format!("; expected {expected}"),
        };
        format!("{}:{}:{}: {}{expected}", one.file, one.line, one.column, one.message)
    })
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(why) = cause {
        let why_text = why.to_string();
        if !text.contains(&why_text) {
            text = format!("{text}: {why_text}");
        }
        cause = why.source();
    }
    text
}
