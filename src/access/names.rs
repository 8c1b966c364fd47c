//! The names in a certificate, taken from its DER.
//!
//! The bytes come from a stranger: sizes are bounded, nothing is sent back,
//! and a name that cannot be read is left out rather than guessed, so that it
//! can only cost its bearer a match, never win one.

use std::net::IpAddr;

use ring::digest::{SHA256, digest};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::X509Name;

use super::peer::CertificateNames;
use super::subject;

/// The largest certificate that is looked at, in bytes. TLS itself would carry
/// 16 MiB; certificates seen in the field stay under 10 KiB.
pub const MAX_CERTIFICATE: usize = 64 * 1024;
/// The most subject alternative names in one certificate.
pub const MAX_ALT_NAMES: usize = 1000;
/// The most attributes in one subject.
pub const MAX_SUBJECT_ATTRIBUTES: usize = 100;

/// How an alternative name is written after its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// `dns example.com`, in sentences.
    Space,
    /// `dns:example.com`, in lists.
    Colon,
}

/// Why a certificate's names were not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamesError {
    /// More than [`MAX_CERTIFICATE`] bytes.
    #[error("the certificate is {0} bytes long, more than the {MAX_CERTIFICATE} that are read")]
    TooLarge(usize),
    /// Not an X.509 certificate in DER, or something follows it.
    #[error("not an X.509 certificate: {0}")]
    Malformed(String),
    /// More than [`MAX_ALT_NAMES`].
    #[error("the certificate has {0} alternative names, more than the {MAX_ALT_NAMES} allowed")]
    TooManyAltNames(usize),
    /// More than [`MAX_SUBJECT_ATTRIBUTES`].
    #[error("the certificate's subject has more than {MAX_SUBJECT_ATTRIBUTES} attributes")]
    TooManySubjectAttributes,
    /// RFC 5280, 4.2: an extension may stand in a certificate once.
    #[error("the certificate's alternative names are unreadable or there twice: {0}")]
    AltNames(String),
}

impl CertificateNames {
    /// Takes the names out of one certificate in DER.
    ///
    /// # Errors
    /// When it is no certificate, or one beyond the limits of this module.
    pub fn from_der(der: &[u8]) -> Result<Self, NamesError> {
        if der.len() > MAX_CERTIFICATE {
            return Err(NamesError::TooLarge(der.len()));
        }
        let (rest, certificate) = X509Certificate::from_der(der)
            .map_err(|error| NamesError::Malformed(error.to_string()))?;
        if !rest.is_empty() {
            return Err(NamesError::Malformed("something follows its end".into()));
        }
        Self::from_parsed(&certificate)
    }

    fn from_parsed(certificate: &X509Certificate<'_>) -> Result<Self, NamesError> {
        let subject = certificate.subject();
        if subject.iter_attributes().nth(MAX_SUBJECT_ATTRIBUTES).is_some() {
            return Err(NamesError::TooManySubjectAttributes);
        }
        let mut names = Self {
            subject: subject::rfc4514(subject),
            cn: texts(subject, subject::CN),
            ou: texts(subject, subject::OU),
            serial: serial_hex(certificate.raw_serial()),
            ..Self::default()
        };
        let spki = digest(&SHA256, certificate.public_key().raw);
        names.spki.copy_from_slice(spki.as_ref());
        let alt = certificate
            .subject_alternative_name()
            .map_err(|error| NamesError::AltNames(error.to_string()))?;
        if let Some(alt) = alt {
            names.add_alt_names(&alt.value.general_names)?;
        }
        Ok(names)
    }

    /// All alternative names, each with its kind before it. Control characters
    /// are escaped; the length is what the certificate's bearer chose.
    pub fn spelled(&self, spelling: Spelling) -> Vec<String> {
        let mark = match spelling {
            Spelling::Space => ' ',
            Spelling::Colon => ':',
        };
        let text = |kind: &str, list: &[String]| -> Vec<String> {
            list.iter().map(|name| format!("{kind}{mark}{}", name.escape_debug())).collect()
        };
        let mut all = text("dns", &self.dns);
        all.extend(text("uri", &self.uri));
        all.extend(self.ip.iter().map(|ip| format!("ip{mark}{ip}")));
        all.extend(text("email", &self.email));
        all
    }

    fn add_alt_names(&mut self, alt: &[GeneralName<'_>]) -> Result<(), NamesError> {
        if alt.len() > MAX_ALT_NAMES {
            return Err(NamesError::TooManyAltNames(alt.len()));
        }
        for name in alt {
            match name {
                GeneralName::DNSName(dns) => self.dns.push((*dns).into()),
                GeneralName::URI(uri) => self.uri.push((*uri).into()),
                GeneralName::RFC822Name(email) => self.email.push((*email).into()),
                GeneralName::IPAddress(octets) => self.ip.extend(ip_address(octets)),
                _ => {}
            }
        }
        Ok(())
    }
}

fn texts(subject: &X509Name<'_>, short_name: &str) -> Vec<String> {
    subject
        .iter_attributes()
        .filter(|attribute| subject::short_name(attribute.attr_type()) == Some(short_name))
        .filter_map(|attribute| subject::text(attribute.attr_value()))
        .collect()
}

/// RFC 5280, 4.2.1.6: four octets or sixteen, nothing else.
fn ip_address(octets: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(octets)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from))
        .ok()
}

/// Upper-case hex as `openssl x509 -serial` prints it: without the zero octet
/// that DER puts before a high first bit.
pub fn serial_hex(raw: &[u8]) -> String {
    let start = raw.iter().position(|&byte| byte != 0).unwrap_or(raw.len().saturating_sub(1));
    raw[start..].iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests;
