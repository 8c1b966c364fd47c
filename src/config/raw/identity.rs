//! `[identity.NAME]`.

use super::keys;
use crate::config::read::OneOrMany;

keys! {
    /// A certificate, its key, and the CAs that it trusts. One without a
    /// certificate only trusts, which is enough to dial with.
    RawIdentity as "Identity", required [] {
        /// The certificate chain, a PEM file, leaf first; needs `key`.
        cert as "cert": String,
        /// The private key, a PEM file; needs `cert`.
        key as "key": String,
        /// Certificate and key in one PKCS#12 file, in place of `cert` and
        /// `key`.
        pkcs12 as "pkcs12": String,
        /// A file whose first line is the password of the PKCS#12 file.
        password_file as "password_file": String,
        /// The trusted CAs: a PEM bundle, or `system` for the system's own
        /// (dialling only).
        trust as "trust": String,
        /// Revocation lists of those CAs: one file, or a list.
        crl as "crl": OneOrMany<String>,
    }
}
