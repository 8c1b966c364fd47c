//! A C server and a C client as the Win32 manual writes them.

use rstest::rstest;

use crate::harness::{Machine, Side, Site, built, names, tunnel};

#[rstest]
fn a_win32_client_and_server_do_not_notice_the_network(#[values("byte", "message")] mode: &str) {
    let (near, far, site) = (Machine::boot(), Machine::boot(), Site::new());
    let pipe = names::pipe("service");
    let mut server = far.start(&built::program("win32_server"), &[&pipe, mode]);
    server.line("ready");
    let ends = "\"pipe:service\"";
    let tunnel = tunnel(&site, mode, (Side::Windows(&near), ends), (Side::Windows(&far), ends));
    let client = near.start(&built::program("win32_client"), &[&pipe, mode]);
    assert_eq!(client.finished().good(), "understood\n");
    assert_eq!(server.finished().good(), "ready\nserved\n");
    tunnel.all_done(1);
}
