//! An end: its address, or a table of its address and options.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{RawAllow, RawCertRules, keys};
use crate::config::address::Address;
use crate::config::model::{
    Access, Framing, Impersonation, Mode, PipeHalfClose, ProxyDetail, TlsVersion,
};
use crate::config::read::{At, Field, OneOrMany, Place, Read};
use crate::config::report::Report;
use crate::config::tree::{Node, Value};
use crate::config::values::accounts::Account;
use crate::config::values::durations::{AnyDuration, OrOff, Positive};
use crate::config::values::networks::Network;
use crate::config::values::numbers::{Instances, Number};
use crate::config::values::permissions::Permissions;
use crate::config::values::sizes::AnySize;
use crate::config::values::words::{ClientCert, CloseNotify};

keys! {
    /// One end of a bridge, with its options.
    RawEndTable as "End", required ["address"] {
        /// Where: `pipe:NAME`, `unix:PATH`, `fifo:PATH`, `tcp:HOST:PORT`,
        /// `tls:HOST:PORT`; listening, `fd:NAME`; connecting, `srv:NAME`.
        address as "address": Address,
        /// tls and fd: the certificate to show and whom to trust, by its name
        /// under `[identity]`. srv: the same, and without it plain TCP is spoken.
        identity as "identity": String,
        /// Who may come in. tls: `any`, or rules of `cn ou dns uri ip email
        /// spki`. pipe and unix: rules of `user group sid`. One rule is enough.
        allow as "allow": RawAllow,
        /// tls, listening: `none` asks for no client certificate.
        client_cert as "client_cert": ClientCert,
        /// tls: `optional` takes a plain FIN for a clean end.
        close_notify as "close_notify": CloseNotify = "required",
        /// tls, connecting: rules that the server's certificate must meet
        /// beside its name.
        verify as "verify": RawCertRules,
        /// tls and srv, connecting: the name that the certificate must carry, in
        /// place of the address's host or the service's domain.
        server_name as "server_name": String,
        /// pipe on Windows, listening: the security descriptor in SDDL, in
        /// place of `allow`.
        sddl as "sddl": String,
        /// pipe, unix and fifo, listening: the permissions of the socket file,
        /// in octal.
        permissions as "permissions": Permissions,
        /// Listening: the owner of the socket file. Connecting: who must own
        /// the server's end.
        owner as "owner": Account,
        /// pipe, unix and fifo, listening: the group of the socket file.
        group as "group": Account,
        /// Message mode on a stream: how messages are marked off.
        framing as "framing": Framing = "u32be",
        /// pipe on Windows: the pipe's type; default: the bridge's mode.
        kind as "type": Mode,
        /// pipe on Windows: what the pipe's other party is told when no more
        /// will come.
        half_close as "half_close": PipeHalfClose = "none",
        /// pipe and fifo: which way data flows, seen from
        /// pipeferry. A fifo carries one way: `inbound` when listening,
        /// `outbound` when connecting, unless said otherwise.
        access as "access": Access,
        /// pipe on Windows, listening: the most instances, 1 to 254 or
        /// `unlimited`.
        instances as "instances": Instances = "unlimited",
        /// pipe on Windows, listening: how many instances wait for clients.
        backlog as "backlog": Number<1, 254> = 8,
        /// pipe on Windows, listening: the system's input buffer.
        in_buffer as "in_buffer": AnySize = "64KiB",
        /// pipe on Windows, listening: the system's output buffer.
        out_buffer as "out_buffer": AnySize = "64KiB",
        /// pipe on Windows, listening: how long WaitNamedPipe waits by default.
        default_timeout as "default_timeout": AnyDuration = "50ms",
        /// pipe on Windows, listening: FILE_FLAG_WRITE_THROUGH.
        write_through as "write_through": bool = false,
        /// pipe on Windows, listening: WRITE_DAC.
        write_dac as "write_dac": bool = false,
        /// pipe on Windows, listening: WRITE_OWNER.
        write_owner as "write_owner": bool = false,
        /// pipe on Windows, listening: ACCESS_SYSTEM_SECURITY.
        access_system_security as "access_system_security": bool = false,
        /// pipe on Windows, listening: lets clients in over SMB.
        remote as "remote": bool = false,
        /// pipe and unix, connecting: how long to wait for a free instance, or
        /// for the socket to be there.
        wait as "wait": Positive,
        /// pipe on Windows, connecting: what the server may do with our token.
        impersonation as "impersonation": Impersonation = "identification",
        /// tcp, unix and tls: sends (connecting) or expects (listening) a PROXY
        /// header that says who the client is.
        proxy_protocol as "proxy_protocol": ProxyDetail,
        /// tcp and tls, listening: the networks that may send a PROXY header;
        /// default: loopback.
        proxy_from as "proxy_from": OneOrMany<Network>,
        /// tls: the lowest version.
        min_tls as "min_tls": TlsVersion = "1.2",
        /// tls: the highest version.
        max_tls as "max_tls": TlsVersion = "1.3",
        /// tls: resumes sessions; `false` makes every handshake a full one.
        resume as "resume": bool = true,
        /// tcp and tls: TCP_NODELAY.
        nodelay as "nodelay": bool = true,
        /// tcp and tls: when keepalive probes start; `false` for never.
        keepalive as "keepalive": OrOff = "60s",
        /// tcp and tls, listening: SO_REUSEPORT.
        reuse_port as "reuse_port": bool = false,
    }
}

/// An end as it is written: a string, or a table.
#[derive(Debug, Clone)]
pub(crate) struct RawEnd(pub(crate) Box<RawEndTable>);

impl Read for RawEnd {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        match &node.value {
            Value::Table(_) => RawEndTable::read(node, report).map(|raw| Self(Box::new(raw))),
            Value::Text(_) | Value::Bare(_) => {
                let place = Place { key: node.spot, value: node.spot };
                let address = match Address::read(node, report) {
                    Some(value) => Field::Is(At { value, place }),
                    None => Field::Wrong(place),
                };
                Some(Self(Box::new(RawEndTable { address, ..RawEndTable::default() })))
            }
            _ => {
                let expected = "an address, or a table with `address` and its options";
                report.wrong_type(node, expected);
                None
            }
        }
    }
}

impl JsonSchema for RawEnd {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "EndOrAddress".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let address = generator.subschema_for::<Address>();
        let table = generator.subschema_for::<RawEndTable>();
        json_schema!({ "anyOf": [address, table] })
    }
}
