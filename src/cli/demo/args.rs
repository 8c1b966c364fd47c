//! The command line of `pipeferry demo`.

use std::path::PathBuf;

use clap::Args;

/// Certificates, two gateways and a service behind a pipe, in one minute.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// Keep the folder with certificates, configurations and logs; in DIR if that is said
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    keep: Option<Option<PathBuf>>,
    /// Work in this folder, which must be empty or absent [default: a new one in the system's
    /// temporary folder]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl DemoArgs {
    /// Whether the folder stays.
    pub(super) fn keep(&self) -> bool {
        self.keep.is_some()
    }

    /// The folder that was named, if any.
    ///
    /// # Errors
    /// The two places in which one was named, if they differ.
    pub(super) fn dir(&self) -> Result<Option<&PathBuf>, [&PathBuf; 2]> {
        match (self.keep.as_ref().and_then(Option::as_ref), self.dir.as_ref()) {
            (Some(keep), Some(dir)) if keep != dir => Err([keep, dir]),
            (keep, dir) => Ok(keep.or(dir)),
        }
    }
}
