//! What the documents show must be what the program takes.

use std::path::{Path, PathBuf};

use crate::harness::{Site, pipeferry, ran};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository().join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let found: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|found| found == end)).collect();
    assert!(!found.is_empty(), "no *.{end} in {folder}/");
    found
}

#[test]
fn every_toml_block_of_the_documents_is_a_configuration_that_reads() {
    let mut documents = files("docs", "md");
    documents.extend(files("docs/recipes", "md"));
    documents.push(repository().join("README.md"));
    let mut seen = 0;
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        for block in text.split("```toml\n").skip(1) {
            let block = block.split("```").next().unwrap();
            // The others show one table of it.
            if !["[bridge.", "listen", "connect"].iter().all(|part| block.contains(part)) {
                continue;
            }
            seen += 1;
            let site = Site::new();
            let path = site.write("pipeferry.toml", block);
            let said = ran(&mut pipeferry(&["check", "--config", path.to_str().unwrap()]));
            // Files that only the reader has may be missing; words may not be wrong.
            assert!(
                said.code == 0 || !said.stderr.contains("pipeferry.toml:"),
                "{}:\n{block}\n{}",
                document.display(),
                said.stderr
            );
        }
    }
    assert!(seen > 0, "no document shows a bridge");
}
