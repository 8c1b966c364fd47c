//! The two ends of a bridge: address and every option in force.

use super::tls;
use super::values::{duration, off_or, size, switch};
use crate::config::model::{
    Access, AdminListen, Dial, FileAccess, Framing, HandedListen, Listen, Mode, PipeAddress,
    PipeDial, PipeListen, ProxyAccept, ProxyDetail, SrvTransport, TcpDial, TcpOptions, TlsDial,
    UnixDial, UnixListen, WindowsPipe,
};
use crate::config::rules::LocalRules;
use crate::config::surroundings::System;
use crate::config::values::words::Word as _;

/// Options in their order.
pub(super) type Options = Vec<(&'static str, String)>;

/// What decides which options mean anything.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    pub(super) mode: Mode,
    pub(super) system: System,
}

/// Who may come in at the admin listener.
pub(super) fn admin(listen: &AdminListen, system: System) -> Options {
    let said = |rules: &LocalRules| match rules {
        LocalRules::Default => None,
        LocalRules::Rules(_) => Some(allow(rules, system)),
    };
    match listen {
        AdminListen::Tcp(_) => Vec::new(),
        AdminListen::Tls(end) => {
            let mut options = tls::listen(&(&**end).into());
            options.retain(|(key, _)| *key != "close_notify");
            options
        }
        AdminListen::Unix(unix) => said(&unix.allow).into_iter().chain(file(&unix.file)).collect(),
        AdminListen::Pipe(pipe) => {
            let sddl = pipe.sddl.clone().map(|sddl| ("sddl", sddl));
            said(&pipe.allow).into_iter().chain(sddl).chain(file(&pipe.file)).collect()
        }
    }
}

impl View {
    pub(super) fn listen(self, listen: &Listen) -> (String, Options) {
        match listen {
            Listen::Pipe(pipe) => (format!("pipe:{}", pipe.address.name), self.pipe_listen(pipe)),
            Listen::Unix(unix) => (format!("unix:{}", unix.name), self.unix_listen(unix)),
            Listen::Fifo(fifo) => {
                let mut options = vec![access(fifo.access)];
                options.extend(file(&fifo.file));
                options.extend(self.framing(fifo.framing));
                (format!("fifo:{}", fifo.path.display()), options)
            }
            Listen::Tcp(tcp) => {
                let mut options = self.tcp(&tcp.tcp, tcp.framing);
                options.push(("reuse_port", switch(tcp.tcp.reuse_port)));
                options.extend(proxy_accept(tcp.proxy.as_ref()));
                (format!("tcp:{}", tcp.at), options)
            }
            Listen::Tls(end) => {
                let mut options = tls::listen(&(&**end).into());
                options.extend(self.tcp(&end.tcp.tcp, end.tcp.framing));
                options.push(("reuse_port", switch(end.tcp.tcp.reuse_port)));
                options.extend(proxy_accept(end.tcp.proxy.as_ref()));
                (format!("tls:{}", end.tcp.at), options)
            }
            Listen::Handed(end) => (format!("fd:{}", end.name), self.handed(end)),
            Listen::Stdio(stdio) => ("stdio:".to_owned(), self.framing(stdio.framing)),
        }
    }

    pub(super) fn dial(self, dial: &Dial) -> Options {
        match dial {
            Dial::Pipe(pipe) => self.pipe_dial(pipe),
            Dial::Unix(unix) => self.unix_dial(unix),
            Dial::Fifo(fifo) => {
                let mut options = vec![access(fifo.access)];
                options.extend(self.framing(fifo.framing));
                options
            }
            Dial::Tcp(tcp) => self.tcp_dial(tcp),
            Dial::Tls(end) => self.tls_dial(end),
            Dial::Srv(srv) => match &srv.over {
                SrvTransport::Tcp(tcp) => self.tcp_dial(tcp),
                SrvTransport::Tls(end) => self.tls_dial(end),
            },
            Dial::Stdio(stdio) => self.framing(stdio.framing),
        }
    }

    fn tcp_dial(self, tcp: &TcpDial) -> Options {
        let mut options = self.tcp(&tcp.tcp, tcp.framing);
        options.extend(proxy_send(tcp.proxy));
        options
    }

    fn tls_dial(self, end: &TlsDial) -> Options {
        let mut options = tls::dial(end);
        options.extend(self.tcp_dial(&end.tcp));
        options
    }

    fn framing(self, framing: Framing) -> Options {
        match self.mode {
            Mode::Byte => Vec::new(),
            Mode::Message => vec![("framing", framing.word().to_owned())],
        }
    }

    fn tcp(self, tcp: &TcpOptions, framing: Framing) -> Options {
        let mut options = self.framing(framing);
        options.push(("nodelay", switch(tcp.nodelay)));
        options.push(("keepalive", off_or(tcp.keepalive)));
        options
    }

    fn unix_listen(self, unix: &UnixListen) -> Options {
        let mut options = vec![allow(&unix.allow, self.system)];
        options.extend(file(&unix.file));
        options.extend(self.framing(unix.framing));
        options.extend(proxy_accept(unix.proxy.as_ref()));
        options
    }

    /// What kind of socket it is shows at the start only.
    fn handed(self, end: &HandedListen) -> Options {
        let mut options = vec![("socket", "not looked at: it is there at the start only".into())];
        if let Some(server) = &end.tls {
            options.extend(tls::listen(server));
            options.extend(self.tcp(&end.tcp, end.framing));
        } else {
            let (key, who) = allow(&end.allow, self.system);
            let who = match end.allow {
                LocalRules::Default => format!("{who} on a Unix socket, anybody on a TCP socket"),
                LocalRules::Rules(_) => who,
            };
            options.push((key, who));
            options.extend(self.tcp(&end.tcp, end.framing));
        }
        options.extend(proxy_accept(end.proxy.as_ref()));
        options
    }

    fn unix_dial(self, unix: &UnixDial) -> Options {
        let mut options = self.framing(unix.framing);
        options.extend(unix.owner.clone().map(|owner| ("owner", owner)));
        options.extend(unix.wait.map(|wait| ("wait", duration(wait))));
        options.extend(proxy_send(unix.proxy));
        options
    }

    fn pipe_listen(self, pipe: &PipeListen) -> Options {
        let mut options = self.place(None, &pipe.address);
        match &pipe.sddl {
            Some(sddl) => options.push(("sddl", sddl.clone())),
            None => options.push(allow(&pipe.allow, self.system)),
        }
        options.push(access(pipe.access));
        match self.system {
            System::Unix => {
                options.extend(file(&pipe.file));
                options.extend(self.framing(pipe.framing));
            }
            System::Windows => options.extend(windows(&pipe.windows)),
        }
        options
    }

    fn pipe_dial(self, pipe: &PipeDial) -> Options {
        let mut options = self.place(pipe.host.as_deref(), &pipe.address);
        options.extend(pipe.owner.clone().map(|owner| ("owner", owner)));
        let wait = pipe.wait.map_or_else(|| "connect_timeout".to_owned(), duration);
        options.push(("wait", wait));
        match self.system {
            System::Unix => options.extend(self.framing(pipe.framing)),
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
    fn place(self, host: Option<&str>, address: &PipeAddress) -> Options {
        match self.system {
            System::Unix => vec![("socket", address.socket.display().to_string())],
            System::Windows => {
                let (host, name) = (host.unwrap_or("."), address.name.as_str().replace('/', "\\"));
                vec![("path", format!(r"\\{host}\pipe\{name}"))]
            }
        }
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

fn access(access: Access) -> (&'static str, String) {
    ("access", access.word().to_owned())
}

fn file(file: &FileAccess) -> Options {
    let mut options = Options::new();
    options.extend(file.permissions.map(|bits| ("permissions", format!("{bits:04o}"))));
    options.extend(file.owner.clone().map(|owner| ("owner", owner)));
    options.extend(file.group.clone().map(|group| ("group", group)));
    options
}

fn allow(rules: &LocalRules, system: System) -> (&'static str, String) {
    let rules = match (rules, system) {
        (LocalRules::Default, System::Unix) => {
            return ("allow", "our own account, root".to_owned());
        }
        (LocalRules::Default, System::Windows) => {
            return ("allow", "our own account, SYSTEM, Administrators".to_owned());
        }
        (LocalRules::Rules(rules), _) => rules,
    };
    let one = |rule: &crate::config::rules::LocalRule| {
        let keys = [("user", &rule.user), ("group", &rule.group), ("sid", &rule.sid)];
        let said =
            keys.iter().filter_map(|(key, value)| Some(format!("{key} {}", value.as_ref()?)));
        said.collect::<Vec<_>>().join(" and ")
    };
    ("allow", rules.iter().map(one).collect::<Vec<_>>().join("; or "))
}

fn proxy_accept(proxy: Option<&ProxyAccept>) -> Options {
    let Some(proxy) = proxy else {
        return Vec::new();
    };
    let mut options = proxy_send(Some(proxy.detail));
    if !proxy.from.is_empty() {
        let from: Vec<_> = proxy.from.iter().map(ToString::to_string).collect();
        options.push(("proxy_from", from.join(", ")));
    }
    options
}

fn proxy_send(detail: Option<ProxyDetail>) -> Options {
    detail.map(|detail| ("proxy_protocol", detail.word().to_owned())).into_iter().collect()
}
