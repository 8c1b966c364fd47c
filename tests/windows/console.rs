//! What happens to a console: Ctrl-Break drains as Ctrl-C does; its end leaves
//! the few seconds that the system gives.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::harness::{Machine, Running, Target, built, eventually, names, noise, steps};

const BREAK: &str = "1";
const CLOSE: &str = "2";

/// A gateway whose console something happens to.
struct Console {
    gateway: Running,
    event: PathBuf,
}

impl Console {
    fn new(machine: &Machine, event: &str, target: &Target) -> Self {
        let relay = format!(
            "\"{}\" relay pipe:front {} --log-format json",
            names::path(built::pipeferry()),
            target.address
        );
        let file = machine.drive_c("event");
        let words = [event, &relay, &names::path(&file)];
        let gateway = machine.start(&built::program("console_event"), &words);
        eventually("the gateway to listen", || gateway.said().contains("listening").then_some(()));
        Self { gateway, event: file }
    }

    fn happens(&self) {
        std::fs::write(&self.event, "").unwrap();
    }

    fn says(&self, what: &str) {
        eventually(what, || self.gateway.said().contains(what).then_some(()));
    }
}

#[test]
fn ctrl_break_drains() {
    let (machine, target) = (Machine::boot(), Target::tcp());
    let console = Console::new(&machine, BREAK, &target);
    let go = machine.drive_c("go");
    let script = format!("open ~front rw write 1 5 await {} write 2 5", names::path(&go));
    let client = steps(&machine, &script);
    let mut service = target.accept();
    assert_eq!(service.exactly(5), noise(1, 5));
    console.happens();
    console.says("\"signal\":\"Ctrl-Break\",\"open\":1,\"limit\":\"30s\"");
    std::fs::write(go, "").unwrap();
    client.finished().good();
    assert_eq!(service.rest(), noise(2, 5));
    service.finish();
    assert!(console.gateway.finished().good().ends_with("code 0\n"));
}

#[test]
fn the_end_of_the_console_leaves_a_few_seconds() {
    let (machine, target) = (Machine::boot(), Target::tcp());
    let console = Console::new(&machine, CLOSE, &target);
    let client = steps(&machine, "open ~front rw write 1 5 rest");
    let mut service = target.accept();
    assert_eq!(service.exactly(5), noise(1, 5));
    console.happens();
    console.says("\"signal\":\"console closed\"");
    let closed = Instant::now();
    let said = console.gateway.finished().good();
    assert!(said.ends_with("code 1\n"), "it was cut off: {said}");
    assert!(said.contains("\"finish\":\"cut off\""), "{said}");
    assert!(closed.elapsed() < Duration::from_secs(30), "not the whole drain_timeout");
    client.finished();
}
