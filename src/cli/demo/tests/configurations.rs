//! The two files.

use std::path::Path;

use crate::cli::demo::files;
use crate::config::{self, Dial, Listen, Mode, Surroundings};

#[test]
fn both_files_are_configurations_without_a_mistake() {
    let surroundings = Surroundings::of_this_process();
    let near = config::parse(&files::near(4711), Path::new("/d/near.toml"), &surroundings).unwrap();
    let far = config::parse(&files::far(4711), Path::new("/d/far.toml"), &surroundings).unwrap();
    let (near, far) = (&near.bridges[0], &far.bridges[0]);
    assert_eq!((near.mode, far.mode), (Mode::Message, Mode::Message));
    let Dial::Tls(dial) = &near.connect else { panic!("{near:?}") };
    let Listen::Tls(listen) = &far.listen else { panic!("{far:?}") };
    assert_eq!(dial.tcp.to, listen.tcp.at, "one dials where the other listens");
    assert_eq!(dial.tcp.to.port, 4711);
}

#[test]
fn the_files_fit_on_a_terminal() {
    for line in files::near(65_535).lines().chain(files::far(65_535).lines()) {
        assert!(line.len() <= 77, "{line}");
    }
}
