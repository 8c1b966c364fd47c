//! What happens to the console: Ctrl-C, Ctrl-Break, and its end.
//! <https://learn.microsoft.com/windows/console/handlerroutine>
//!
//! A logoff is left alone: only services are told of it, whoever it is that
//! logs off.

use std::io;
use std::time::Duration;

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};

use super::{Call, OnHangup, Stop};

/// The system ends the process 5 s after it has told it of its console's end
/// (SPI_GETHUNGAPPTIMEOUT); one of them is for what comes after the drain.
const BEFORE_THE_END: Option<Duration> = Some(Duration::from_secs(4));

#[derive(Debug)]
pub(super) struct Signals {
    interrupt: CtrlC,
    pause: CtrlBreak,
    close: CtrlClose,
    shutdown: CtrlShutdown,
}

impl Signals {
    pub fn listen(_: OnHangup) -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            pause: ctrl_break()?,
            close: ctrl_close()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    pub async fn next(&mut self) -> Call {
        Call::Stop(tokio::select! {
            _ = self.interrupt.recv() => Stop::named("Ctrl-C"),
            _ = self.pause.recv() => Stop::named("Ctrl-Break"),
            _ = self.close.recv() => Stop { name: "console closed", within: BEFORE_THE_END },
            _ = self.shutdown.recv() => Stop { name: "shutdown", within: BEFORE_THE_END },
        })
    }
}
