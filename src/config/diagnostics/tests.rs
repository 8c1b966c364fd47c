#![allow(clippy::unwrap_used)]

use crate::config::testing::{mistakes, unix};
use snapbox::{IntoData as _, assert_data_eq, str};

#[test]
fn every_mistake_of_a_file_is_drawn_in_one_go() {
    let text = r#"drain_timeout = 30
max_conections = 5
[log]
level = "inof"
[bridge.orders]
mode = "mesage"
listen = { address = "tcp:0.0.0.0:7000", identity = "gw", framing = "u16be" }
connect = "pip:orders"
"#;
    let drawn = mistakes(text, &unix()).to_string();
    assert_data_eq!(
        drawn,
        str![[r#"
error: a duration needs its unit
 --> pipeferry.toml:1:17
  |
1 | drain_timeout = 30
  |                 ^^ expected a duration, such as "250ms", "10s", "5m" or "1h"
  |
  = help: write "30s" for seconds, "30ms" for milliseconds

error: unknown key `max_conections`
 --> pipeferry.toml:2:1
  |
2 | max_conections = 5
  | ^^^^^^^^^^^^^^ expected `drain_timeout`, `max_connections`, `threads`, `pipe_path`, `control`, `watch`, `sandbox`, `admin`, `log`, `identity` or `bridge`
  |
  = help: did you mean `max_connections`?

error: no log level
 --> pipeferry.toml:4:10
  |
4 | level = "inof"
  |          ^^^^ expected a level, or directives such as "info,pipeferry::tls=debug"
  |
  = help: did you mean `info`?

error: `mesage` is not one of the words for this key
 --> pipeferry.toml:6:8
  |
6 | mode = "mesage"
  |        ^^^^^^^^ expected `byte` or `message`
  |
  = help: did you mean `message`?

error: `identity` is not for `tcp:` ends
 --> pipeferry.toml:7:42
  |
7 | listen = { address = "tcp:0.0.0.0:7000", identity = "gw", framing = "u16be" }
  |                                          ^^^^^^^^ expected it on `tls:`, `fd:` (listening) or `srv:` (connecting)
  |
  = help: use `tls:`

error: unknown scheme `pip:`
 --> pipeferry.toml:8:12
  |
8 | connect = "pip:orders"
  |            ^^^ expected `pipe:NAME`, `unix:PATH`, `fifo:PATH`, `tcp:HOST:PORT`, `tls:HOST:PORT`, `fd:NAME`, `srv:NAME` or `stdio:`
  |
  = help: did you mean `pipe`?

6 mistakes in pipeferry.toml
"#]]
        .raw()
    );
}

#[test]
fn a_mistake_knows_its_file_line_and_column_in_characters() {
    let text = "[bridge.b]\nlisten = \"pipe:x\"\nconnect = { address = \"unix:/ä\", wait = 3 }";
    let all = mistakes(text, &unix());
    let one = all.iter().next().unwrap();
    assert_eq!((one.file.as_str(), one.line, one.column), ("pipeferry.toml", 3, 41));
    assert!(all.to_string().ends_with("1 mistake in pipeferry.toml"));
    assert!(!all.is_empty());
}

#[test]
fn colours_are_for_those_who_ask() {
    let all = mistakes("", &unix());
    assert!(!all.to_string().contains('\u{1b}'));
    assert!(all.coloured().contains('\u{1b}'));
}

#[test]
fn nothing_in_a_file_reaches_the_terminal_as_a_command() {
    let text = "\"\\u001b]0;evil\\u0007\" = 1\n[bridge.b]\nlisten = \"pipe:x\"\nconnect = \"tcp:h:1\"\nmode = \"\\u001b[2J\"";
    let drawn = mistakes(text, &unix()).to_string();
    assert!(!drawn.contains('\u{1b}') && !drawn.contains('\u{7}'), "{drawn:?}");
}

#[test]
fn a_file_of_noise_is_not_drawn_for_ever() {
    let noise: String = (0..4_000).map(|n| format!("k{n} = 1\n")).collect();
    let all = mistakes(&noise, &unix());
    assert_eq!(all.len(), 4_001);
    let drawn = all.to_string();
    assert!(drawn.contains("... and 3801 more") && drawn.len() < 100_000, "{}", drawn.len());
}

#[test]
fn a_line_that_nobody_wrote_is_named_but_not_shown() {
    let text = format!("mode = \"{}\"; =", "ä".repeat(5_000));
    let all = mistakes(&text, &unix());
    let drawn = all.to_string();
    assert!(drawn.len() < 2_000, "{}", drawn.len());
    assert!(drawn.contains("pipeferry.toml:1:50"), "{drawn}");
}
