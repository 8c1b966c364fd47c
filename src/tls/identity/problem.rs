//! What can be wrong with an identity's files, for whoever has to mend it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::telemetry::rfc3339;

/// An identity that cannot be loaded: which, which file, why; [`Self::hint`]
/// says what to do.
#[derive(Debug, thiserror::Error)]
#[error("identity `{identity}`: {}: {problem}", .file.as_deref().map_or("the system's CAs".into(), |f| f.display().to_string()))]
pub struct IdentityError {
    /// The identity's name in the configuration.
    pub identity: String,
    /// The key of the configuration that names the file: `cert`, `trust`...
    pub key: &'static str,
    /// The file at fault; `None` for the system's trust store.
    pub file: Option<PathBuf>,
    /// What is wrong with it; part of the sentence, so not its source too.
    pub problem: Problem,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// ENOENT
    #[error("there is no such file")]
    Missing,
    /// EACCES
    #[error("we may not read this file")]
    PermissionDenied,
    /// Any other error while reading.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// A folder, a FIFO, a device.
    #[error("not a regular file")]
    NotAFile,
    /// Beyond the bound for its kind.
    #[error("larger than the {most} bytes that are read of such a file")]
    TooLarge {
        /// The bound in bytes.
        most: u64,
    },
    /// Not PEM, or a section without its end.
    #[error("broken PEM: {0}")]
    BadPem(String),
    /// PEM without a CERTIFICATE section.
    #[error("no certificate in this file")]
    NoCertificate,
    /// A certificate that cannot be parsed; counted from 1.
    #[error("certificate {number} of this file cannot be used: {why}")]
    BadCertificate {
        /// Its place in the file, counted from 1.
        number: usize,
        /// The parser's words.
        why: String,
    },
    /// PEM without a key section.
    #[error("no private key in this file")]
    NoKey,
    /// `ENCRYPTED PRIVATE KEY`, or `Proc-Type: 4,ENCRYPTED`.
    #[error("the private key is encrypted")]
    EncryptedKey,
    /// A key that the crypto provider does not take.
    #[error("the private key cannot be used: {0}")]
    BadKey(String),
    /// The key belongs to another certificate.
    #[error("the private key does not belong to the first certificate in {}", cert.display())]
    KeyMismatch {
        /// The certificate's file.
        cert: PathBuf,
    },
    /// The system's store gave nothing.
    #[error("the system has no usable CA certificates: {0}")]
    NoSystemTrust(String),
    /// Not a CRL, or one with features that cannot be checked.
    #[error("not a usable revocation list: {0}")]
    BadCrl(String),
    /// The MAC of a PKCS#12 file does not fit.
    #[error("the password does not open this PKCS#12 file")]
    WrongPassword,
    /// The password file is not UTF-8.
    #[error("the password is not UTF-8 text")]
    BadPassword,
    /// Not PKCS#12, or encrypted in a way that is not supported.
    #[error("not a usable PKCS#12 file: {0}")]
    BadPkcs12(String),
    /// No key, or none that belongs to a certificate of the file.
    #[error("no private key with its certificate in this PKCS#12 file")]
    NoPair,
}

impl IdentityError {
    /// What the file should have been.
    pub fn expected(&self) -> &'static str {
        match &self.problem {
            Problem::Missing | Problem::NotAFile => "a file that is there",
            Problem::PermissionDenied | Problem::Unreadable(_) => "a file that can be read",
            Problem::TooLarge { .. } => "a smaller file",
            Problem::BadPem(_) => "a file in PEM",
            Problem::NoCertificate | Problem::BadCertificate { .. } => "certificates in PEM",
            Problem::NoKey | Problem::BadKey(_) | Problem::EncryptedKey => {
                "a private key in PEM, not encrypted"
            }
            Problem::KeyMismatch { .. } => "the key of that certificate",
            Problem::NoSystemTrust(_) => "a system with CA certificates, or a bundle",
            Problem::BadCrl(_) => "a revocation list, in PEM or DER",
            Problem::WrongPassword => "a file that this password opens",
            Problem::BadPassword => "a file whose first line is a password",
            Problem::BadPkcs12(_) | Problem::NoPair => {
                "a PKCS#12 file with a certificate and its key"
            }
        }
    }

    /// What to do about it, in one sentence.
    pub fn hint(&self) -> String {
        let file = self.file.as_deref().map(|f| f.display().to_string()).unwrap_or_default();
        match &self.problem {
            Problem::Missing => {
                "Check the path; relative paths start at the configuration file's folder, on the command line at the working directory.".into()
            }
            Problem::PermissionDenied => format!(
                "Let the account that runs pipeferry read it, for instance with `chgrp` and `chmod 640 {file}`."
            ),
            Problem::Unreadable(_) | Problem::NotAFile | Problem::TooLarge { .. } => {
                "Check that the path names the file that you mean.".into()
            }
            Problem::BadPem(_) | Problem::NoCertificate | Problem::BadCertificate { .. } => format!(
                "It must hold PEM certificates, the leaf first; look at it with `openssl x509 -in {file} -noout -subject`."
            ),
            Problem::NoKey | Problem::BadKey(_) => {
                "It must hold a PEM key in PKCS#8, PKCS#1 or SEC1: RSA of 2048 to 8192 bits, ECDSA on P-256 or P-384, or Ed25519.".into()
            }
            Problem::EncryptedKey => format!(
                "Decrypt it with `openssl pkey -in {file} -out plain.key`, or use a PKCS#12 file with `password_file`."
            ),
            Problem::KeyMismatch { .. } => {
                "Put the pair together again: the certificate's chain starts with the leaf that was made for this key.".into()
            }
            Problem::NoSystemTrust(_) => {
                "Install the system's CA bundle (the package is often called ca-certificates), or name a bundle in `trust`.".into()
            }
            Problem::BadCrl(_) => {
                "It must be a complete X.509 v2 CRL of the issuing CA, in PEM or DER; delta and indirect CRLs cannot be checked.".into()
            }
            Problem::WrongPassword | Problem::BadPassword => {
                "The password is the first line of the file that `password_file` names; without `password_file` it is empty.".into()
            }
            Problem::BadPkcs12(_) | Problem::NoPair => {
                "Make it anew with `openssl pkcs12 -export -inkey KEY -in CHAIN -out FILE`.".into()
            }
        }
    }
}

/// Something about an identity that works now, or that only time will mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityWarning {
    /// The identity's name in the configuration.
    pub identity: String,
    /// The file it is about.
    pub file: PathBuf,
    /// What it is.
    pub what: Warning,
}

/// What there is to warn of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// A certificate of the chain has run out: peers will refuse it.
    Expired(u64),
    /// A certificate of the chain is not valid yet.
    NotYetValid(u64),
    /// Every account of this machine can read the key or password.
    SecretReadableByOthers,
    /// The list has run out: until it is renewed every certificate of its
    /// issuer is refused.
    CrlExpired(u64),
    /// Another list of the same issuer is newer.
    NewerCrl(String),
    /// CRLs are given, but none of this CA: its certificates are refused.
    AuthorityWithoutCrl(String),
    /// System CAs that could not be read.
    SystemTrust(String),
}

impl fmt::Display for IdentityWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "identity `{}`: {}: ", self.identity, self.file.display())?;
        match &self.what {
            Warning::Expired(at) => write!(f, "expired at {}; peers will refuse it", rfc3339(*at)),
            Warning::NotYetValid(at) => write!(f, "not valid before {}", rfc3339(*at)),
            Warning::SecretReadableByOthers => {
                f.write_str("every account of this machine can read it; `chmod 600` it")
            }
            Warning::CrlExpired(at) => write!(
                f,
                "the revocation list ran out at {}; until it is renewed every certificate of its issuer is refused",
                rfc3339(*at)
            ),
            Warning::NewerCrl(issuer) => write!(
                f,
                "there is a newer revocation list of {issuer}, and only the newer one counts; two CAs of one name cannot both be checked"
            ),
            Warning::AuthorityWithoutCrl(subject) => write!(
                f,
                "`crl` holds no list of the CA {subject}; certificates that it issued directly are refused"
            ),
            Warning::SystemTrust(why) => write!(f, "some CAs were left out: {why}"),
        }
    }
}
