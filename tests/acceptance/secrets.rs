//! No key and no password is ever told: whatever is right or wrong with the
//! files, however much is logged, whoever asks.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::harness::authority::Leaf;
use crate::harness::target::echo;
use crate::harness::{Duplex, Gateway, Site, Target, admin, eventually, pipeferry, ran, tls};

const PASSWORD: &str = "correct-horse-battery-staple";
const WRONG: &str = "Tr0ub4dor-and-3";
/// Written where it does not belong.
const MISPLACED: &str = "hunter2-hunter2";

/// All that was ever said, and what must not be in it.
struct Said {
    all: String,
    secrets: Vec<String>,
}

impl Said {
    fn new() -> Self {
        let secrets = [PASSWORD, WRONG, MISPLACED].map(str::to_owned).to_vec();
        Self { all: String::new(), secrets }
    }

    /// A key's body in every shape that a dump might have.
    fn keep(&mut self, key_pem: &str) {
        let body: Vec<&str> = key_pem.lines().filter(|line| !line.starts_with('-')).collect();
        self.secrets
            .extend(body.iter().filter(|line| line.len() >= 16).map(|line| line[..16].into()));
        let der = data_encoding::BASE64.decode(body.concat().as_bytes()).unwrap();
        // The middle of the private number of a P-256 key in PKCS#8.
        let number = &der[40..56];
        self.secrets.push(data_encoding::HEXLOWER.encode(number));
        self.secrets.push(data_encoding::HEXUPPER.encode(number));
        self.secrets.push(format!("{number:?}").trim_matches(['[', ']']).to_owned());
    }

    fn add(&mut self, text: &str) {
        writeln!(self.all, "{text}").unwrap();
    }

    /// A command's words, and its exit code.
    fn command(&mut self, arguments: &[&str]) -> (i32, String) {
        let ran = ran(&mut pipeferry(arguments));
        let words = ran.stdout + &ran.stderr;
        self.add(&words);
        (ran.code, words)
    }

    #[track_caller]
    fn holds_no_secret(&self) {
        for secret in &self.secrets {
            if let Some(at) = self.all.find(secret.as_str()) {
                panic!("a secret was told: {}", &self.all[at.saturating_sub(200)..]);
            }
        }
    }
}

/// `NAME.pem`, `NAME.key` and `NAME.p12`, all for the owner alone.
fn files(site: &Site, said: &mut Said, name: &str) {
    let issued = site.leaf(name, Leaf::localhost(name));
    said.keep(&issued.key_pem);
    site.write("p12.password", format!("{PASSWORD}\n"));
    let [cert, key, p12, password] = ["pem", "key", "p12"]
        .map(|end| site.at(&format!("{name}.{end}")))
        .into_iter()
        .chain([site.at("p12.password")])
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    let made = Command::new("openssl")
        .args(["pkcs12", "-export", "-in", &cert, "-inkey", &key, "-out", &p12])
        .args(["-passout", &format!("file:{password}")])
        .status();
    assert!(made.unwrap().success());
    for file in [&key, &p12, &password] {
        std::fs::set_permissions(file, PermissionsExt::from_mode(0o600)).unwrap();
    }
}

fn config(site: &Site, target: &str) -> String {
    format!(
        "control = \"ctl\"\npipe_path = \"{}\"\n\
         [identity.pem]\ncert = \"gateway.pem\"\nkey = \"gateway.key\"\ntrust = \"ca.pem\"\n\
         [identity.p12]\npkcs12 = \"gateway.p12\"\npassword_file = \"p12.password\"\n\
         trust = \"ca.pem\"\n\
         [bridge.one]\nconnect = {{ address = \"{target}\", identity = \"pem\", \
         server_name = \"localhost\" }}\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"p12\", allow = \"any\" }}\n\
         [log]\nformat = \"json\"\nlevel = \"trace\"\n",
        site.at("{name}.sock")
    )
}

/// What people get wrong with files of secrets, each over the good ones.
fn spoilt(site: &Site, good: &str) -> Vec<String> {
    let key = site.read("gateway.key");
    let inline = key.replace('\n', "\\n");
    let cut = &key[..key.len() * 2 / 3];
    site.write("cut.key", cut);
    site.write("not.base64", key.replace('A', "!"));
    site.write("wrong.password", WRONG);
    site.leaf("other", Leaf::localhost("other"));
    let with_key = |text: &str| good.replace("key = \"gateway.key\"", text);
    let with_password = |text: &str| good.replace("password_file = \"p12.password\"", text);
    vec![
        with_key("key = \"cut.key\""),
        with_key("key = \"not.base64\""),
        with_key("key = \"other.key\""),
        with_key("key = \"p12.password\""),
        with_key("key = \"gateway.p12\""),
        with_key(&format!("key = \"{inline}\"")),
        with_key(&format!("key = \"\"\"\n{key}\"\"\"")),
        with_key(&format!("key = {key}")),
        with_key(&format!("key = \"gateway.key\"\nprivate_key = \"{inline}\"")),
        with_password("password_file = \"wrong.password\""),
        with_password("password_file = \"gateway.p12\""),
        with_password("password_file = \"gateway.key\""),
        with_password(&format!("password = \"{MISPLACED}\"")),
        with_password(&format!("password = {MISPLACED}")),
        good.replace("pkcs12 = \"gateway.p12\"", "pkcs12 = \"gateway.key\""),
        good.replace("pkcs12 = \"gateway.p12\"", "pkcs12 = \"p12.password\""),
    ]
}

#[test]
fn no_key_and_no_password_is_ever_told() {
    let (site, mut said) = (Site::new(), Said::new());
    files(&site, &mut said, "gateway");
    let target = Target::tls(&site);
    let good = config(&site, &target.address);
    target.serve(echo);
    let spoilt = spoilt(&site, &good);
    let mut gateway = Gateway::start(&site, &good);
    let file = site.at("pipeferry.toml");

    let (code, words) = said.command(&["check", "--config", &file]);
    assert_eq!(code, 0, "{words}");
    let issued = site.leaf("client", Leaf::named("client"));
    said.keep(&issued.key_pem);
    let mut client =
        tls::dial(gateway.at("one"), tls::client_config(&site, Some(&issued))).unwrap();
    client.send(b"hello");
    assert_eq!(client.exactly(5), b"hello");
    Duplex::tcp(gateway.at("one")).send(b"no TLS");
    for arguments in [&["status"][..], &["status", "--json"], &["reload"]] {
        let (code, words) = said.command(&[arguments, &["--config", &file]].concat());
        assert_eq!(code, 0, "{words}");
    }

    for (number, text) in spoilt.iter().enumerate() {
        Gateway::rewrite(&site, text);
        let (code, words) = said.command(&["check", "--config", &file]);
        assert_ne!(code, 0, "{number} is no mistake: {words}");
        let (code, words) = said.command(&["reload", "--config", &file]);
        assert_ne!(code, 0, "{number} was taken: {words}");
        let (code, words) = said.command(&["run", "--config", &file, "--log-level", "trace"]);
        assert_ne!(code, 0, "{number} runs: {words}");
    }
    let option = format!("tls:127.0.0.1:0,identity=x,password={MISPLACED}");
    said.command(&["relay", &option, "tcp:127.0.0.1:1"]);

    for page in ["/status", "/metrics", "/", "/readyz"] {
        said.add(&admin::get(gateway.admin(), page).body);
    }
    said.command(&["status", "--json", "--config", &file]);
    client.finish();
    drop(client);
    eventually("the record", || (!gateway.records().is_empty()).then_some(()));
    gateway.stop();
    said.add(&gateway.log().join("\n"));
    assert!(said.all.contains("\"TRACE\"") || said.all.contains("\"DEBUG\""), "it was asked for");
    said.holds_no_secret();
}
