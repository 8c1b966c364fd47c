#![allow(clippy::unwrap_used)]

use super::*;
use rcgen::string::BmpString;
use rcgen::{CertificateParams, DnType, DnValue, KeyPair, SanType, SerialNumber};

fn named(edit: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    edit(&mut params);
    let key = KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().to_vec()
}

#[test]
fn every_kind_of_name_is_taken() {
    let der = named(|params| {
        params.distinguished_name.push(DnType::OrganizationName, "Example");
        params.distinguished_name.push(DnType::OrganizationalUnitName, "Tills");
        params.distinguished_name.push(DnType::CommonName, "till-7");
        params.serial_number = Some(SerialNumber::from(vec![0x0a, 0xbc]));
        params.subject_alt_names = vec![
            SanType::DnsName("till-7.example.com".try_into().unwrap()),
            SanType::URI("spiffe://example.com/till/7".try_into().unwrap()),
            SanType::Rfc822Name("till@example.com".try_into().unwrap()),
            SanType::IpAddress("10.0.0.7".parse().unwrap()),
            SanType::IpAddress("2001:db8::7".parse().unwrap()),
        ];
    });
    let names = CertificateNames::from_der(&der).unwrap();
    assert_eq!(names.subject, "CN=till-7,OU=Tills,O=Example");
    assert_eq!(names.cn, ["till-7"]);
    assert_eq!(names.ou, ["Tills"]);
    assert_eq!(names.dns, ["till-7.example.com"]);
    assert_eq!(names.uri, ["spiffe://example.com/till/7"]);
    assert_eq!(names.email, ["till@example.com"]);
    let ips: Vec<String> = names.ip.iter().map(ToString::to_string).collect();
    assert_eq!(ips, ["10.0.0.7", "2001:db8::7"]);
    assert_eq!(names.serial, "0ABC");
}

#[test]
fn the_pin_is_the_digest_of_the_subject_public_key_info() {
    let key = KeyPair::generate().unwrap();
    let der = CertificateParams::default().self_signed(&key).unwrap().der().to_vec();
    let wanted = digest(&SHA256, &rcgen::PublicKeyData::subject_public_key_info(&key));
    assert_eq!(CertificateNames::from_der(&der).unwrap().spki, wanted.as_ref());
}

#[test]
fn a_subject_cannot_forge_another_or_break_a_log_line() {
    let der = named(|params| {
        params.distinguished_name.push(DnType::CommonName, "#a,CN=root\n+\u{202E}\0 ");
    });
    let names = CertificateNames::from_der(&der).unwrap();
    assert_eq!(names.subject, "CN=\\#a\\,CN=root\\0A\\+\\E2\\80\\AE\\00\\ ");
    assert_eq!(names.cn, ["#a,CN=root\n+\u{202E}\0 "]);
}

#[test]
fn a_name_in_utf16_is_read() {
    let bmp = BmpString::try_from("Zürich").unwrap();
    let der = named(|params| {
        params.distinguished_name.push(DnType::CommonName, DnValue::BmpString(bmp));
    });
    assert_eq!(CertificateNames::from_der(&der).unwrap().cn, ["Zürich"]);
}

#[test]
fn too_many_alternative_names_are_refused() {
    let with = |n: usize| {
        named(|params| {
            params.subject_alt_names =
                (0..n).map(|i| SanType::DnsName(format!("h{i}").try_into().unwrap())).collect();
        })
    };
    assert!(CertificateNames::from_der(&with(MAX_ALT_NAMES)).is_ok());
    let error = CertificateNames::from_der(&with(MAX_ALT_NAMES + 1)).unwrap_err();
    assert_eq!(error, NamesError::TooManyAltNames(MAX_ALT_NAMES + 1));
}

#[test]
fn alternative_names_that_stand_there_twice_are_refused() {
    let der = named(|params| {
        params.subject_alt_names = vec![SanType::DnsName("a".try_into().unwrap())];
        let mut again = rcgen::CustomExtension::from_oid_content(
            &[2, 5, 29, 17],
            vec![0x30, 0x03, 0x82, 0x01, b'b'],
        );
        again.set_criticality(false);
        params.custom_extensions = vec![again];
    });
    assert!(CertificateNames::from_der(&der).is_err());
}

#[test]
fn what_is_no_certificate_is_refused() {
    assert!(matches!(CertificateNames::from_der(b""), Err(NamesError::Malformed(_))));
    assert!(matches!(CertificateNames::from_der(&[0x30; 40]), Err(NamesError::Malformed(_))));
    let big = vec![0; MAX_CERTIFICATE + 1];
    assert_eq!(CertificateNames::from_der(&big), Err(NamesError::TooLarge(big.len())));
    let mut trailing = named(|_| {});
    trailing.push(0);
    assert!(matches!(CertificateNames::from_der(&trailing), Err(NamesError::Malformed(_))));
}

#[test]
fn no_prefix_of_a_certificate_panics_or_passes() {
    let der = named(|params| {
        params.subject_alt_names = vec![SanType::IpAddress("10.0.0.7".parse().unwrap())];
    });
    for end in 0..der.len() {
        assert!(CertificateNames::from_der(&der[..end]).is_err(), "a prefix of {end} bytes passed");
    }
}

#[test]
fn a_serial_is_written_as_openssl_writes_it() {
    assert_eq!(serial_hex(&[0x00, 0x8f, 0x01]), "8F01");
    assert_eq!(serial_hex(&[0]), "00");
    assert_eq!(serial_hex(&[]), "");
}
