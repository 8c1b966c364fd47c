//! Every link that stays in the repository leads somewhere.

use std::path::{Path, PathBuf};

use crate::markdown::{Document, documents};
use crate::repository;

/// The targets of the links in a line of prose; code in backticks holds none.
fn targets(line: &str) -> Vec<String> {
    let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("_");
    let ends = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    ends.map(|(target, _)| target.to_owned()).collect()
}

fn leads_out(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:")
}

/// What is wrong with a link, if anything.
fn fault(from: &Document, target: &str, all: &[Document]) -> Option<String> {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = match file {
        "" => from.path.clone(),
        file => plain(&from.path.parent().unwrap().join(file)),
    };
    if !repository().join(&path).exists() {
        return Some(format!("{} is not there", path.display()));
    }
    if anchor.is_empty() {
        return None;
    }
    let there = all.iter().find(|document| document.path == path)?;
    let known = there.anchors().iter().any(|heading| heading == anchor);
    (!known).then(|| format!("{} has no heading `{anchor}`", path.display()))
}

/// `a/../b` as `b`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => assert!(plain.pop(), "{}", path.display()),
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn every_link_in_the_documents_leads_somewhere() {
    let all = documents();
    let mut faults = Vec::new();
    for document in &all {
        for line in document.prose() {
            for target in targets(&line.text).iter().filter(|target| !leads_out(target)) {
                let fault = fault(document, target, &all);
                faults.extend(fault.map(|why| format!("{}: {why}", document.place(line.line))));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let all = [Document::of("README.md", "# One heading, `two` words\n")];
    assert_eq!(targets("a [b](c.md#d) `[e](f)` [g](h)"), ["c.md#d", "h"]);
    assert!(fault(&all[0], "docs/nothing.md", &all).is_some());
    assert!(fault(&all[0], "#no-heading", &all).is_some());
    assert!(fault(&all[0], "#one-heading-two-words", &all).is_none());
}
