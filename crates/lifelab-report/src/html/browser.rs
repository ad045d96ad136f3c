//! The page in a real browser. These tests need Chromium or Chrome:
//! `cargo test -p lifelab-report browser -- --ignored`. With `LIFELAB_PAGES=FOLDER` they leave pages
//! and pictures there, to be looked at.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lifelab_bench::results::Results;

use crate::samples;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Appended to a page to measure it: what is empty, clipped or overlapping, and what was fetched.
const PROBE: &str = include_str!("probe.js");

#[test]
#[ignore = "needs Chromium or Chrome"]
fn charts_are_whole_and_nothing_is_fetched() {
    let browser = browser().expect("Chromium or Chrome is installed");
    let temporary = tempfile::tempdir().unwrap();
    let kept = env::var_os("LIFELAB_PAGES").map(PathBuf::from);
    let folder = kept.as_deref().unwrap_or(temporary.path());
    fs::create_dir_all(folder).unwrap();
    let mut trouble = Vec::new();
    for results in samples::all() {
        let file = folder.join(format!("{}.html", results.name));
        fs::write(&file, page(&results)).unwrap();
        let probed = folder.join(format!("{}-probed.html", results.name));
        fs::write(&probed, page(&results) + PROBE).unwrap();
        for width in [1200, 400] {
            let dom = dump(&browser, temporary.path(), &probed, width);
            let found = dom.split("<pre id=\"probe\">").nth(1).expect("the probe has run");
            let found = found.split("</pre>").next().unwrap_or_default();
            assert!(found.starts_with("charts: "), "{} at {width}: {found}", results.name);
            let found = found.lines().skip(1);
            trouble.extend(found.map(|line| format!("{} at {width}: {line}", results.name)));
        }
        if kept.is_some() {
            take_pictures(&browser, temporary.path(), &file);
        }
    }
    assert!(trouble.is_empty(), "{}", trouble.join("\n"));
}

fn page(results: &Results) -> String {
    let mut page = Vec::new();
    super::write(results, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

fn browser() -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&paths).collect();
    let places = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}

/// The document after its scripts have run.
fn dump(browser: &Path, profile: &Path, file: &Path, width: u32) -> String {
    let mut command = start(browser, profile, width);
    let done = command.arg("--dump-dom").arg(file).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(!said.contains(":CONSOLE"), "{}: {said}", file.display());
    String::from_utf8(done.stdout).unwrap()
}

fn take_pictures(browser: &Path, profile: &Path, file: &Path) {
    for (width, scheme) in [(1200, "light"), (1200, "dark"), (400, "light")] {
        let picture = file.with_extension(format!("{width}-{scheme}.png"));
        let mut command = start(browser, profile, width);
        command.arg(format!("--screenshot={}", picture.display()));
        if scheme == "dark" {
            command.arg("--blink-settings=preferredColorScheme=0");
        }
        command.arg(file).output().unwrap();
    }
}

fn start(browser: &Path, profile: &Path, width: u32) -> Command {
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]);
    // Nothing answers there: whatever a page would fetch fails, and is seen.
    command.args(["--enable-logging=stderr", "--proxy-server=127.0.0.1:9"]);
    // A profile of its own, so that it is no window of a browser that is open already.
    command.arg(format!("--user-data-dir={}", profile.join("profile").display()));
    command.arg(format!("--window-size={width},3600"));
    command
}
