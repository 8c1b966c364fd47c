//! What only a `pipe:` end has, on the system that it is for.

use super::ends::{Options, View, access};
use super::rights::{allow, file};
use super::values::{duration, size, switch};
use crate::config::model::{PipeAddress, PipeDial, PipeListen, WindowsPipe};
use crate::config::surroundings::System;
use crate::config::values::words::Word as _;

pub(super) fn listen(view: View, pipe: &PipeListen) -> Options {
    let mut options = place(view.system, None, &pipe.address);
    match &pipe.sddl {
        Some(sddl) => options.push(("sddl", sddl.clone())),
        None => options.push(allow(&pipe.allow, view.system)),
    }
    options.push(access(pipe.access));
    match view.system {
        System::Unix => {
            options.extend(file(&pipe.file));
            options.extend(view.framing(pipe.framing));
        }
        System::Windows => options.extend(windows(&pipe.windows)),
    }
    options
}

pub(super) fn dial(view: View, pipe: &PipeDial) -> Options {
    let mut options = place(view.system, pipe.host.as_deref(), &pipe.address);
    options.extend(pipe.owner.clone().map(|owner| ("owner", owner)));
    let wait = pipe.wait.map_or_else(|| "connect_timeout".to_owned(), duration);
    options.push(("wait", wait));
    match view.system {
        System::Unix => options.extend(view.framing(pipe.framing)),
        System::Windows => options.extend([
            access(pipe.access),
            ("type", pipe.pipe_type.word().to_owned()),
            ("half_close", pipe.half_close.word().to_owned()),
            ("impersonation", pipe.impersonation.word().to_owned()),
        ]),
    }
    options
}

/// Where a pipe really is.
fn place(system: System, host: Option<&str>, address: &PipeAddress) -> Options {
    match system {
        System::Unix => vec![("socket", address.socket.display().to_string())],
        System::Windows => vec![("path", address.name.win32_path(host))],
    }
}

fn windows(pipe: &WindowsPipe) -> Options {
    let instances = pipe.instances.map_or_else(|| "unlimited".to_owned(), |most| most.to_string());
    vec![
        ("type", pipe.pipe_type.word().to_owned()),
        ("half_close", pipe.half_close.word().to_owned()),
        ("instances", instances),
        ("backlog", pipe.backlog.to_string()),
        ("in_buffer", size(pipe.in_buffer as usize)),
        ("out_buffer", size(pipe.out_buffer as usize)),
        ("default_timeout", duration(pipe.default_timeout)),
        ("write_through", switch(pipe.write_through)),
        ("write_dac", switch(pipe.write_dac)),
        ("write_owner", switch(pipe.write_owner)),
        ("access_system_security", switch(pipe.access_system_security)),
        ("remote", switch(pipe.remote)),
    ]
}
