use std::fs;

use super::{Site, now};

#[test]
fn a_new_authority_has_issued_nothing() {
    let said = Site::new().run("show").unwrap();
    assert!(said.starts_with("authority  CN=Pipeferry CA  serial "), "{said}");
    assert!(said.contains("number 1  0 revoked") && said.contains("Nothing has been issued"));
}

#[test]
fn the_list_tells_names_use_days_and_state() {
    let site = Site::new();
    site.run("issue gw.example.com --server --days 20").unwrap();
    site.run("issue till-7 --client --days 3").unwrap();
    site.run("revoke till-7 --reason superseded").unwrap();
    let said = site.run_at("show", now() + 5 * 86_400).unwrap();
    let line = |name: &str| said.lines().find(|l| l.starts_with(name)).unwrap().to_owned();
    let gateway = line("gw.example.com");
    assert!(gateway.contains("good") && gateway.contains("server"), "{gateway}");
    assert!(gateway.contains(" days") && gateway.ends_with("dns:gw.example.com"), "{gateway}");
    let till = line("till-7");
    assert!(till.contains("revoked 20") && till.contains("(superseded)"), "{till}");
    assert!(till.contains("ended") && till.contains("client"), "{till}");
}

#[test]
fn an_ended_certificate_is_shown_as_expired() {
    let site = Site::new();
    site.run("issue gw --days 3").unwrap();
    assert!(site.run_at("show", now() + 4 * 86_400).unwrap().contains("expired"));
}

#[test]
fn json_carries_the_same() {
    let site = Site::new();
    site.run("issue gw").unwrap();
    let json: serde_json::Value = serde_json::from_str(&site.run("show --json").unwrap()).unwrap();
    assert_eq!(json["authority"]["use"], "authority");
    assert_eq!(json["crl"]["revoked"], 0);
    let issued = &json["certificates"][0];
    assert_eq!(issued["name"], "gw");
    assert_eq!(issued["state"], "good");
    assert_eq!(issued["names"][0], "dns:gw");
    assert!(issued["days_left"].as_i64().unwrap() >= 364);
}

#[test]
fn files_of_every_kind_are_shown() {
    let site = Site::new();
    site.run("issue gw --pkcs12 --ip 10.0.0.7").unwrap();
    let show = |name: &str| site.run(&format!("show {}", site.path(name).display())).unwrap();
    let pem = show("gw.pem");
    for wanted in ["CN=gw", "ip:10.0.0.7", "both", "issuer   CN=Pipeferry CA", "spki     "] {
        assert!(pem.contains(wanted), "{wanted} in {pem}");
    }
    assert!(show("ca.crl").contains("number 1  0 revoked"));
    assert!(show("gw.key").contains("private key") && !show("gw.key").contains("BEGIN"));
    let store = show("gw.p12");
    assert!(store.contains("private key") && store.contains("CN=Pipeferry CA"), "{store}");
    site.openssl("x509 -in gw.pem -outform DER -out gw.der");
    assert!(show("gw.der").contains("CN=gw"));
    site.openssl("crl -in ca.crl -outform DER -out crl.der");
    assert!(show("crl.der").contains("number 1"));
}

#[test]
fn a_file_that_cannot_be_shown_is_named() {
    let site = Site::new();
    fs::write(site.path("junk"), b"junk").unwrap();
    let junk = site.path("junk");
    let error = site.run(&format!("show {}", junk.display())).unwrap_err();
    assert!(error.to_string().contains("junk cannot be shown"), "{error:#}");
    let error = site.run("show /nonexistent.pem").unwrap_err();
    assert!(format!("{error:#}").contains("cannot read /nonexistent.pem"), "{error:#}");
}
