//! What would run, for people: every option in force, defaults included.
//!
//! Names of files are shown, never what is in them.

mod ends;
mod pipe;
mod rights;
mod tls;
mod values;

use super::model::{Bridge, Config, Credential, Identity, Mode, Trust};
use super::surroundings::System;
use super::values::words::Word as _;
use values::{duration, off_or, sandbox, size, switch};

/// Describes a configuration as `pipeferry check` prints it: the top level,
/// the identities, then each bridge with both of its ends.
pub fn summary(config: &Config, system: System) -> String {
    let mut page = Page::default();
    top(&mut page, config, system);
    for identity in config.identities.values() {
        page.heading(&format!("identity {}", identity.name));
        of_identity(&mut page, identity);
    }
    for bridge in &config.bridges {
        page.heading(&format!("bridge {}", bridge.name));
        of_bridge(&mut page, bridge, system);
    }
    page.text
}

/// Lines of a word and what is said of it, under headings.
#[derive(Debug, Default)]
struct Page {
    text: String,
}

impl Page {
    fn heading(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn line(&mut self, key: &str, value: impl std::fmt::Display) {
        self.text.push_str(&format!("  {key:<20} {value}\n"));
    }

    fn end(&mut self, key: &str, address: &str, options: Vec<(&'static str, String)>) {
        self.line(key, address);
        for (key, value) in options {
            self.text.push_str(&format!("    {key:<22} {value}\n"));
        }
    }
}

fn top(page: &mut Page, config: &Config, system: System) {
    page.heading("pipeferry");
    page.line("drain_timeout", duration(config.drain_timeout));
    page.line("max_connections", config.max_connections);
    match config.threads {
        Some(threads) => page.line("threads", threads),
        None => page.line("threads", "one a processor"),
    }
    let control = config.control.as_ref().map_or("none", |control| control.pipe.name.as_str());
    page.line("control", control);
    page.line("watch", switch(config.watch));
    page.line("sandbox", sandbox(config.sandbox, system));
    match &config.admin {
        Some(admin) => {
            page.end("admin", &admin.listen.to_string(), rights::admin(&admin.listen, system))
        }
        None => page.line("admin", "none"),
    }
    page.line("log", format!("{}, {}", config.log.level, config.log.format.word()));
}

fn of_identity(page: &mut Page, identity: &Identity) {
    match &identity.credential {
        Some(Credential::Pem { cert, key }) => {
            page.line("cert", cert.display());
            page.line("key", key.display());
        }
        Some(Credential::Pkcs12 { file, password_file }) => {
            page.line("pkcs12", file.display());
            if let Some(file) = password_file {
                page.line("password_file", file.display());
            }
        }
        None => page.line("cert", "none: it only trusts"),
    }
    match &identity.trust {
        Some(Trust::File(file)) => page.line("trust", file.display()),
        Some(Trust::System) => page.line("trust", "the system's CAs"),
        None => page.line("trust", "nobody"),
    }
    for crl in &identity.crl {
        page.line("crl", crl.display());
    }
}

fn of_bridge(page: &mut Page, bridge: &Bridge, system: System) {
    page.line("mode", bridge.mode.word());
    let view = ends::View { mode: bridge.mode, system };
    page.end("listen", &bridge.listen.to_string(), view.listen(&bridge.listen));
    for target in bridge.connect.iter() {
        page.end("connect", &target.to_string(), view.dial(target));
    }
    if bridge.connect.only().is_none() {
        page.line("balance", bridge.connect.balance.word());
    }
    page.line("connect_timeout", duration(bridge.connect_timeout));
    page.line("handshake_timeout", duration(bridge.handshake_timeout));
    page.line("idle_timeout", off_or(bridge.idle_timeout));
    page.line("half_close_timeout", duration(bridge.half_close_timeout));
    page.line("max_lifetime", off_or(bridge.max_lifetime));
    page.line("max_connections", bridge.max_connections);
    if bridge.mode == Mode::Message {
        page.line("max_message", size(bridge.max_message));
    }
}

#[cfg(test)]
mod tests;
