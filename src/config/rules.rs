//! Access rules as the configuration holds them: patterns only, no verdicts.
//!
//! Matching lives in `access`; this file must not know a certificate or a peer.

/// One rule is enough; at least one rule.
pub type CertRules = Vec<CertRule>;

/// What a certificate must carry. All keys that are set must match; of the
/// patterns of one key, one must. A rule with no key set cannot be built from
/// a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CertRule {
    /// Subject common names.
    pub cn: Vec<String>,
    /// Subject organizational units.
    pub ou: Vec<String>,
    /// SAN dNSName; `*` is one label.
    pub dns: Vec<String>,
    /// SAN URI; `*` is one path segment, `**` any number of them.
    pub uri: Vec<String>,
    /// SAN iPAddress: an address or a network (`10.0.0.0/8`).
    pub ip: Vec<ipnet::IpNet>,
    /// SAN rfc822Name; `*` before the `@` is any mailbox.
    pub email: Vec<String>,
    /// SHA-256 of the SubjectPublicKeyInfo.
    pub spki: Vec<SpkiPin>,
}

/// A SHA-256 digest of a certificate's SubjectPublicKeyInfo (RFC 7469, 2.4),
/// written as 64 hex digits or as `sha256/` and base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpkiPin(pub [u8; 32]);

/// Who may use a pipe or a Unix socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalRules {
    /// No `allow` was written: our own account, and root / SYSTEM and
    /// Administrators.
    Default,
    /// One of these must match. Our own account and root come in always.
    Rules(Vec<LocalRule>),
}

/// All keys that are set must match; at least one is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocalRule {
    /// A user: a name or a number.
    pub user: Option<String>,
    /// A group, primary or supplementary: a name or a number.
    pub group: Option<String>,
    /// Windows: a SID, `S-1-...`.
    pub sid: Option<String>,
}
