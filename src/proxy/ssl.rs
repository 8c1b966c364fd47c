//! The TLV that tells of the client's TLS (PP2_TYPE_SSL).

use super::tlv::{self, Tlvs, kind, text};
use crate::access::{CertificateNames, TlsSession};

/// PP2_CLIENT_SSL: the client came over TLS.
const CLIENT_SSL: u8 = 0x01;
/// PP2_CLIENT_CERT_CONN: it showed a certificate on this connection.
const CERT_CONN: u8 = 0x02;
/// PP2_CLIENT_CERT_SESS: it showed one in this session.
const CERT_SESS: u8 = 0x04;

/// Longest common name that is taken or given, in bytes. X.520 has 64
/// characters; real ones exceed that, and a shortened name would be another.
const MAX_NAME: usize = 256;

/// The value that tells what is known of a session and of the certificate that
/// was verified in it.
pub(super) fn value(tls: Option<&TlsSession>, names: Option<&CertificateNames>) -> Vec<u8> {
    let (flags, verify) = match names {
        Some(_) => (CLIENT_SSL | CERT_CONN | CERT_SESS, 0u32),
        None => (CLIENT_SSL, 1),
    };
    let mut value = vec![flags];
    value.extend_from_slice(&verify.to_be_bytes());
    if let Some(tls) = tls {
        tlv::append(&mut value, kind::SSL_VERSION, tls.version.as_bytes());
        tlv::append(&mut value, kind::SSL_CIPHER, tls.cipher.as_bytes());
    }
    if let Some(names) = names {
        if let Some(cn) = names.cn.first().and_then(|cn| text(cn.as_bytes(), MAX_NAME)) {
            tlv::append(&mut value, kind::SSL_CN, cn.as_bytes());
        }
        if let Some(der) = tls.and_then(|tls| tls.certificate.as_deref()) {
            tlv::append(&mut value, kind::SSL_CLIENT_CERT, der);
        }
    }
    value
}

/// The same without the certificate itself, for a header that it would make
/// too long. A value that can't be read stays as it is.
pub(super) fn without_certificate(value: &[u8]) -> Vec<u8> {
    let Some((head, list)) = value.split_at_checked(5) else { return value.to_vec() };
    let mut lean = head.to_vec();
    for tlv in Tlvs::new(list) {
        match tlv {
            Ok((kind::SSL_CLIENT_CERT, _)) => {}
            Ok((kind, value)) => {
                tlv::append(&mut lean, kind, value);
            }
            Err(_) => return value.to_vec(),
        }
    }
    lean
}

/// The common name of the client's certificate, if there was one and it was
/// verified; an unverified name is nobody's.
pub(super) fn verified_name(value: &[u8]) -> Option<&str> {
    let (&[flags, verify @ ..], list) = value.split_first_chunk::<5>()?;
    let shown = flags & (CERT_CONN | CERT_SESS) != 0;
    if !shown || u32::from_be_bytes(verify) != 0 {
        return None;
    }
    text(Tlvs::new(list).find(kind::SSL_CN)?, MAX_NAME)
}
