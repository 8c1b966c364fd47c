//! `control`: where the local control pipe is.

use super::{PipePath, Scope, paths};
use crate::config::address::parse_pipe_name;
use crate::config::model::{Control, PipeAddress};
use crate::config::raw::RawConfig;
use crate::config::report::Spot;

/// The name where none is written.
const NAME: &str = "pipeferry-control";

/// The control pipe and where its name is written; after `pipe_path`.
pub(super) fn control(scope: &mut Scope<'_>, raw: &RawConfig) -> Option<(Control, Option<Spot>)> {
    let Some(at) = raw.control.at() else {
        return by_default(scope).map(|control| (control, None));
    };
    let name = at.value.0.as_ref()?;
    let pipe = paths::pipe(scope, at.place.value, name);
    Some((Control { pipe, written: true }, Some(at.place.value)))
}

/// Without a look at how long its path is: nobody has asked for it.
pub(super) fn by_default(scope: &Scope<'_>) -> Option<Control> {
    let name = parse_pipe_name(NAME).ok()?;
    let socket = scope.socket_of(&name);
    Some(Control { pipe: PipeAddress { name, socket }, written: false })
}

/// The places in which a daemon of this configuration may have its control
/// pipe, the likeliest first; for who asks it. Mistakes are passed over: a
/// running daemon can be asked whatever has become of its file.
pub(crate) fn places(
    scope: &mut Scope<'_>,
    raw: &RawConfig,
    name: Option<&str>,
) -> Vec<PipeAddress> {
    super::top::pipe_path(scope, raw);
    let named = name.and_then(|name| parse_pipe_name(name).ok());
    let named = named.or_else(|| raw.control.get().and_then(|control| control.0.clone()));
    let Some(name) = named.or_else(|| parse_pipe_name(NAME).ok()) else { return Vec::new() };
    let mut sockets = vec![scope.socket_of(&name)];
    if let (PipePath::Default(_), false) = (&scope.pipe_path, scope.is_windows()) {
        // A service has it where its unit says, whoever asks.
        scope.pipe_path = PipePath::Default("/run/pipeferry".into());
        sockets.push(scope.socket_of(&name));
    }
    sockets.dedup();
    sockets.into_iter().map(|socket| PipeAddress { name: name.clone(), socket }).collect()
}
