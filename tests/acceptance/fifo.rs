//! FIFOs as ends, both ways.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::FileTypeExt;
use std::time::Duration;

use crate::harness::{Gateway, Site, Target, noise, payload::assert_same};

fn inbound(site: &Site, target: &Target, more: &str) -> Gateway {
    let config = format!(
        "[bridge.one]\n{more}\nlisten = \"fifo:{}\"\nconnect = \"{}\"\n",
        site.at("in.fifo"),
        target.address
    );
    Gateway::start(site, config)
}

#[test]
fn a_fifo_is_made_when_it_is_absent() {
    let site = Site::new();
    let target = Target::tcp();
    let _gateway = inbound(&site, &target, "");
    assert!(std::fs::metadata(site.path("in.fifo")).unwrap().file_type().is_fifo());
}

#[test]
fn each_writer_of_a_fifo_is_a_connection_of_its_own() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = inbound(&site, &target, "");
    for round in 0..5 {
        let all = noise(round, 300_000);
        let mut writer = OpenOptions::new().write(true).open(site.path("in.fifo")).unwrap();
        let writing = std::thread::spawn({
            let all = all.clone();
            move || writer.write_all(&all).unwrap()
        });
        let mut service = target.accept();
        assert_same("from the FIFO", &service.rest(), &all);
        writing.join().unwrap();
    }
    let records = gateway.wait_records(5);
    assert!(records.iter().all(|record| record.outcome == "done"), "{records:?}");
    assert!(target.untouched(), "no connection without a writer");
}

#[test]
fn a_fifo_carries_messages() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = inbound(&site, &target, "mode = \"message\"");
    let mut writer = OpenOptions::new().write(true).open(site.path("in.fifo")).unwrap();
    writer.write_all(b"\0\0\0\x02hi\0\0\0\0").unwrap();
    drop(writer);
    assert_eq!(target.accept().rest(), b"\0\0\0\x02hi\0\0\0\0");
    assert_eq!(gateway.record().number("messages_to_target"), Some(2));
}

#[test]
fn a_fifo_that_is_dialled_gets_what_clients_send() {
    let site = Site::new();
    site.fifo("out.fifo");
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"fifo:{}\"\n",
            site.at("out.fifo")
        ),
    );
    let all = noise(1, 1 << 20);
    let reading = std::thread::spawn({
        let path = site.path("out.fifo");
        move || {
            let mut bytes = Vec::new();
            File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        }
    });
    let mut client = gateway.tcp("one");
    client.send(&all);
    client.finish();
    assert_same("into the FIFO", &reading.join().unwrap(), &all);
    assert_eq!(client.rest(), b"");
    gateway.ended("done");
}

#[test]
fn an_outbound_fifo_gives_a_reader_what_the_target_says() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.one]\nlisten = {{ address = \"fifo:{}\", access = \"outbound\" }}\n\
             connect = \"{}\"\n",
            site.at("out.fifo"),
            target.address
        ),
    );
    for round in 0..3 {
        let all = noise(round, 200_000);
        let reading = std::thread::spawn({
            let path = site.path("out.fifo");
            move || {
                let mut bytes = Vec::new();
                File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
                bytes
            }
        });
        let mut service = target.accept();
        service.send(&all);
        service.finish();
        assert_same("out of the FIFO", &reading.join().unwrap(), &all);
        drop(service);
        gateway.wait_records(round as usize + 1);
    }
}

#[test]
fn an_idle_fifo_takes_no_processor_time() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = inbound(&site, &target, "");
    // A writer has come and left: from then on POLLHUP stands for ever.
    let mut writer = OpenOptions::new().write(true).open(site.path("in.fifo")).unwrap();
    writer.write_all(b"once").unwrap();
    drop(writer);
    assert_eq!(target.accept().rest(), b"once");
    gateway.wait_records(1);
    let used = gateway.ticks_in(Duration::from_millis(1500));
    assert!(used <= 10, "{used} hundredths of a second in 1.5 s of idling");
}

#[test]
fn something_else_than_a_fifo_is_left_alone() {
    let site = Site::new();
    site.write("in.fifo", "precious");
    let config = site.write(
        "pipeferry.toml",
        format!(
            "[bridge.one]\nlisten = \"fifo:{}\"\nconnect = \"tcp:127.0.0.1:1\"\n",
            site.at("in.fifo")
        ),
    );
    let ran = crate::harness::ran(&mut crate::harness::pipeferry(&[
        "run",
        "--config",
        config.to_str().unwrap(),
    ]));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("in.fifo"), "{}", ran.stderr);
    assert_eq!(site.read("in.fifo"), "precious");
}
