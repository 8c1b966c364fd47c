//! How a service process gives its main thread to the system.
//!
//! The rest of what a service is asked and says is in the crate
//! `windows-service`; its macro for the entry point is unsafe code of ours.

use std::ffi::OsString;
use std::io;
use std::sync::OnceLock;

use windows_service::{define_windows_service, service_dispatcher};

/// What the system's entry point calls. There is one service in a process.
static MAIN: OnceLock<fn()> = OnceLock::new();

// SAFETY: the crate's macro reads the arguments as SERVICE_MAIN_FUNCTIONW is
// given them: so many pointers to strings that end in a NUL.
define_windows_service!(entry_point, called);

fn called(_arguments: Vec<OsString>) {
    if let Some(main) = MAIN.get() {
        main();
    }
}

/// Has the system call `main` on a thread of its own, as the service of this
/// name, and returns after the service has reported that it has stopped. To be
/// called once a process.
/// <https://learn.microsoft.com/windows/win32/api/winsvc/nf-winsvc-startservicectrldispatcherw>
///
/// # Errors
/// ERROR_FAILED_SERVICE_CONTROLLER_CONNECT if the system did not start this
/// process as a service; [`io::ErrorKind::InvalidInput`] for a name with a NUL
/// in it.
pub fn dispatch(name: &str, main: fn()) -> io::Result<()> {
    // A second call would find the first one's function, which is wrong but sound.
    let _ = MAIN.set(main);
    service_dispatcher::start(name, entry_point).map_err(|error| match error {
        windows_service::Error::Winapi(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidInput, other),
    })
}
