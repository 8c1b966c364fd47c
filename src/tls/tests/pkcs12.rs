//! PKCS#12 identities, made by the crate and by OpenSSL.

use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::process::Command;

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
#[cfg(unix)]
use rstest::rstest;

use super::handshake::{dial, listen, meet};
use super::pki::{Authority, Folder, identity, load};
use super::sessions::certified;
use crate::config::{self, Credential, TlsClients, Trust};
use crate::tls::{Identity, IdentityError, Problem};

fn pkcs12(
    folder: &Folder,
    ca: &Authority,
    file: PathBuf,
    password: Option<&str>,
) -> Result<Identity, Vec<IdentityError>> {
    load(&config::Identity {
        name: "gateway".into(),
        credential: Some(Credential::Pkcs12 {
            file,
            password_file: password.map(|text| folder.write_secret("password", text)),
        }),
        trust: Some(Trust::File(folder.write("ca.pem", ca.pem()))),
        crl: Vec::new(),
    })
}

fn serves(identity: &Identity, ca: &Authority) {
    let client = super::pki::identity(&ca.leaf("client", &[]), ca, &[]);
    meet((identity, &listen(TlsClients::Any)), (&client, &dial("gw.example.com"))).succeeds();
}

#[test]
fn a_store_made_by_the_crate_is_read() {
    let (ca, folder) = (Authority::new("CA"), Folder::new());
    let leaf = ca.leaf("gateway", &["gw.example.com"]);
    let chain = certified(&leaf);
    let key = rcgen::KeyPair::from_pem(&leaf.key).unwrap().serialize_der();
    let entry = KeyStoreEntry::PrivateKeyChain(PrivateKeyChain::new(
        vec![1u8],
        PrivateKey::from_der(&key).unwrap(),
        [Certificate::from_der(&chain.cert[0]).unwrap()],
    ));
    let mut store = KeyStore::new();
    store.add_entry("gateway", entry);
    let file = folder.write("gateway.p12", store.writer("secret").write().unwrap());
    let identity = pkcs12(&folder, &ca, file.clone(), Some("secret\n")).unwrap();
    assert_eq!(identity.files().len(), 3);
    serves(&identity, &ca);
    let error = pkcs12(&folder, &ca, file, Some("wrong\n")).unwrap_err().remove(0);
    assert!(matches!(error.problem, Problem::WrongPassword), "{error}");
}

#[cfg(unix)]
#[rstest]
#[case::with_a_password(Some("pass word"), &[])]
#[case::with_the_empty_password(None, &[])]
#[case::in_the_old_ciphers(Some("secret"), &["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"])]
fn a_store_made_by_openssl_is_read_with_its_intermediates(
    #[case] password: Option<&str>,
    #[case] options: &[&str],
) {
    let (ca, folder) = (Authority::new("CA"), Folder::new());
    let branch = ca.intermediate("Branch CA");
    let leaf = branch.leaf("gateway", &["gw.example.com"]).with_chain(&branch);
    let file = folder.path("gateway.p12");
    let status = Command::new("openssl")
        .args(["pkcs12", "-export", "-inkey"])
        .arg(folder.write("k.pem", &leaf.key))
        .arg("-in")
        .arg(folder.write("c.pem", leaf.chain.clone() + &ca.pem()))
        .arg("-out")
        .arg(&file)
        .args(["-passout", &format!("pass:{}", password.unwrap_or_default())])
        .args(options)
        .status()
        .expect("openssl is installed");
    assert!(status.success());
    let identity = pkcs12(&folder, &ca, file, password).unwrap();
    assert_eq!(identity.certified_key().unwrap().cert.len(), 2, "leaf and intermediate, no root");
    serves(&identity, &ca);
}

#[test]
fn a_store_without_a_pair_is_an_error() {
    let (ca, folder) = (Authority::new("CA"), Folder::new());
    let mut store = KeyStore::new();
    let der = certified(&ca.leaf("gateway", &[])).cert[0].to_vec();
    store.add_entry("a", KeyStoreEntry::Certificate(Certificate::from_der(&der).unwrap()));
    let file = folder.write("gateway.p12", store.writer("").write().unwrap());
    let error = pkcs12(&folder, &ca, file, None).unwrap_err().remove(0);
    assert!(matches!(error.problem, Problem::NoPair), "{error}");
}

#[test]
fn what_is_no_store_is_an_error() {
    let (ca, folder) = (Authority::new("CA"), Folder::new());
    let file = folder.write("gateway.p12", b"garbage");
    let error = pkcs12(&folder, &ca, file, None).unwrap_err().remove(0);
    assert!(matches!(error.problem, Problem::BadPkcs12(_)), "{error}");
    assert!(error.to_string().contains("gateway.p12"));
    let missing = pkcs12(&folder, &ca, Path::new("/nonexistent.p12").into(), None);
    assert!(matches!(missing.unwrap_err()[0].problem, Problem::Missing));
}

#[test]
fn a_pem_identity_and_a_store_of_the_same_pair_show_the_same() {
    let ca = Authority::new("CA");
    let leaf = ca.leaf("gateway", &["gw.example.com"]);
    assert_eq!(identity(&leaf, &ca, &[]).leaf().unwrap().cn, ["gateway"]);
}
