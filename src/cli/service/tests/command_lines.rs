use std::path::Path;

use rstest::rstest;

use super::super::command_line::{OurCommand, arguments, recognise};
use super::named;

const LOG: &str = r"C:\ProgramData\pipeferry\logs\orders.log";

/// As the crate that installs puts it together: quoted where a space is.
fn installed(program: &str, name: &str, config: &str) -> String {
    let quote = |word: &str| match word.contains(' ') {
        true => format!("\"{word}\""),
        false => word.to_owned(),
    };
    let words = arguments(&named(name), Path::new(config), Path::new(LOG));
    let words = words.iter().map(|word| quote(word.to_str().unwrap()));
    std::iter::once(quote(program)).chain(words).collect::<Vec<_>>().join(" ")
}

#[rstest]
#[case(r"C:\Program Files\pipeferry\pipeferry.exe", r"C:\ProgramData\pipeferry\pipeferry.toml")]
#[case(r"C:\pipeferry.exe", r"D:\my config\p f.toml")]
#[case(r"\\server\share\PipeFerry.EXE", r"C:\ends in\")]
fn our_own_is_known_again(#[case] program: &str, #[case] config: &str) {
    // A backslash before a closing quote is doubled by whoever quotes.
    let line = installed(program, "orders", &config.replace("in\\", "in\\\\"));
    let ours = recognise(&line, &named("orders"));
    let expected = OurCommand { program: program.into(), config: config.into(), log: LOG.into() };
    assert_eq!(ours, Some(expected), "{line}");
    assert_eq!(recognise(&line, &named("other")), None);
    assert!(recognise(&line, &named("ORDERS")).is_some(), "names are one in any case");
}

#[rstest]
#[case("")]
#[case(r"C:\Windows\system32\svchost.exe -k netsvcs")]
#[case(r"C:\x\pipeferry.exe")]
#[case(r"C:\x\pipeferry.exe run --config a.toml")]
#[case(r"C:\x\nssm.exe pipeferry.exe service run --name orders --config a.toml --log a.log")]
#[case(r"C:\x\notpipeferry.exe service run --name orders --config a.toml --log a.log")]
#[case(r"C:\x\pipeferry.exe service run --name orders --log a.log")]
#[case(r"C:\x\pipeferry.exe service run --name orders --config a.toml --log a.log more")]
#[case(r"C:\Program Files\pipeferry.exe service run --name orders --config a.toml --log a.log")]
fn others_are_not_taken_for_ours(#[case] line: &str) {
    assert_eq!(recognise(line, &named("orders")), None);
}

#[test]
fn quotes_and_backslashes_are_read_as_the_system_does() {
    let line =
        r#""C:\a b\pipeferry.exe" service run --name orders --config "a\\b \"c\" d\\" --log x"#;
    let ours = recognise(line, &named("orders")).unwrap();
    assert_eq!(ours.config.to_str().unwrap(), r#"a\\b "c" d\"#);
}
