//! Values that are one word of a few: each word, what it stands for, and what
//! it means to a user.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

use crate::config::model::{
    Access, Balance, Framing, Impersonation, LogFormat, Mode, PipeHalfClose, ProxyDetail,
    TlsVersion,
};
use crate::config::read::{Read, read_text};
use crate::config::report::{Fault, Report};
use crate::config::suggest::{did_you_mean, one_of};
use crate::config::tree::Node;

/// A closed set of words.
pub(crate) trait Word: Copy + PartialEq + 'static {
    /// The word, its value, its meaning.
    const WORDS: &'static [(&'static str, Self, &'static str)];

    /// The word for a value.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, value, _)| *value == self).map_or("", |(word, ..)| word)
    }

    /// The value for a word.
    fn parse(text: &str) -> Result<Self, Fault> {
        let words = || Self::WORDS.iter().map(|(word, ..)| *word);
        if let Some((_, value, _)) = Self::WORDS.iter().find(|(word, ..)| *word == text) {
            return Ok(*value);
        }
        let shown: String = text.chars().take(64).collect();
        Err(Fault::new(format!("`{shown}` is not one of the words for this key"))
            .expected(one_of(words()))
            .maybe_hint(did_you_mean(text, words())))
    }
}

macro_rules! words {
    ($type:ident, $schema:literal: $($word:literal => $value:expr, $meaning:literal;)+) => {
        impl Word for $type {
            const WORDS: &'static [(&'static str, Self, &'static str)] =
                &[$(($word, $value, $meaning)),+];
        }

        impl Read for $type {
            fn read(node: &Node, report: &mut Report) -> Option<Self> {
                let words = one_of(Self::WORDS.iter().map(|(word, ..)| *word));
                read_text(node, report, &words, <Self as Word>::parse)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $schema.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "oneOf": [$({ "const": $word, "description": $meaning }),+],
                })
            }
        }
    };
}

/// `client_cert`: what a TLS listener asks of its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientCert {
    /// Nothing.
    None,
}

/// `close_notify`: whether a plain FIN is a clean end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CloseNotify {
    /// Only close_notify is.
    Required,
    /// Both are.
    Optional,
}

words! { Mode, "Mode":
    "byte" => Mode::Byte, "a stream of bytes";
    "message" => Mode::Message, "each message arrives as one message";
}
words! { Balance, "Balance":
    "order" => Balance::Order, "the first of the list that can be reached";
    "least" => Balance::Least, "the one with the fewest connections of this bridge";
}
words! { Framing, "Framing":
    "u32be" => Framing::U32Be, "four bytes of length, big-endian";
    "u32le" => Framing::U32Le, "four bytes of length, little-endian";
    "u16be" => Framing::U16Be, "two bytes of length, big-endian; messages up to 65535 bytes";
    "u16le" => Framing::U16Le, "two bytes of length, little-endian; messages up to 65535 bytes";
    "varint" => Framing::Varint, "a length as protocol buffers write it";
    "packet" => Framing::Packet, "unix only: a SOCK_SEQPACKET socket, one packet a message";
}
words! { LogFormat, "LogFormat":
    "auto" => LogFormat::Auto, "text on a terminal, fields into systemd's journal, else json";
    "text" => LogFormat::Text, "for people";
    "json" => LogFormat::Json, "one JSON object a line";
    "journal" => LogFormat::Journal, "fields, to systemd's journal";
}
words! { Access, "Access":
    "duplex" => Access::Duplex, "both ways";
    "inbound" => Access::Inbound, "pipeferry only reads";
    "outbound" => Access::Outbound, "pipeferry only writes";
}
words! { PipeHalfClose, "HalfClose":
    "none" => PipeHalfClose::None, "the other party learns it when the connection ends";
    "zero-message" => PipeHalfClose::ZeroMessage, "an empty message, as Docker and go-winio do";
    "close" => PipeHalfClose::Close, "all is delivered, then the pipe is closed";
}
words! { Impersonation, "Impersonation":
    "anonymous" => Impersonation::Anonymous, "the server learns nothing";
    "identification" => Impersonation::Identification, "the server learns who we are";
    "impersonation" => Impersonation::Impersonation, "the server may act as us on its machine";
    "delegation" => Impersonation::Delegation, "the server may act as us anywhere";
}
words! { ProxyDetail, "ProxyProtocol":
    "v2" => ProxyDetail::Addresses, "PROXY protocol version 2, addresses only";
    "v2-full" => ProxyDetail::Full, "with TLS, certificate and process in TLVs too";
}
words! { TlsVersion, "TlsVersion":
    "1.2" => TlsVersion::V1_2, "TLS 1.2";
    "1.3" => TlsVersion::V1_3, "TLS 1.3";
}
words! { ClientCert, "ClientCert":
    "none" => ClientCert::None, "no client certificate is asked for";
}
words! { CloseNotify, "CloseNotify":
    "required" => CloseNotify::Required, "an end without close_notify is a cut";
    "optional" => CloseNotify::Optional, "a plain FIN is a clean end too";
}

impl Mode {
    /// Its word in the configuration.
    pub fn word(self) -> &'static str {
        Word::word(self)
    }
}

/// The mode's word in the configuration.
impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// For the command line's `--mode`.
impl std::str::FromStr for Mode {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        <Self as Word>::parse(text)
    }
}
