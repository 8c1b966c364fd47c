//! `pipe:NAME`: a named pipe on Windows, a Unix socket elsewhere.

use super::applies::needs_windows;
use super::end::{End, framing};
use super::{Scope, allow, local, paths};
use crate::config::machine::AccountUse;
use crate::config::model::{
    Access, Framing, Impersonation, Mode, PipeDial, PipeHalfClose, PipeListen, PipeName,
    WindowsPipe,
};
use crate::config::raw::RawEndTable;
use crate::config::report::Fault;

pub(super) fn listen(
    scope: &mut Scope<'_>,
    end: &End<'_>,
    host: Option<&str>,
    name: &PipeName,
) -> PipeListen {
    if host.is_some() {
        let fault = Fault::new("nobody can listen on another machine's pipe");
        scope.fault(end.spot, fault.expected("`pipe:NAME`"));
    }
    if let (Some(sddl), true) = (end.raw.sddl.at(), end.raw.allow.is_given()) {
        let fault = Fault::new("`sddl` stands in place of `allow`");
        scope.fault(sddl.place.key, fault.hint("leave out one of them"));
    }
    PipeListen {
        address: paths::pipe(scope, end.spot, name),
        allow: allow::local(scope, end.raw),
        sddl: end.raw.sddl.get().cloned(),
        file: local::file_access(scope, end.raw),
        framing: pipe_framing(scope, end),
        access: access(scope, end),
        windows: windows(scope, end),
    }
}

pub(super) fn dial(
    scope: &mut Scope<'_>,
    end: &End<'_>,
    host: Option<&str>,
    name: &PipeName,
) -> PipeDial {
    if host.is_some() && !scope.is_windows() {
        scope.fault(end.spot, needs_windows("another machine's pipe"));
    }
    let pipe_type = pipe_type(scope, end);
    PipeDial {
        address: paths::pipe(scope, end.spot, name),
        host: host.map(str::to_owned),
        owner: scope.account(end.raw.owner.at(), AccountUse::Server),
        wait: end.raw.wait.get().map(|wait| wait.0),
        framing: pipe_framing(scope, end),
        access: access(scope, end),
        pipe_type,
        half_close: half_close(scope, end, pipe_type),
        impersonation: end.raw.impersonation.or(Impersonation::Identification),
    }
}

/// Which way data flows, as the gateway sees it.
fn access(scope: &mut Scope<'_>, end: &End<'_>) -> Access {
    let access = end.raw.access.or(Access::Duplex);
    if let (Some(one), false) = (end.raw.access.at(), scope.is_windows())
        && access != Access::Duplex
    {
        scope.fault(one.place.key, needs_windows("a pipe that carries one way"));
    }
    access
}

/// A real pipe keeps the messages of a message bridge apart by itself.
fn pipe_framing(scope: &mut Scope<'_>, end: &End<'_>) -> Framing {
    let framing = framing(scope, end);
    let apart = scope.is_windows() && end.mode == Some(Mode::Message);
    if apart { Framing::Packet } else { framing }
}

fn windows(scope: &mut Scope<'_>, end: &End<'_>) -> WindowsPipe {
    let raw: &RawEndTable = end.raw;
    let pipe_type = pipe_type(scope, end);
    let default = WindowsPipe::default();
    WindowsPipe {
        pipe_type,
        half_close: half_close(scope, end, pipe_type),
        instances: raw.instances.get().and_then(|instances| instances.0),
        backlog: backlog(scope, raw, default.backlog),
        in_buffer: raw.in_buffer.get().map_or(default.in_buffer, |size| size.0),
        out_buffer: raw.out_buffer.get().map_or(default.out_buffer, |size| size.0),
        default_timeout: raw.default_timeout.get().map_or(default.default_timeout, |time| time.0),
        write_through: raw.write_through.or(false),
        write_dac: raw.write_dac.or(false),
        write_owner: raw.write_owner.or(false),
        access_system_security: raw.access_system_security.or(false),
        remote: raw.remote.or(false),
    }
}

fn backlog(scope: &mut Scope<'_>, raw: &RawEndTable, default: u8) -> u8 {
    let most = raw.instances.get().and_then(|instances| instances.0);
    let Some(at) = raw.backlog.at() else {
        return most.map_or(default, |most| default.min(most));
    };
    let backlog = u8::try_from(at.value.0).unwrap_or(default);
    if most.is_some_and(|most| backlog > most) {
        let fault = Fault::new("more instances would wait than there may be");
        scope.fault(at.place.value, fault.expected("no more than `instances`"));
    }
    backlog
}

fn pipe_type(scope: &mut Scope<'_>, end: &End<'_>) -> Mode {
    let default = end.mode.unwrap_or(Mode::Byte);
    let Some(at) = end.raw.kind.at() else {
        return default;
    };
    if at.value == Mode::Byte && end.mode == Some(Mode::Message) {
        let fault = Fault::new("a byte pipe loses where its messages end");
        scope.fault(at.place.value, fault.expected("`message`, or a bridge in byte mode"));
    }
    at.value
}

fn half_close(scope: &mut Scope<'_>, end: &End<'_>, pipe_type: Mode) -> PipeHalfClose {
    let Some(at) = end.raw.half_close.at() else {
        return PipeHalfClose::None;
    };
    let judged = end.mode.is_some() || end.raw.kind.is_given();
    if at.value == PipeHalfClose::ZeroMessage && pipe_type == Mode::Byte && judged {
        let fault = Fault::new("a byte pipe has no messages, so no empty one");
        scope.fault(at.place.value, fault.hint("set `type = \"message\"`"));
    }
    at.value
}
