//! The exe as a file: what it asks of a Windows, and what it says of itself.

use std::process::Command;

use crate::harness::built;

/// All of them are parts of every Windows 10 and 11. What is new here is to be
/// looked up first; what comes with a compiler (libgcc, libwinpthread) must
/// never be.
const PARTS_OF_WINDOWS: [&str; 22] = [
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "combase.dll",
    "crypt32.dll",
    "iphlpapi.dll",
    "kernel32.dll",
    "kernelbase.dll",
    "msvcrt.dll",
    "ncrypt.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "ktmw32.dll",
    "psapi.dll",
    "rpcrt4.dll",
    "secur32.dll",
    "shell32.dll",
    "user32.dll",
    "userenv.dll",
    "version.dll",
    "ws2_32.dll",
];

fn said(tool: &str, arguments: &[&str]) -> String {
    let tool = format!("x86_64-w64-mingw32-{tool}");
    let output = Command::new(&tool).args(arguments).arg(built::pipeferry()).output().unwrap();
    assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn it_needs_no_dll_that_windows_does_not_have() {
    let headers = said("objdump", &["--private-headers"]);
    let imported: Vec<_> = headers
        .lines()
        .filter_map(|line| line.trim().strip_prefix("DLL Name: "))
        .map(str::to_ascii_lowercase)
        .collect();
    assert!(imported.iter().any(|name| name == "kernel32.dll"), "{imported:?}");
    // Sets of functions, the system finds the library behind them.
    let is_set = |name: &str| name.starts_with("api-ms-win-core-");
    let foreign: Vec<_> = imported
        .iter()
        .filter(|name| !PARTS_OF_WINDOWS.contains(&name.as_str()) && !is_set(name))
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
}

#[test]
fn it_carries_version_information_and_a_manifest() {
    let resources = said("windres", &["-O", "rc", "-i"]);
    let version = env!("CARGO_PKG_VERSION");
    for expected in [
        format!("FILEVERSION {}, 0", version.replace('.', ", ")),
        format!("VALUE \"FileVersion\", \"{version}\""),
        format!("VALUE \"ProductVersion\", \"{version}\""),
        "VALUE \"ProductName\", \"pipeferry\"".to_owned(),
        "VALUE \"OriginalFilename\", \"pipeferry.exe\"".to_owned(),
        "longPathAware".to_owned(),
        "asInvoker".to_owned(),
    ] {
        assert!(resources.contains(&expected), "{expected} in {resources}");
    }
}
