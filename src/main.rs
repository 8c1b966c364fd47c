//! The `pipeferry` binary: hands the command line to the library.

fn main() -> std::process::ExitCode {
    pipeferry::cli::main()
}
