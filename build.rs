//! Gives the Windows program what its properties page shows (VERSIONINFO) and
//! its application manifest. Does nothing for other systems.
//!
//! windres comes with the linker of the windows-gnu target. The numbers and
//! texts are those of Cargo.toml.

use std::env;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const MANIFEST: &str = "deploy/windows/pipeferry.manifest";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if variable("CARGO_CFG_TARGET_OS") != "windows" {
        return;
    }
    println!("cargo::rerun-if-changed={MANIFEST}");
    println!("cargo::rerun-if-env-changed=WINDRES");
    if variable("CARGO_CFG_TARGET_ENV") != "gnu" {
        println!("cargo::warning=no version information: it is made for windows-gnu only");
        return;
    }
    let out = PathBuf::from(variable("OUT_DIR"));
    let script = out.join("pipeferry.rc");
    let manifest = Path::new(&variable("CARGO_MANIFEST_DIR")).join(MANIFEST);
    if let Err(error) = std::fs::write(&script, resources(&manifest)) {
        fail(&format!("cannot write {}: {error}", script.display()));
    }
    let object = out.join("pipeferry-resources.o");
    compile(&script, &object);
    println!("cargo::rustc-link-arg-bins={}", object.display());
}

fn compile(script: &Path, object: &Path) {
    let windres = windres();
    let status = Command::new(&windres)
        .args(["-O", "coff", "-i"])
        .arg(script)
        .arg("-o")
        .arg(object)
        .status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => fail(&format!("{windres} failed: {status}")),
        Err(error) => fail(&format!(
            "cannot run {windres}: {error}; it is in binutils-mingw-w64, or name another in WINDRES"
        )),
    }
}

/// The one beside the cross linker, or that of a Windows machine itself.
fn windres() -> String {
    if let Ok(named) = env::var("WINDRES") {
        return named;
    }
    if variable("HOST").contains("windows") {
        return "windres".to_owned();
    }
    format!("{}-w64-mingw32-windres", variable("CARGO_CFG_TARGET_ARCH"))
}

/// The script that windres reads.
/// <https://learn.microsoft.com/windows/win32/menurc/versioninfo-resource>
fn resources(manifest: &Path) -> String {
    let version = variable("CARGO_PKG_VERSION");
    let part = |name: &str| variable(&format!("CARGO_PKG_VERSION_{name}"));
    let numbers = format!("{},{},{},0", part("MAJOR"), part("MINOR"), part("PATCH"));
    let strings = [
        ("CompanyName", "pipeferry"),
        ("FileDescription", "pipeferry: carries named pipes across networks"),
        ("FileVersion", &version),
        ("InternalName", "pipeferry"),
        ("LegalCopyright", &format!("License: {}", variable("CARGO_PKG_LICENSE"))),
        ("OriginalFilename", "pipeferry.exe"),
        ("ProductName", "pipeferry"),
        ("ProductVersion", &version),
    ];
    let mut values = String::new();
    for (name, value) in strings {
        let _ = writeln!(values, "      VALUE {}, {}", quoted(name), quoted(value));
    }
    // 0x40004: VOS_NT_WINDOWS32; 1: VFT_APP; 0409 04B0: English, in UTF-16;
    // 24: RT_MANIFEST.
    format!(
        "1 VERSIONINFO\nFILEVERSION {numbers}\nPRODUCTVERSION {numbers}\nFILEFLAGSMASK 0x3f\n\
         FILEFLAGS 0\nFILEOS 0x40004\nFILETYPE 1\nBEGIN\n  BLOCK \"StringFileInfo\"\n  BEGIN\n    \
         BLOCK \"040904B0\"\n    BEGIN\n{values}    END\n  END\n  BLOCK \"VarFileInfo\"\n  BEGIN\n    \
         VALUE \"Translation\", 0x409, 1200\n  END\nEND\n\n1 24 {}\n",
        quoted(&manifest.display().to_string())
    )
}

/// A string of a resource script.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\"\""))
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

fn fail(why: &str) -> ! {
    println!("cargo::error={why}");
    std::process::exit(1);
}
