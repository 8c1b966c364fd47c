use super::*;

#[test]
fn nobody_sends_it_to_everybody() {
    assert_eq!(send_ctrl_break(0).unwrap_err().kind(), io::ErrorKind::InvalidInput);
}
