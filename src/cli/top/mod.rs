//! `pipeferry top`: a running daemon, live in the terminal.
//!
//! It asks the control pipe once a second, from a thread of its own: a daemon
//! that does not answer never holds up a key.

mod draw;
mod keys;
mod state;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyEventKind};

use self::state::State;
use super::Failure;
use super::control::{Daemon, fetch};
use crate::gateway::control::StatusReply;

/// More connections are not shown; the newest are.
const MOST_SHOWN: usize = 2000;
/// How long a key waits to be looked at.
const TURN: Duration = Duration::from_millis(100);

#[derive(Debug, clap::Args)]
pub(super) struct TopArgs {
    #[command(flatten)]
    pub daemon: Daemon,
    /// How often the daemon is asked
    #[arg(long, value_name = "TIME", value_parser = super::duration::duration, default_value = "1s")]
    pub interval: Duration,
}

type Fetched = Result<StatusReply, Failure>;

/// Shows it until `q`.
pub(super) fn top(args: TopArgs) -> Result<ExitCode, Failure> {
    if !std::io::stdout().is_terminal() {
        return Err(Failure::usage("error: `pipeferry top` needs a terminal")
            .hint("`pipeferry status` prints the same once"));
    }
    let mut state = State::default();
    // Who is not there at the start is said in the usual way.
    state.take(fetch(&args.daemon, MOST_SHOWN)?, Instant::now());
    let fetched = follow(args)?;
    let mut terminal = ratatui::init();
    let shown = show(&mut terminal, &mut state, &fetched);
    ratatui::restore();
    shown.context("the terminal failed")?;
    Ok(ExitCode::SUCCESS)
}

fn follow(args: TopArgs) -> Result<Receiver<Fetched>, Failure> {
    let (send, fetched) = mpsc::sync_channel(1);
    let asking = move || {
        loop {
            thread::sleep(args.interval.max(TURN));
            if send.send(fetch(&args.daemon, MOST_SHOWN)).is_err() {
                return;
            }
        }
    };
    let thread = thread::Builder::new().name("top-asks".to_owned()).spawn(asking);
    thread.context("cannot start a thread")?;
    Ok(fetched)
}

fn show(
    terminal: &mut DefaultTerminal,
    state: &mut State,
    fetched: &Receiver<Fetched>,
) -> std::io::Result<()> {
    loop {
        terminal.draw(|frame| draw::draw(frame, state))?;
        if event::poll(TURN)?
            && let Event::Key(key) = event::read()?
            && key.kind != KeyEventKind::Release
            && keys::press(state, key)
        {
            return Ok(());
        }
        match fetched.recv_timeout(Duration::ZERO) {
            Ok(Ok(reply)) => state.take(reply, Instant::now()),
            Ok(Err(failure)) => state.lost(failure.text()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => state.lost("nobody asks any more"),
        }
    }
}
