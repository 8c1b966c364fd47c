//! What it looks like.

use std::time::Duration;

use crate::cli::demo::figures::{rate, size, time};
use crate::cli::demo::local::quoted;
use crate::cli::demo::screen::Screen;

#[test]
fn prose_is_broken_at_eighty_columns_and_loses_no_word() {
    let words: Vec<String> = (0..60).map(|n| format!("word{n}")).collect();
    let mut out = Vec::new();
    Screen::new(&mut out, false).prose(&words.join(" ")).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.lines().all(|line| line.len() <= 80 && line.starts_with("   word")), "{text}");
    assert_eq!(text.split_whitespace().collect::<Vec<_>>(), words);
}

#[test]
fn titles_are_bold_only_where_that_was_asked_for() {
    for bold in [false, true] {
        let mut out = Vec::new();
        Screen::new(&mut out, bold).step("Do it").unwrap();
        assert_eq!(out.contains(&0x1b), bold);
    }
}

#[test]
fn a_step_that_fails_can_be_named() {
    let mut screen = Screen::new(Vec::new(), false);
    assert_eq!(screen.where_we_are(), "before its first step");
    screen.step("Do it").unwrap();
    screen.step("Do more").unwrap();
    assert_eq!(screen.where_we_are(), "at step 2 (Do more)");
}

#[test]
fn sizes_times_and_rates_are_written_for_people() {
    assert_eq!([0, 1, 4096, 1 << 20, 1025].map(size), ["0 B", "1 B", "4 KiB", "1 MiB", "1025 B"]);
    let ms = Duration::from_millis;
    assert_eq!([ms(0), ms(12), ms(1234)].map(time), ["0.0 ms", "12 ms", "1.2 s"]);
    assert_eq!(rate(8 << 20, ms(250)), "32.0 MiB/s");
    assert_eq!(rate(1, ms(250)), "-");
}

#[cfg(windows)]
#[test]
fn words_are_quoted_as_cmd_takes_them() {
    assert_eq!(quoted(r"C:\a-1.2\b".as_ref()), r"C:\a-1.2\b");
    assert_eq!(quoted(r"C:\Program Files\b".as_ref()), r#""C:\Program Files\b""#);
    assert_eq!(quoted("a&b".as_ref()), r#""a&b""#);
}

#[cfg(unix)]
#[test]
fn words_are_quoted_as_a_shell_takes_them() {
    assert_eq!(quoted("/tmp/plain-1.2".as_ref()), "/tmp/plain-1.2");
    assert_eq!(quoted("it's here".as_ref()), r"'it'\''s here'");
    assert_eq!(quoted("".as_ref()), "''");
}
