//! Every option reaches the system: by its flag, and read back from the handle.

use std::ffi::c_void;
use std::time::Instant;

use windows_sys::Win32::System::Pipes::WaitNamedPipeW;

use super::*;

const WRITE_OWNER: u32 = 0x0008_0000;
const WRITE_DAC: u32 = 0x0004_0000;

/// NtQueryObject's OBJECT_BASIC_INFORMATION, as far as it is looked at.
#[repr(C)]
#[derive(Default)]
struct ObjectBasic {
    attributes: u32,
    granted_access: u32,
    rest: [u32; 12],
}

#[link(name = "ntdll")]
unsafe extern "system" {
    fn NtQueryObject(
        handle: *mut c_void,
        class: u32,
        to: *mut c_void,
        len: u32,
        got: *mut u32,
    ) -> i32;
    fn NtQueryInformationFile(
        handle: *mut c_void,
        status: *mut [usize; 2],
        to: *mut c_void,
        len: u32,
        class: u32,
    ) -> i32;
}

fn granted_access(handle: &PipeHandle) -> u32 {
    let mut basic = ObjectBasic::default();
    let len = size_of::<ObjectBasic>() as u32;
    let (to, mut got) = ((&raw mut basic).cast(), 0);
    // SAFETY: class 0 stores `len` bytes at most; both pointers are live.
    let status = unsafe { NtQueryObject(handle.raw(), 0, to, len, &raw mut got) };
    assert_eq!(status, 0);
    basic.granted_access
}

fn is_write_through(instance: &Instance) -> bool {
    /// FileModeInformation, and FILE_WRITE_THROUGH in it.
    const MODE: u32 = 16;
    const WRITE_THROUGH: u32 = 2;
    let (mut mode, mut status) = (0_u32, [0; 2]);
    let to = (&raw mut mode).cast();
    // SAFETY: the class stores four bytes; both pointers are live.
    let code =
        unsafe { NtQueryInformationFile(instance.handle().raw(), &raw mut status, to, 4, MODE) };
    assert_eq!(code, 0);
    mode & WRITE_THROUGH != 0
}

#[test]
fn every_option_is_its_flag() {
    let name = new_name();
    let plain = options(&name, false);
    // FILE_FLAG_OVERLAPPED | PIPE_ACCESS_DUPLEX; PIPE_REJECT_REMOTE_CLIENTS.
    let with = |change: fn(&mut CreateOptions<'_>)| {
        let mut options = plain;
        change(&mut options);
        (options.open_mode() ^ 0x4000_0000, options.pipe_mode())
    };
    assert_eq!(with(|_| ()), (3, 8));
    assert_eq!(with(|options| options.access = Access::Read), (1, 8));
    assert_eq!(with(|options| options.access = Access::Write), (2, 8));
    assert_eq!(with(|options| options.message_type = true), (3, 8 | 4 | 2));
    assert_eq!(with(|options| options.remote = true), (3, 0));
    assert_eq!(with(|options| options.first_instance = true), (3 | 0x0008_0000, 8));
    assert_eq!(with(|options| options.write_through = true), (3 | 0x8000_0000, 8));
    assert_eq!(with(|options| options.write_dac = true), (3 | WRITE_DAC, 8));
    assert_eq!(with(|options| options.write_owner = true), (3 | WRITE_OWNER, 8));
    let with_sacl = with(|options| options.access_system_security = true);
    assert_eq!(with_sacl, (3 | 0x0100_0000, 8));
}

/// CreateFile: "Security Quality of Service", winbase.h's numbers. Without
/// SECURITY_SQOS_PRESENT the level would not count, and the server could act as
/// us.
#[test]
fn every_level_of_impersonation_is_its_flag() {
    const OVERLAPPED_AND_SQOS: u32 = 0x4000_0000 | 0x0010_0000;
    let levels = [
        (Impersonation::Anonymous, 0),
        (Impersonation::Identification, 1),
        (Impersonation::Impersonation, 2),
        (Impersonation::Delegation, 3),
    ];
    for (level, number) in levels {
        assert_eq!(open::flags(level), OVERLAPPED_AND_SQOS | number << 16, "{level:?}");
    }
}

#[test]
fn what_is_asked_for_is_what_access_says() {
    assert_eq!(open::desired_access(Access::Both), 0xc000_0000);
    assert_eq!(open::desired_access(Access::Read), 0x8000_0100);
    assert_eq!(open::desired_access(Access::Write), 0x4000_0000);
}

#[tokio::test]
async fn type_buffers_and_limit_read_back_at_both_ends() {
    for message_type in TYPES {
        let name = new_name();
        let options = CreateOptions {
            in_buffer: 8192,
            out_buffer: 12_288,
            max_instances: 7,
            ..options(&name, message_type)
        };
        let (server, client) = pair_of(&options, Tickets::default()).await;
        let (ours, theirs) = (server.info().unwrap(), client.info().unwrap());
        assert!(ours.server_end && ours.message_type == message_type);
        assert_eq!((ours.in_buffer, ours.out_buffer, ours.max_instances), (8192, 12_288, 7));
        assert!(!theirs.server_end && theirs.message_type == message_type);
        assert_eq!(theirs.max_instances, 7);
        assert_eq!(server.state().unwrap().message_read_mode, message_type);
        assert_eq!(client.state().unwrap().message_read_mode, message_type);
        assert_eq!(server.state().unwrap().instances, 1);
        let us = std::process::id();
        for pipe in [&server, &client] {
            assert_eq!((pipe.client_pid().unwrap(), pipe.server_pid().unwrap()), (us, us));
        }
    }
}

#[tokio::test]
async fn unlimited_instances_are_255() {
    let name = new_name();
    let instance = create(&options(&name, true), Tickets::default()).unwrap();
    assert_eq!(instance.info().unwrap().max_instances, UNLIMITED_INSTANCES);
    for max_instances in [1, 254] {
        let name = new_name();
        let limited = CreateOptions { max_instances, ..options(&name, true) };
        let info = create(&limited, Tickets::default()).unwrap().info().unwrap();
        assert_eq!(info.max_instances, max_instances);
    }
}

#[test]
fn access_reads_back_from_the_handle() {
    /// FILE_READ_DATA | FILE_WRITE_DATA
    const DATA: u32 = 3;
    for (access, rights) in [(Access::Read, 1), (Access::Write, 2), (Access::Both, 3)] {
        let name = new_name();
        let instance =
            create(&CreateOptions { access, ..options(&name, true) }, Tickets::default()).unwrap();
        assert_eq!(granted_access(instance.handle()) & DATA, rights);
    }
}

#[test]
fn rights_read_back_from_the_handle() {
    let granted = |change: fn(&mut CreateOptions<'_>)| {
        let name = new_name();
        let mut options = options(&name, true);
        change(&mut options);
        granted_access(create(&options, Tickets::default()).unwrap().handle())
            & (WRITE_DAC | WRITE_OWNER)
    };
    assert_eq!(granted(|_| ()), 0);
    assert_eq!(granted(|options| options.write_dac = true), WRITE_DAC);
    assert_eq!(granted(|options| options.write_owner = true), WRITE_OWNER);
}

#[test]
fn write_through_reads_back_from_the_handle() {
    for write_through in [false, true] {
        let name = new_name();
        let options = CreateOptions { write_through, ..options(&name, true) };
        let instance = create(&options, Tickets::default()).unwrap();
        assert_eq!(is_write_through(&instance), write_through);
    }
}

#[tokio::test]
async fn the_default_timeout_is_what_a_client_waits() {
    let name = new_name();
    let options = CreateOptions { default_timeout: 300, max_instances: 1, ..options(&name, true) };
    let (_server, _client) = pair_of(&options, Tickets::default()).await;
    let path = crate::sys::windows::wide::wide(&name).unwrap();
    let since = Instant::now();
    // SAFETY: `path` ends in a NUL; 0 is NMPWAIT_USE_DEFAULT_WAIT.
    assert_eq!(unsafe { WaitNamedPipeW(path.as_ptr(), 0) }, 0);
    assert_eq!(code(&io::Error::last_os_error()), 121);
    assert!(since.elapsed() >= Duration::from_millis(280), "{:?}", since.elapsed());
}

#[tokio::test]
async fn data_goes_only_the_way_that_access_says() {
    let name = new_name();
    let inbound = CreateOptions { access: Access::Read, ..options(&name, true) };
    let mut instance = create(&inbound, Tickets::default()).unwrap();
    let error = open(&name, Access::Both, Impersonation::Anonymous).unwrap_err();
    assert_eq!(code(&error), 5);
    let mut client = open(&name, Access::Write, Impersonation::Anonymous).unwrap();
    poll_fn(|cx| instance.poll_connect(cx)).await.unwrap();
    let mut server = instance.into_pipe();
    write(&mut client, b"in").await.unwrap();
    assert_eq!(read(&mut server, MIB).await.unwrap().0, b"in");
    assert_eq!(code(&write(&mut server, b"out").await.unwrap_err()), 5);
}

#[tokio::test]
async fn a_client_that_only_reads_can_keep_messages_apart() {
    let name = new_name();
    let outbound = CreateOptions { access: Access::Write, ..options(&name, true) };
    let mut instance = create(&outbound, Tickets::default()).unwrap();
    let mut client = open(&name, Access::Read, Impersonation::Impersonation).unwrap();
    // Windows asks for it there, Wine does not.
    const FILE_WRITE_ATTRIBUTES: u32 = 0x100;
    assert_ne!(granted_access(&client.handle) & FILE_WRITE_ATTRIBUTES, 0);
    client.set_message_read_mode().unwrap();
    poll_fn(|cx| instance.poll_connect(cx)).await.unwrap();
    let mut server = instance.into_pipe();
    write(&mut server, b"one").await.unwrap();
    write(&mut server, b"two").await.unwrap();
    assert_eq!(read(&mut client, MIB).await.unwrap().0, b"one");
    assert_eq!(read(&mut client, MIB).await.unwrap().0, b"two");
}

#[tokio::test]
async fn message_read_mode_is_refused_on_bytes() {
    let name = new_name();
    let _instance = create(&options(&name, false), Tickets::default()).unwrap();
    let mut client = open(&name, Access::Both, Impersonation::Delegation).unwrap();
    assert_eq!(code(&client.set_message_read_mode().unwrap_err()), 87);
}
