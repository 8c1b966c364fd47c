//! The descriptor that a pipe is made with, and whom its client runs as.

use super::*;
use crate::sys::windows::descriptor::SecurityDescriptor;
use crate::sys::windows::token;

#[tokio::test]
async fn a_pipe_has_the_descriptor_that_it_was_made_with() {
    let descriptor = SecurityDescriptor::from_sddl("D:P(A;;0x12019b;;;AU)(A;;FA;;;SY)").unwrap();
    let name = new_name();
    let options = CreateOptions { security: Some(&descriptor), ..options(&name, true) };
    let (server, client) = pair_of(&options, Tickets::default()).await;
    for pipe in [&server, &client] {
        let sddl = pipe.sddl().unwrap();
        assert!(sddl.contains("(A;;0x12019b;;;AU)(A;;FA;;;SY)"), "{sddl}");
    }
}

#[tokio::test]
async fn the_client_is_known_by_its_token() {
    let (mut server, mut client) = pair(true).await;
    write(&mut client, b"who am I?").await.unwrap();
    read(&mut server, MIB).await.unwrap();
    assert_eq!(server.client().unwrap(), token::own().unwrap());
    client.client().unwrap_err();
    server.owner().unwrap();
}
