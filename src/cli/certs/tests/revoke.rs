use super::{Site, now};

fn list(site: &Site) -> String {
    let output = site.openssl("crl -in ca.crl -noout -text");
    String::from_utf8(output.stdout).unwrap()
}

fn serial(site: &Site, name: &str) -> String {
    let output = site.openssl(&format!("x509 -in {name}.pem -noout -serial"));
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim().trim_start_matches("serial=").to_owned()
}

#[test]
fn a_revoked_certificate_is_good_before_and_refused_after() {
    let site = Site::new();
    site.run("issue gw").unwrap();
    site.run("issue other").unwrap();
    site.verify("gw").unwrap();
    let said = site.run("revoke gw --reason key-compromise").unwrap();
    assert!(said.contains("Revoked `gw`") && said.contains("with 1 revoked"), "{said}");
    assert!(site.verify("gw").unwrap_err().contains("certificate revoked"));
    site.verify("other").unwrap();
    let list = list(&site);
    assert!(list.contains(&serial(&site, "gw")) && list.contains("Key Compromise"), "{list}");
}

#[test]
fn a_serial_revokes_one_and_a_name_all_of_its_certificates() {
    let site = Site::new();
    site.run("issue gw").unwrap();
    let first = serial(&site, "gw");
    site.run("issue gw --force").unwrap();
    site.run(&format!("revoke {}", first.to_lowercase())).unwrap();
    site.verify("gw").unwrap();
    site.run("issue gw --force").unwrap();
    let said = site.run("revoke gw").unwrap();
    assert!(said.contains("with 3 revoked"), "{said}");
    assert!(site.verify("gw").is_err());
}

#[test]
fn what_was_never_issued_and_what_is_revoked_already_are_usage_errors() {
    let site = Site::new();
    site.run("issue gw").unwrap();
    let before = site.read("ca.crl");
    assert!(site.refuses("revoke nobody").contains("issued nothing"));
    assert!(site.refuses("revoke 00").contains("issued nothing"));
    assert_eq!(site.read("ca.crl"), before);
    site.run("revoke gw").unwrap();
    assert!(site.refuses("revoke gw").contains("revoked already"));
}

#[test]
fn each_list_has_a_higher_number_and_keeps_what_is_revoked() {
    let site = Site::new();
    site.run("issue gw").unwrap();
    let number = |site: &Site| {
        let output = site.openssl("crl -in ca.crl -noout -crlnumber");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(number(&site), "crlNumber=0x01");
    site.run("revoke gw").unwrap();
    assert_eq!(number(&site), "crlNumber=0x02");
    site.run("crl").unwrap();
    assert_eq!(number(&site), "crlNumber=0x03");
    assert!(site.verify("gw").is_err());
}

#[test]
fn a_list_that_has_run_out_is_renewed() {
    let site = Site::empty();
    site.run_at("init --crl-days 1", now() - 2 * 86_400).unwrap();
    site.run("issue gw").unwrap();
    assert!(site.verify("gw").unwrap_err().contains("CRL has expired"));
    let said = site.run("show").unwrap();
    assert!(said.contains("renew it with `pipeferry certs crl`"), "{said}");
    site.run("crl --crl-days 7").unwrap();
    site.verify("gw").unwrap();
}
