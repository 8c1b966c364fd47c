//! Access rules as they are written: `allow` and `verify`.

use super::keys;
use crate::config::read::{Deferred, OneOrMany};
use crate::config::rules::SpkiPin;
use crate::config::values::accounts::{Account, Sid};
use crate::config::values::networks::Network;
use crate::config::values::patterns::{DnsPattern, EmailPattern, NamePattern, UriPattern};

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

keys! {
    /// What a certificate must carry. All keys of a rule must match; of the
    /// values of one key, one must.
    RawCertRule as "CertificateRule", required [] {
        /// The subject's common name.
        cn as "cn": OneOrMany<NamePattern>,
        /// The subject's organizational unit.
        ou as "ou": OneOrMany<NamePattern>,
        /// A DNS name among the SANs; `*` is one label.
        dns as "dns": OneOrMany<DnsPattern>,
        /// A URI among the SANs; `*` is one path segment, `**` any number.
        uri as "uri": OneOrMany<UriPattern>,
        /// An IP address among the SANs: an address, or a network that it is in.
        ip as "ip": OneOrMany<Network>,
        /// A mail address among the SANs; `*@example.com` is any mailbox.
        email as "email": OneOrMany<EmailPattern>,
        /// The SHA-256 of the public key: 64 hex digits, or `sha256/` and base64.
        spki as "spki": OneOrMany<SpkiPin>,
    }
}

keys! {
    /// Who may use a pipe or a Unix socket. All keys of a rule must match.
    RawLocalRule as "AccountRule", required [] {
        /// A user: a name, or a number.
        user as "user": Account,
        /// A group that the user is in: a name, or a number.
        group as "group": Account,
        /// Windows: a SID.
        sid as "sid": Sid,
    }
}

/// `allow`, which means other things on TLS than on local ends.
#[derive(Debug, Clone)]
pub(crate) struct Allow;
pub(crate) type RawAllow = Deferred<Allow>;

/// `verify`.
#[derive(Debug, Clone)]
pub(crate) struct CertRules;
pub(crate) type RawCertRules = Deferred<CertRules>;

impl JsonSchema for Allow {
    fn schema_name() -> Cow<'static, str> {
        "Allow".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let certificate = generator.subschema_for::<OneOrMany<RawCertRule>>();
        let account = generator.subschema_for::<OneOrMany<RawLocalRule>>();
        json_schema!({ "anyOf": [{ "const": "any" }, certificate, account] })
    }
}

impl JsonSchema for CertRules {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Verify".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<OneOrMany<RawCertRule>>()
    }
}
