//! What is printed: short numbered steps that fit into 80 columns.
//!
//! A line that cannot be printed ends the demo like anything else that fails.

use std::io::{self, IsTerminal, Write};
use std::time::Instant;

use anyhow::Context;

use super::figures::time;

/// The width that prose is broken at.
const WIDTH: usize = 80;
const INDENT: &str = "   ";

/// Where the demo is shown.
pub(super) struct Screen<W> {
    out: W,
    bold: bool,
    step: u32,
    title: String,
    started: Instant,
}

impl Screen<io::Stdout> {
    /// Standard output; bold only on a terminal, and without `NO_COLOR`. A
    /// Windows console may show the escape sequences as they are.
    pub(super) fn standard() -> Self {
        let out = io::stdout();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let bold = cfg!(unix) && out.is_terminal() && !plain;
        Self::new(out, bold)
    }
}

impl<W: Write> Screen<W> {
    /// On anything that can be written to.
    pub(super) fn new(out: W, bold: bool) -> Self {
        Self { out, bold, step: 0, title: String::new(), started: Instant::now() }
    }

    /// The headline.
    pub(super) fn headline(&mut self, text: &str) -> anyhow::Result<()> {
        self.print(&self.bold(text))
    }

    /// Begins the next step.
    pub(super) fn step(&mut self, title: &str) -> anyhow::Result<()> {
        self.step += 1;
        title.clone_into(&mut self.title);
        self.started = Instant::now();
        self.print("")?;
        self.print(&self.bold(&format!("{}. {title}", self.step)))
    }

    /// Ends it, and says how long it took.
    pub(super) fn done(&mut self) -> anyhow::Result<()> {
        let took = time(self.started.elapsed());
        self.line(&format!("done in {took}"))
    }

    /// The step that runs, for messages.
    pub(super) fn where_we_are(&self) -> String {
        match self.step {
            0 => "before its first step".to_owned(),
            step => format!("at step {step} ({})", self.title),
        }
    }

    /// One line, as it is.
    pub(super) fn line(&mut self, text: &str) -> anyhow::Result<()> {
        self.print(format!("{INDENT}{text}").trim_end())
    }

    /// Prose, broken at spaces.
    pub(super) fn prose(&mut self, text: &str) -> anyhow::Result<()> {
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && INDENT.len() + line.len() + 1 + word.len() > WIDTH {
                self.line(&std::mem::take(&mut line))?;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&line)
    }

    fn bold(&self, text: &str) -> String {
        if self.bold { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// At once, so that nobody waits for a line of a step that takes its time.
    fn print(&mut self, line: &str) -> anyhow::Result<()> {
        let printed = writeln!(self.out, "{line}").and_then(|()| self.out.flush());
        printed.context("cannot print")
    }
}
