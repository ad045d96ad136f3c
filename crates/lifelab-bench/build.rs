//! Tells the crate by which compiler, for which target and from which commit it is built: results
//! name them.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    let compiler = output(Command::new(env::var("RUSTC").unwrap_or_default()).arg("--version"));
    let compiler = compiler.unwrap_or_else(|| "rustc of unknown version".to_owned());
    let variable = |name| env::var(name).unwrap_or_default();
    let (target, level) = (variable("TARGET"), variable("OPT_LEVEL"));
    println!("cargo::rustc-env=LIFELAB_COMPILER={compiler}, {target}, opt-level {level}");
    println!("cargo::rustc-env=LIFELAB_COMMIT={}", commit().unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
}

/// The commit, if the crate is built in its repository and `git` is there.
fn commit() -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let git = |arguments: &[&str]| {
        output(Command::new("git").arg("--no-optional-locks").arg("-C").arg(&root).args(arguments))
    };
    let folder = git(&["rev-parse", "--absolute-git-dir"])?;
    // Written whenever the commit changes. The index is written far more often.
    let log = Path::new(&folder).join("logs/HEAD");
    if log.exists() {
        println!("cargo::rerun-if-changed={}", log.display());
    }
    println!("cargo::rerun-if-changed=src");
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let is_clean = git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Some(if is_clean { commit } else { commit + "-dirty" })
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
