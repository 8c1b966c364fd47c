#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use rstest::rstest;

use super::*;

fn said(variables: &[(&str, &str)]) -> Result<Said, HandedError> {
    let variables: HashMap<_, _> = variables.iter().copied().collect();
    read(|name| variables.get(name).map(OsString::from), 7)
}

#[rstest]
#[case(&[])]
#[case(&[("LISTEN_FDS", "2")])]
#[case(&[("LISTEN_PID", "8"), ("LISTEN_FDS", "2")])]
#[case(&[("LISTEN_PID", ""), ("LISTEN_FDS", "2")])]
#[case(&[("LISTEN_PID", "8"), ("LISTEN_FDS", "nonsense")])]
#[case(&[("LISTEN_PID", "7")])]
#[case(&[("LISTEN_PID", "7"), ("LISTEN_FDS", "0"), ("LISTEN_FDNAMES", "")])]
fn what_is_not_for_this_process_is_left_alone(#[case] variables: &[(&str, &str)]) {
    assert_eq!(said(variables).unwrap(), Said::default());
}

#[test]
fn names_are_in_the_order_of_the_sockets() {
    let variables = [("LISTEN_PID", "7"), ("LISTEN_FDS", "3"), ("LISTEN_FDNAMES", "a::b")];
    assert_eq!(said(&variables).unwrap().names, ["a", "", "b"]);
    assert_eq!(said(&variables[..2]).unwrap().names, ["unknown"; 3]);
}

#[rstest]
#[case("-1", None)]
#[case("4097", None)]
#[case("99999999999999999999", None)]
#[case("x", None)]
#[case("2", Some("a"))]
#[case("1", Some("a:b"))]
fn an_environment_that_contradicts_itself_is_an_error(
    #[case] count: &str,
    #[case] names: Option<&str>,
) {
    let mut variables = vec![("LISTEN_PID", "7"), ("LISTEN_FDS", count)];
    variables.extend(names.map(|names| ("LISTEN_FDNAMES", names)));
    assert!(said(&variables).is_err());
}

#[test]
fn a_name_that_is_not_there_is_told_which_are() {
    let socket = || OwnedFd::from(std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    let handed = Handed(vec![("one".into(), socket()), ("two".into(), socket())]);
    assert!(handed.to_string().ends_with("there is `one`, `two`"));
    assert!(Handed::default().to_string().contains("no sockets were handed"));
}
