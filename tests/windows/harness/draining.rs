//! What a client of the pipe `front` sees when its gateway is told to stop.

use super::{Machine, Noise, Target, names, noise, steps};

/// A client is on the way when `stop` is asked for: it may finish, both ways,
/// and nobody else comes in. `stop` returns once the gateway drains.
///
/// # Panics
/// When it is otherwise.
#[track_caller]
pub fn lets_a_client_finish(machine: &Machine, target: &Target, stop: impl FnOnce()) {
    let go = machine.drive_c("go");
    let script = format!("open ~front rw write 1 5 await {} write 2 5 read 7", names::path(&go));
    let client = steps(machine, &script);
    let mut service = target.accept();
    assert_eq!(service.exactly(5), noise(1, 5));
    stop();
    let late = steps(machine, "open ~front rw").finished().said;
    assert!(late.starts_with("open error "), "nobody else comes in: {late}");
    std::fs::write(go, "").unwrap();
    assert_eq!(service.exactly(5), noise(2, 5));
    service.send(&noise(3, 7));
    let said = client.finished().good();
    assert!(said.ends_with(&format!("read {}\n", Noise::new(3, 7).told())), "{said}");
    service.finish();
}
