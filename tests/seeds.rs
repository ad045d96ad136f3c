//! The seeds of the fuzz targets, and what fuzzing once found: each goes through its target's checks.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Trial};

#[allow(unreachable_pub)] // There it is a library.
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

/// What a target does with an input.
type Check = fn(&[u8]);

/// The targets, as in `fuzz/fuzz_targets/`.
const TARGETS: &[(&str, Check)] = &[
    ("rle", |bytes| fuzz::read_pattern("rle", bytes)),
    ("plaintext", |bytes| fuzz::read_pattern("cells", bytes)),
    ("life_105", |bytes| fuzz::read_pattern("lif", bytes)),
    ("life_106", |bytes| fuzz::read_pattern("lif", bytes)),
    ("mcell", |bytes| fuzz::read_pattern("mcl", bytes)),
    ("ron", |bytes| fuzz::read_pattern("ron", bytes)),
    ("macrocell", fuzz::read_macrocell),
    ("apgcode", |bytes| fuzz::read_pattern("apgcode", bytes)),
    ("gzip", |bytes| fuzz::read_pattern("gz", bytes)),
    ("rule", |bytes| fuzz::read_rule(&String::from_utf8_lossy(bytes))),
    ("checkpoint", fuzz::read_checkpoint),
    ("scenario", |bytes| fuzz::read_scenario(&String::from_utf8_lossy(bytes))),
    ("frames", fuzz::read_frames),
];

fn main() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let list = |folder: PathBuf| -> Vec<PathBuf> {
        let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        entries.map(|entry| entry.expect("a name").path()).collect()
    };
    let targets = list(fuzz.join("fuzz_targets"));
    assert_eq!(targets.len(), TARGETS.len(), "every target is here");
    let trials = TARGETS.iter().flat_map(|&(target, check)| {
        let source = fuzz.join("fuzz_targets").join(target).with_extension("rs");
        assert!(targets.contains(&source), "{target} is a target");
        let seeds = list(fuzz.join("seeds").join(target));
        assert!(!seeds.is_empty(), "{target} has seeds");
        seeds.into_iter().map(move |seed| {
            let name = seed.file_name().expect("a file").to_string_lossy().into_owned();
            Trial::test(format!("{target}::{name}"), move || {
                check(&fs::read(&seed)?);
                Ok(())
            })
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}
