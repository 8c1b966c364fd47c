//! The two ends of a bridge: every option in force.

use super::rights::{allow, file};
use super::values::{duration, off_or, switch};
use super::{pipe, tls};
use crate::config::model::{
    Access, Dial, Framing, HandedListen, Listen, Mode, ProxyAccept, ProxyDetail, SrvTransport,
    TcpDial, TcpListen, TcpOptions, TlsDial, UnixDial, UnixListen,
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

impl View {
    pub(super) fn listen(self, listen: &Listen) -> Options {
        match listen {
            Listen::Pipe(end) => pipe::listen(self, end),
            Listen::Unix(unix) => self.unix_listen(unix),
            Listen::Fifo(fifo) => {
                let mut options = vec![access(fifo.access)];
                options.extend(file(&fifo.file));
                options.extend(self.framing(fifo.framing));
                options
            }
            Listen::Tcp(tcp) => self.tcp_listen(tcp),
            Listen::Tls(end) => {
                let mut options = tls::listen(&(&**end).into());
                options.extend(self.tcp_listen(&end.tcp));
                options
            }
            Listen::Handed(end) => self.handed(end),
            Listen::Stdio(stdio) => self.framing(stdio.framing),
        }
    }

    pub(super) fn dial(self, dial: &Dial) -> Options {
        match dial {
            Dial::Pipe(end) => pipe::dial(self, end),
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

    fn tcp_listen(self, tcp: &TcpListen) -> Options {
        let mut options = self.tcp(&tcp.tcp, tcp.framing);
        options.push(("reuse_port", switch(tcp.tcp.reuse_port)));
        options.extend(proxy_accept(tcp.proxy.as_ref()));
        options
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

    pub(super) fn framing(self, framing: Framing) -> Options {
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
}

pub(super) fn access(access: Access) -> (&'static str, String) {
    ("access", access.word().to_owned())
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
