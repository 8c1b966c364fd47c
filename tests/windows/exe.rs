//! The exe by itself: what it asks of the Windows that it is put on.

use crate::harness::built;

/// What every Windows 10 has in its system folder.
const SYSTEM: [&str; 13] = [
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "crypt32.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ncrypt.dll",
    "ntdll.dll",
    "oleaut32.dll",
    "psapi.dll",
    "secur32.dll",
    "userenv.dll",
    "ws2_32.dll",
];

#[test]
fn it_needs_no_library_beside_it() {
    let mut command = std::process::Command::new("x86_64-w64-mingw32-objdump");
    let output = command.arg("--private-headers").arg(built::pipeferry()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).to_lowercase();
    let names = text.lines().filter_map(|line| line.trim().strip_prefix("dll name: "));
    let mut count = 0;
    for name in names {
        let known = SYSTEM.contains(&name) || name.starts_with("api-ms-win-core-");
        assert!(known, "{name} is not part of Windows");
        count += 1;
    }
    assert!(count > 3, "it imports from {count} libraries: {text}");
}
