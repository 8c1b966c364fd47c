//! As much of Markdown as the documents use.

use std::fs;
use std::path::{Path, PathBuf};

use crate::repository;

/// A document, by its path from the repository's root.
pub struct Document {
    pub path: PathBuf,
    text: String,
}

/// A fenced block of code.
pub struct Block {
    pub language: String,
    pub text: String,
    /// The line of its fence, from 1.
    pub line: usize,
}

/// A line that is not code.
pub struct Prose {
    pub line: usize,
    pub text: String,
}

impl Document {
    pub fn of(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    pub fn blocks(&self, language: &str) -> impl Iterator<Item = Block> {
        self.parts().0.into_iter().filter(move |block| block.language == language)
    }

    pub fn prose(&self) -> Vec<Prose> {
        self.parts().1
    }

    /// For messages: the file and a line.
    pub fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }

    /// The anchors that its headings have where it is shown.
    pub fn anchors(&self) -> Vec<String> {
        let headings = self.prose().into_iter().filter(|line| line.text.starts_with('#'));
        headings.map(|line| anchor(line.text.trim_start_matches('#').trim())).collect()
    }

    fn parts(&self) -> (Vec<Block>, Vec<Prose>) {
        let (mut blocks, mut prose) = (Vec::new(), Vec::new());
        let mut open: Option<Block> = None;
        for (at, line) in self.text.lines().enumerate() {
            match (line.trim_start().strip_prefix("```"), open.as_mut()) {
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(language), None) => {
                    let language = language.trim().to_owned();
                    open = Some(Block { language, text: String::new(), line: at + 1 });
                }
                (None, Some(block)) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                (None, None) => prose.push(Prose { line: at + 1, text: line.to_owned() }),
            }
        }
        assert!(open.is_none(), "{}: a block of code has no end", self.path.display());
        (blocks, prose)
    }
}

/// GitHub's way: lower case, words joined by hyphens, punctuation dropped.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// Every document of the repository.
pub fn documents() -> Vec<Document> {
    let mut found = Vec::new();
    collect(repository(), &mut found);
    assert!(found.len() > 10, "only {} documents were found", found.len());
    found
}

fn collect(folder: &Path, found: &mut Vec<Document>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            collect(&path, found);
        } else if name.ends_with(".md") {
            let text = fs::read_to_string(&path).unwrap();
            found.push(Document::of(path.strip_prefix(repository()).unwrap(), text));
        }
    }
}
