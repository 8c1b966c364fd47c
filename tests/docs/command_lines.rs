//! Every command line of pipeferry's in the documents is one that it takes.

use clap::Parser;
use clap::error::ErrorKind;
use pipeferry::cli::Cli;

use crate::markdown::documents;
use crate::shell::commands;

/// The arguments that a command gives to pipeferry, however it is called;
/// `None` if it calls something else.
fn arguments(words: &[String]) -> Option<Vec<String>> {
    let first = words.iter().position(|word| !is_prelude(word))?;
    let words = &words[first..];
    match words[0].as_str() {
        "sudo" => {
            let user = usize::from(words.get(1).is_some_and(|word| word == "-u"));
            arguments(words.get(1 + 2 * user..)?)
        }
        "cargo" if words.get(1).is_some_and(|word| word == "run") => {
            let end = words.iter().position(|word| word == "--")?;
            Some(words[end + 1..].to_vec())
        }
        program if is_ours(program) => Some(words[1..].to_vec()),
        _ => None,
    }
}

/// `pipeferry`, with its path, and as Windows calls it.
fn is_ours(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".exe").unwrap_or(name) == "pipeferry"
}

/// `NAME=value` before a command, or a prompt.
fn is_prelude(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    word == "$" || name.is_some_and(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
}

/// Calls in a script, and in the `ProxyCommand` of an ssh in it.
fn calls(script: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for words in commands(script) {
        found.extend(arguments(&words));
        for word in &words {
            found.extend(word.strip_prefix("ProxyCommand=").into_iter().flat_map(calls));
        }
        if words[0] == "ProxyCommand" {
            found.extend(arguments(&words[1..]));
        }
    }
    found
}

fn is_taken(arguments: &[String]) -> Result<(), String> {
    let line = std::iter::once("pipeferry".to_owned()).chain(arguments.iter().cloned());
    match Cli::try_parse_from(line) {
        Err(error)
            if !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) =>
        {
            Err(error.to_string())
        }
        _ => Ok(()),
    }
}

#[test]
fn every_command_line_in_the_documents_is_one_that_is_taken() {
    let (mut seen, mut faults) = (0, Vec::new());
    for document in documents() {
        let kinds = ["sh", "bash", "text", "powershell"];
        for block in kinds.into_iter().flat_map(|kind| document.blocks(kind)) {
            for call in calls(&block.text) {
                seen += 1;
                let place = document.place(block.line);
                let fault = is_taken(&call).err();
                faults.extend(fault.map(|why| format!("{place}: {call:?}\n{why}")));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen > 20, "only {seen} command lines were found");
}

#[test]
fn a_command_line_that_is_not_taken_is_found() {
    let script = "X=1 sudo -u me ./pipeferry run --no-such-flag\ncargo run -q -- man | less\n\
                  ssh -o ProxyCommand='pipeferry connect tcp:a:1' b\npipeferry.exe schema";
    let calls = calls(script);
    let proxy = vec!["connect", "tcp:a:1"];
    assert_eq!(calls, [vec!["run", "--no-such-flag"], vec!["man"], proxy, vec!["schema"]]);
    assert!(is_taken(&calls[0]).is_err());
    assert!(is_taken(&calls[1]).is_ok());
}
