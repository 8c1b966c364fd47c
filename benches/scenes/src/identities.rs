//! A CA and one certificate for both gateways, made for the day.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};

/// Writes them to `folder`; the table of the configuration that names them.
pub fn write(folder: &Path) -> String {
    let authority = authority();
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    leaf.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let chain = leaf.signed_by(&key, &authority).unwrap().pem();
    fs::write(folder.join("scene.pem"), chain).unwrap();
    fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
    let secret = folder.join("scene.key");
    fs::write(&secret, key.serialize_pem()).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    r#"identity.scene = { cert = "scene.pem", key = "scene.key", trust = "ca.pem" }"#.to_owned()
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}
