use rstest::rstest;

use super::*;

fn first_line(text: &str) -> Cow<'_, str> {
    masked(text, 0..text.find('\n').unwrap_or(text.len()))
}

#[rstest]
#[case("password = \"hunter2\"", "password = ********\"")]
#[case("password=hunter2", "password=*******")]
#[case("tls:h:1,password=hunter2,idle=1s", "tls:h:1,password=*******,idle=1s")]
#[case("i = { passphrase = 'x y', typo = 1 }", "i = { passphrase = ****', typo = 1 }")]
#[case("\"api-token\" = \"ä\"", "\"api-token\" = ***\"")]
#[case("a = { password = \"x\\\"y\", typo = \"z\" }", "a = { password = *****\", typo = \"z\" }")]
#[case("password = \"\"\"hunter2\"", "password = ***********")]
#[case("client_secret = [\"hunter2\"]", "client_secret = **********]")]
fn what_is_called_a_secret_is_not_shown(#[case] line: &str, #[case] shown: &str) {
    assert_eq!(first_line(line), shown);
    assert_eq!(first_line(line).len(), line.len(), "places stay what they are");
}

#[rstest]
#[case("password_file = \"certs/p12.password\"")]
#[case("key = \"certs/gateway.key\"")]
#[case("spki = \"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"")]
#[case("-----BEGIN CERTIFICATE-----")]
#[case("= = ==")]
fn all_else_is(#[case] line: &str) {
    assert_eq!(first_line(line), line);
}

#[test]
fn a_private_key_is_not_shown_on_its_line_or_on_those_behind() {
    let one = r#"key = "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----""#;
    let shown = first_line(one);
    assert!(shown.starts_with("key = \"-----BEGIN EC PRIVATE KEY-----**") && shown.ends_with("**"));

    let text = "key = -----BEGIN PRIVATE KEY-----\nMIGH\nAgEA\n-----END PRIVATE KEY-----\nb = 1";
    let mut at = 0;
    let lines = text.split('\n').map(|line| {
        let range = at..at + line.len();
        at = range.end + 1;
        masked(text, range)
    });
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines[0], "key = -----BEGIN PRIVATE KEY-----");
    assert_eq!(lines[1..3], ["****", "****"]);
    assert_eq!(lines[4], "b = 1");
}
