//! What the service manager is told: the states of a service, and that it is
//! still at it while a state passes.
//! <https://learn.microsoft.com/windows/win32/services/service-status-transitions>

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use windows_service::service::{
    ServiceControlAccept, ServiceExitCode, ServiceState, ServiceStatus, ServiceType,
};
use windows_service::service_control_handler::ServiceStatusHandle;

use super::HOST;

/// How often progress is reported.
const BEAT: Duration = Duration::from_secs(1);
/// How long the manager is to wait for the next report.
const HINT: Duration = Duration::from_secs(10);
/// A start that takes longer is shown as one that hangs. A drain has a limit
/// of its own.
const LONGEST_START: Duration = Duration::from_secs(120);

/// The life of the service of this process.
#[derive(Default)]
pub(super) struct Life {
    now: Mutex<Now>,
    changed: Condvar,
}

#[derive(Default)]
struct Now {
    handle: Option<ServiceStatusHandle>,
    phase: Phase,
    checkpoint: u32,
}

/// In this order.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Phase {
    #[default]
    Starting,
    Running,
    Stopping,
    Stopped(u8),
}

impl Life {
    /// The handler is registered: from now on reports go to `handle`.
    pub fn begin(&self, handle: ServiceStatusHandle) {
        let mut now = self.lock();
        (now.handle, now.checkpoint) = (Some(handle), 1);
        now.report();
        drop(now);
        let beat = || {
            if let Some(host) = HOST.get() {
                host.life.beat();
            }
        };
        // Without it the manager only takes a slow start for one that hangs.
        let _ = thread::Builder::new().name("service-beat".to_owned()).spawn(beat);
    }

    /// All listeners are bound.
    pub fn running(&self) {
        self.advance(Phase::Running);
    }

    /// A stop was asked for.
    pub fn stopping(&self) {
        self.advance(Phase::Stopping);
    }

    /// It is over. The process may be ended at once: nothing must be left to do.
    pub fn stopped(&self, code: u8) {
        self.advance(Phase::Stopped(code));
    }

    /// A life never goes back: a second stop changes nothing, nor does one that
    /// comes late.
    fn advance(&self, phase: Phase) {
        let mut now = self.lock();
        if phase > now.phase {
            (now.phase, now.checkpoint) = (phase, 1);
            now.report();
            self.changed.notify_all();
        }
    }

    /// Reports progress while a state passes, until it is stopped.
    fn beat(&self) {
        let started = Instant::now();
        let mut now = self.lock();
        loop {
            now = match now.phase {
                Phase::Stopped(_) => return,
                Phase::Running => self.changed.wait(now).unwrap_or_else(PoisonError::into_inner),
                Phase::Starting | Phase::Stopping => {
                    let waited = self.changed.wait_timeout(now, BEAT);
                    let (mut now, timed) = waited.unwrap_or_else(PoisonError::into_inner);
                    let hangs = now.phase == Phase::Starting && started.elapsed() > LONGEST_START;
                    if timed.timed_out() && !hangs && now.passes() {
                        now.checkpoint = now.checkpoint.saturating_add(1);
                        now.report();
                    }
                    now
                }
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Now {
    fn passes(&self) -> bool {
        matches!(self.phase, Phase::Starting | Phase::Stopping)
    }

    /// Under the lock, so that no older state comes after a newer one.
    fn report(&self) {
        let Some(handle) = self.handle else { return };
        let passes = self.passes();
        // There is nobody to tell of a failure.
        let _ = handle.set_service_status(ServiceStatus {
            service_type: ServiceType::OWN_PROCESS,
            current_state: match self.phase {
                Phase::Starting => ServiceState::StartPending,
                Phase::Running => ServiceState::Running,
                Phase::Stopping => ServiceState::StopPending,
                Phase::Stopped(_) => ServiceState::Stopped,
            },
            controls_accepted: match self.phase {
                Phase::Running => {
                    ServiceControlAccept::STOP
                        | ServiceControlAccept::PRESHUTDOWN
                        | ServiceControlAccept::SHUTDOWN
                        | ServiceControlAccept::PARAM_CHANGE
                }
                _ => ServiceControlAccept::empty(),
            },
            exit_code: match self.phase {
                Phase::Stopped(code) if code != 0 => ServiceExitCode::ServiceSpecific(code.into()),
                _ => ServiceExitCode::NO_ERROR,
            },
            checkpoint: if passes { self.checkpoint } else { 0 },
            wait_hint: if passes { HINT } else { Duration::ZERO },
            process_id: None,
        });
    }
}
