//! The two files.

use std::path::Path;

use crate::cli::demo::files;
use crate::cli::demo::folder::Folder;
use crate::cli::demo::local::Pipes;
use crate::cli::demo::pipes::Pipe;
use crate::config::{self, Dial, Listen, Mode, Surroundings};

fn pipes() -> Pipes {
    let at = tempfile::tempdir().unwrap();
    Pipes::of(&Folder::temporary(at.path(), false).unwrap())
}

#[test]
fn both_files_are_configurations_without_a_mistake() {
    let surroundings = Surroundings::of_this_process();
    let pipes = pipes();
    let (near, far) = (files::near(4711, &pipes), files::far(4711, &pipes));
    let near = config::parse(&near, Path::new("/d/near.toml"), &surroundings).unwrap();
    let far = config::parse(&far, Path::new("/d/far.toml"), &surroundings).unwrap();
    assert!(near.admin.is_some() && far.admin.is_some());
    let (near, far) = (&near.bridges[0], &far.bridges[0]);
    assert_eq!((near.mode, far.mode), (Mode::Message, Mode::Message));
    let Dial::Tls(dial) = near.connect.first() else { panic!("{near:?}") };
    let Listen::Tls(listen) = &far.listen else { panic!("{far:?}") };
    assert_eq!(dial.tcp.to, listen.tcp.at, "one dials where the other listens");
    assert_eq!(dial.tcp.to.port, 4711);
    let Listen::Pipe(orders) = &near.listen else { panic!("{near:?}") };
    let Dial::Pipe(service) = far.connect.first() else { panic!("{far:?}") };
    assert_eq!(orders.address.name.as_str(), pipes.name(Pipe::Orders));
    assert_eq!(service.address.name.as_str(), pipes.name(Pipe::Service));
}

#[test]
fn the_files_fit_on_a_terminal() {
    let pipes = pipes();
    for line in files::near(65_535, &pipes).lines().chain(files::far(65_535, &pipes).lines()) {
        assert!(line.len() <= 77, "{line}");
    }
}

/// The names of pipes are the machine's there.
#[test]
#[cfg(windows)]
fn another_run_has_other_names() {
    let (one, other) = (pipes(), pipes());
    for pipe in Pipe::ALL {
        assert_ne!(one.name(pipe), other.name(pipe));
    }
}
