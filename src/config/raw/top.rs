//! The top level, `[admin]` and `[log]`.

use super::{Named, RawBridge, RawEnd, RawIdentity, keys};
use crate::config::address::parse_local_pipe;
use crate::config::model::{LogFormat, PipeName, Sandbox};
use crate::config::read::{Read, read_text};
use crate::config::report::{Fault, Report};
use crate::config::tree::{Node, Value};
use crate::config::values::described;
use crate::config::values::durations::AnyDuration;
use crate::config::values::numbers::{Connections, Number};

keys! {
    /// pipeferry's configuration: bridges that carry named pipes across
    /// networks, and the certificates that they show.
    RawConfig as "Config", required ["bridge"] {
        /// How long open connections may go on after the first stop signal.
        drain_timeout as "drain_timeout": AnyDuration = "30s",
        /// The most connections of all bridges together; more clients wait.
        max_connections as "max_connections": Connections = 20000,
        /// Threads that carry connections; default: as many as processors.
        threads as "threads": Number<1, 1024>,
        /// Outside Windows: the path of the Unix socket that stands for a pipe,
        /// with `{name}` where the pipe's name goes. Default:
        /// `pipeferry/{name}.sock` under the runtime directory.
        /// `/tmp/CoreFxPipe_{name}` is where .NET looks.
        pipe_path as "pipe_path": String,
        /// The name of the local control pipe, or `false` for none.
        control as "control": Control = "pipeferry-control",
        /// Reload when a file that the configuration names changes.
        watch as "watch": bool = true,
        /// Give up rights that the daemon does not need: `true` gives up what no
        /// reload can come to need, `"strict"` all that this file does not need.
        sandbox as "sandbox": Sandbox = true,
        /// Where metrics and health are served.
        admin as "admin": RawAdmin,
        /// What is logged, and how.
        log as "log": RawLog,
        /// Certificates by name.
        identity as "identity": Named<RawIdentity>,
        /// Bridges by name: 1 to 63 of `A-Z a-z 0-9 . _ -`.
        bridge as "bridge": Named<RawBridge>,
    }
}

keys! {
    /// Where metrics and health are served: /metrics, /livez, /readyz, /status.
    RawAdmin as "Admin", required ["listen"] {
        /// Where to serve: `tcp:`, `tls:`, `unix:` or `pipe:`, with the options of
        /// such an end that say who may come in.
        listen as "listen": RawEnd,
        /// Lets other machines in: allows a `tcp:` address beyond loopback.
        remote as "remote": bool = false,
    }
}

keys! {
    /// What is logged, and how.
    RawLog as "Log", required [] {
        /// A level (`error`, `warn`, `info`, `debug`, `trace`, `off`), or
        /// directives such as `info,pipeferry::tls=debug`.
        level as "level": String = "info",
        /// The shape of a line.
        format as "format": LogFormat = "auto",
    }
}

/// The control pipe's name, or `false`.
#[derive(Debug, Clone)]
pub(crate) struct Control(pub(crate) Option<PipeName>);

impl Read for Control {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        let expected = "a pipe's name, or `false` for none";
        match node.value {
            Value::Boolean(false) => Some(Self(None)),
            Value::Boolean(true) => {
                let fault = Fault::new("`true` is no name").expected(expected);
                report.fault(node.spot, fault.hint("leave the key out for \"pipeferry-control\""));
                None
            }
            _ => read_text(node, report, expected, parse_local_pipe).map(|name| Self(Some(name))),
        }
    }
}

described!(Control, "Control", {
    "anyOf": [{ "type": "string", "minLength": 1, "maxLength": 247 }, { "const": false }],
});

const SANDBOX: &str = "`true`, `false` or \"strict\"";

impl Read for Sandbox {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        match &node.value {
            Value::Boolean(true) => Some(Self::On),
            Value::Boolean(false) => Some(Self::Off),
            _ => read_text(node, report, SANDBOX, |text| match text {
                "strict" => Ok(Self::Strict),
                _ => Err(Fault::new("this is no setting of the sandbox").expected(SANDBOX)),
            }),
        }
    }
}

described!(Sandbox, "Sandbox", { "enum": [true, false, "strict"] });
