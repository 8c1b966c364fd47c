//! A browser that goes on running, asked over its debugging pipe: JSON, and a
//! byte 0 behind each message.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::ChildStdout;

use serde_json::{Value, json};

use crate::harness::Site;
use crate::harness::program::{Program, piped};

/// One open page.
pub struct Session {
    browser: Program,
    answers: BufReader<ChildStdout>,
    asked: u64,
    page: String,
}

impl Session {
    pub fn open(site: &Site, at: SocketAddr) -> Self {
        let mut command = piped("bash");
        // It reads from 3 and writes to 4.
        command.args(["-c", "exec chromium \"$@\" 3<&0 4>&1 2>/dev/null", "chromium"]);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]);
        command.arg(format!("--user-data-dir={}", site.at("chromium-session")));
        let mut browser = Program::start(&mut command);
        let answers = browser.lines();
        let mut session = Self { browser, answers, asked: 0, page: String::new() };
        let target =
            session.call("Target.createTarget", &json!({ "url": format!("http://{at}/") }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = session.call("Target.attachToTarget", &attach);
        session.page = attached["sessionId"].as_str().unwrap().to_owned();
        session
    }

    /// What an expression comes to in the page.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true });
        let mut answer = self.call("Runtime.evaluate", &params);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    /// Presses a key and lets it go.
    pub fn press(&mut self, key: &str) {
        let (number, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "ArrowLeft" => (37, ""),
            other => panic!("what is {other}?"),
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({
                "type": kind, "key": key, "code": key, "text": text,
                "windowsVirtualKeyCode": number,
            });
            self.call("Input.dispatchKeyEvent", &event);
        }
    }

    /// Types into what has the focus.
    pub fn write(&mut self, text: &str) {
        self.call("Input.insertText", &json!({ "text": text }));
    }

    fn call(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let mut message = json!({ "id": self.asked, "method": method, "params": params });
        if !self.page.is_empty() {
            message["sessionId"] = self.page.clone().into();
        }
        self.browser.write(format!("{message}\0").as_bytes());
        loop {
            let mut answer = Vec::new();
            self.answers.read_until(0, &mut answer).unwrap();
            assert_eq!(answer.pop(), Some(0), "the browser is gone");
            let mut answer: Value = serde_json::from_slice(&answer).unwrap();
            if answer["id"] == self.asked {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].take();
            }
        }
    }
}
