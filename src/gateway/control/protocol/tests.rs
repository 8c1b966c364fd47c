#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn what_is_asked_is_read_back() {
    for ask in [
        Ask::Status { connections: 7 },
        Ask::Reload {},
        Ask::Drain { bridge: Some("orders".to_owned()), wait: true },
        Ask::Close { id: "0123456789abc".to_owned() },
    ] {
        let line = ask.to_line();
        assert!(line.starts_with("{\"") && line.ends_with("}\n"), "{line}");
        assert_eq!(Ask::read(line.as_bytes()).unwrap(), ask);
    }
    assert_eq!(Ask::read(br#"{"v":1,"do":"status"}"#).unwrap(), Ask::Status { connections: 0 });
}

#[test]
fn a_request_that_is_none_is_told_why() {
    for (request, why) in [
        ("", "no JSON object"),
        ("[]", "no JSON object"),
        (r#"{"do":"status"}"#, "no `v`"),
        (r#"{"v":2,"do":"status"}"#, "version 2"),
        (r#"{"v":1,"do":"dance"}"#, "dance"),
        (r#"{"v":1}"#, "do"),
        (r#"{"v":1,"do":"reload","now":true}"#, "now"),
        (r#"{"v":1,"do":"close"}"#, "id"),
    ] {
        let error = Ask::read(request.as_bytes()).unwrap_err();
        assert!(error.contains(why), "{request}: {error}");
    }
}

#[test]
fn every_line_of_an_answer_has_the_version_and_one_word() {
    let progress = line(Reply::Progress(Progress { open: 2 }));
    assert_eq!(progress, "{\"v\":1,\"progress\":{\"open\":2}}\n");
    let error = last_line(Err("no".to_owned().into()));
    assert_eq!(error, "{\"v\":1,\"error\":{\"message\":\"no\"}}\n");
    assert_eq!(Reply::<Value>::read(&error).unwrap(), Reply::Error("no".to_owned().into()));
}
