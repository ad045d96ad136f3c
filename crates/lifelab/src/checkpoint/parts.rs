//! The rows of a checkpoint in files of their own: what each rank of a run on several machines writes.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use lifelab_core::{Count, Grid, Size};

use super::CheckpointErrorKind as Kind;
use super::body::{self, row_bytes};
#[cfg(feature = "checkpoint-folder")]
use super::{Checkpoint, CheckpointBody};

/// The end of a part's name; before it stand the generation and the first row.
const EXTENSION: &str = ".rows";

/// Some rows of a checkpoint, in a file of their own that is named after the generation and the first
/// of them.
///
/// Such a file is part of nothing until a checkpoint says so, which is written when all parts are on
/// disk. Whatever is torn before that counts for nothing, and is removed with the next checkpoint.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointPart {
    /// The first row.
    first: u32,
    /// How many.
    rows: u32,
    /// The XXH3-128 of the file, in hexadecimal digits.
    checksum: String,
}

impl CheckpointPart {
    /// The rows.
    pub fn rows(&self) -> Range<u32> {
        self.first..self.first + self.rows
    }

    /// Writes rows of a universe, `first` being the number of the first one, and waits for the disk.
    /// What has the file's name is replaced, and a link is not followed.
    ///
    /// # Errors
    /// If the system cannot write it. Then nothing of it is left.
    pub fn write<W: Iterator<Item = u64>>(
        folder: &Path,
        generation: Count,
        width: u32,
        first: u32,
        rows: impl ExactSizeIterator<Item = W>,
    ) -> io::Result<Self> {
        let path = folder.join(file_name(generation, first));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let count = rows.len() as u32;
        let written = write_rows(&path, width, rows);
        let checksum = written.inspect_err(|_| _ = fs::remove_file(&path))?; // It may fill the disk.
        Ok(Self { first, rows: count, checksum: digits(checksum) })
    }

    /// Removes the file, of a checkpoint that could not be completed. If it cannot, that is left to the
    /// next one.
    pub fn remove(&self, folder: &Path, generation: Count) {
        let _ = fs::remove_file(folder.join(file_name(generation, self.first)));
    }

    /// Whether the file is as long as rows of this width are: to be asked before memory is taken for
    /// them, for a stranger's checkpoint may announce more than it brings.
    ///
    /// # Errors
    /// If it is not there, or has another length.
    pub fn check_length(&self, folder: &Path, generation: Count, width: u32) -> Result<(), Kind> {
        let name = file_name(generation, self.first);
        let file = fs::metadata(folder.join(&name)).map_err(|error| missing(&name, &error))?;
        let is_whole = file.len() == u64::from(self.rows) * row_bytes(width) as u64;
        if is_whole { Ok(()) } else { Err(torn(&name)) }
    }

    /// Reads this part of a checkpoint, and copies those of its rows that lie in the range `wanted`
    /// into a grid whose first row is the first of these.
    ///
    /// # Errors
    /// If the file is not there, or is not what was written; the grid is then unspecified.
    pub fn read(
        &self,
        folder: &Path,
        generation: Count,
        wanted: Range<u32>,
        grid: &mut Grid,
    ) -> Result<(), Kind> {
        let name = file_name(generation, self.first);
        let file = File::open(folder.join(&name)).map_err(|error| missing(&name, &error))?;
        let mut file = BufReader::new(file);
        let mut hasher = XxHash3_128::with_seed(0);
        let mut row = vec![0; row_bytes(grid.width())];
        for y in self.rows() {
            file.read_exact(&mut row).map_err(|error| missing(&name, &error))?;
            hasher.write(&row);
            if wanted.contains(&y) {
                body::write_words(grid, y - wanted.start, &row);
            }
        }
        let ends = file.read(&mut [0]).map_err(|error| missing(&name, &error))? == 0;
        match ends && digits(hasher.finish_128()) == self.checksum {
            true => Ok(()),
            false => Err(torn(&name)),
        }
    }
}

/// Whether the parts are all rows of a grid, each once and in order.
pub(super) fn check(parts: &[CheckpointPart], size: Size) -> Result<(), Kind> {
    let next = parts.iter().try_fold(0_u32, |next, part| {
        let follows = part.first == next && part.rows > 0;
        follows.then(|| next.checked_add(part.rows)).flatten()
    });
    match next == Some(size.height.get()) {
        true => Ok(()),
        false => Err(Kind::Malformed("its parts are not the rows of its grid".to_owned())),
    }
}

#[cfg(feature = "checkpoint-folder")]
/// The checkpoint with the rows of its parts, if it has any, read by their files' names.
pub(super) fn assemble(
    checkpoint: Checkpoint,
    read: impl Fn(&str) -> io::Result<Vec<u8>>,
) -> Result<Checkpoint, Kind> {
    let CheckpointBody::Parts { size, topology, parts } = &checkpoint.body else {
        return Ok(checkpoint);
    };
    let width = size.width.get();
    let mut rows = Vec::new(); // As many as there are: the grid is made when they are known.
    for part in parts {
        let name = file_name(checkpoint.generation, part.first);
        let bytes = read(&name).map_err(|error| missing(&name, &error))?;
        let is_whole = bytes.len() as u128 == u128::from(part.rows) * row_bytes(width) as u128;
        if !is_whole || digits(XxHash3_128::oneshot(&bytes)) != part.checksum {
            return Err(torn(&name));
        }
        rows.extend(bytes);
    }
    let grid = body::grid(*size, checkpoint.rule, &rows)?.into();
    let topology = *topology;
    Ok(Checkpoint { body: CheckpointBody::Grid { grid, topology }, ..checkpoint })
}

#[cfg(feature = "checkpoint-folder")]
/// The generation of a file that is named as a part.
pub(super) fn generation(name: &str) -> Option<Count> {
    let (generation, first) = name.strip_suffix(EXTENSION)?.split_once('.')?;
    let (generation, first) = (generation.parse().ok()?, first.parse().ok()?);
    (name == file_name(generation, first)).then_some(generation)
}

fn file_name(generation: Count, first: u32) -> String {
    format!("{generation:020}.{first:010}{EXTENSION}")
}

fn write_rows<W: Iterator<Item = u64>>(
    path: &Path,
    width: u32,
    rows: impl Iterator<Item = W>,
) -> io::Result<u128> {
    let mut file = BufWriter::new(File::create_new(path)?);
    let mut hasher = XxHash3_128::with_seed(0);
    let mut bytes = Vec::new();
    for row in rows {
        bytes.clear();
        body::write_row(width, row, &mut bytes)?;
        hasher.write(&bytes);
        file.write_all(&bytes)?;
    }
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(hasher.finish_128())
}

fn digits(checksum: u128) -> String {
    format!("{checksum:032x}")
}

fn torn(name: &str) -> Kind {
    Kind::Part { name: name.to_owned(), message: "torn or corrupted".to_owned() }
}

/// A part that cannot be read, or has an end too soon.
fn missing(name: &str, error: &io::Error) -> Kind {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => torn(name),
        _ => Kind::Part { name: name.to_owned(), message: error.to_string() },
    }
}

#[cfg(all(test, feature = "checkpoint-folder"))]
mod tests {
    use tempfile::tempdir;

    use super::*;
    use crate::{Cadence, Checkpoints, Scenario, Simulation};

    const SCENARIO: &str = r#"(start: soup(density: 0.4, seed: 3), size: "65x9", generations: 40)"#;

    fn simulation() -> Simulation {
        Simulation::builder().scenario(&SCENARIO.parse().unwrap()).build().unwrap()
    }

    /// Saves a checkpoint in parts that begin with these rows.
    fn save(simulation: &Simulation, folder: &Path, checkpoints: &mut Checkpoints, cuts: &[u32]) {
        let scenario: Scenario = SCENARIO.parse().unwrap();
        let (whole, grid) = (Checkpoint::of(simulation, scenario).unwrap(), simulation.grid());
        let ends = cuts[1..].iter().copied().chain([grid.height()]);
        let parts = cuts.iter().zip(ends).map(|(&first, end)| {
            let rows = (first..end).map(|y| grid.row(y));
            CheckpointPart::write(folder, simulation.generation(), grid.width(), first, rows)
        });
        let parts = parts.collect::<io::Result<_>>().unwrap();
        let CheckpointBody::Grid { topology, .. } = whole.body else { panic!("it is a grid") };
        let body = CheckpointBody::Parts { size: grid.size(), topology, parts };
        checkpoints.save(&Checkpoint { body, ..whole }).unwrap();
    }

    fn files(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_checkpoint_in_parts_is_one_like_others() {
        let folder = tempdir().unwrap();
        let folder = folder.path();
        let mut checkpoints = Checkpoints::create(folder, Cadence::default()).unwrap();
        let mut simulation = simulation();
        simulation.run(5).unwrap();
        save(&simulation, folder, &mut checkpoints, &[0, 4, 5]);
        drop(checkpoints);
        let resumed = Checkpoints::resume(folder).unwrap();
        assert!(resumed.checkpoint.grid().unwrap() == simulation.grid());
        let again = Simulation::builder().checkpoint(&resumed.checkpoint).build().unwrap();
        assert_eq!(again.snapshot(), simulation.snapshot());
    }

    #[test]
    fn any_rows_are_read_from_parts() {
        let folder = tempdir().unwrap();
        let folder = folder.path();
        let mut checkpoints = Checkpoints::create(folder, Cadence::default()).unwrap();
        let simulation = simulation();
        save(&simulation, folder, &mut checkpoints, &[0, 4, 5]);
        drop(checkpoints);
        let resumed = Checkpoints::resume_in_parts(folder, |_| Ok(())).unwrap();
        let CheckpointBody::Parts { parts, .. } = &resumed.checkpoint.body else { panic!("parts") };
        for wanted in [0..9, 3..6, 4..5] {
            let mut grid = Grid::new(65, wanted.len() as u32).unwrap();
            for part in parts {
                part.check_length(folder, 0.into(), 65).unwrap();
                part.read(folder, 0.into(), wanted.clone(), &mut grid).unwrap();
            }
            assert!(parts[0].check_length(folder, 0.into(), 73).is_err(), "nine bytes are not ten");
            let mut rows = (0..).zip(wanted);
            assert!(rows.all(|(y, row)| grid.row(y).eq(simulation.grid().row(row))));
        }
    }

    #[test]
    fn a_torn_part_falls_back_to_the_checkpoint_before() {
        type Damage = fn(&Path);
        let damages: [Damage; 3] = [
            |path| fs::remove_file(path).unwrap(),
            |path| File::options().write(true).open(path).unwrap().set_len(7).unwrap(),
            |path| fs::write(path, vec![0x55; 9]).unwrap(),
        ];
        for damage in damages {
            let folder = tempdir().unwrap();
            let folder = folder.path();
            let mut checkpoints = Checkpoints::create(folder, Cadence::default()).unwrap();
            let mut simulation = simulation();
            save(&simulation, folder, &mut checkpoints, &[0, 4, 8]);
            simulation.run(3).unwrap();
            save(&simulation, folder, &mut checkpoints, &[0, 8]);
            drop(checkpoints);
            damage(&folder.join(file_name(3.into(), 8)));
            let resumed = Checkpoints::resume(folder).unwrap();
            assert_eq!(resumed.checkpoint.generation, 0);
            let said = resumed.skipped[0].to_string();
            assert!(said.contains("its part 00000000000000000003.0000000008.rows"), "{said}");
        }
    }

    #[test]
    fn parts_are_removed_with_their_checkpoint() {
        let folder = tempdir().unwrap();
        let folder = folder.path();
        let cadence = Cadence { keep: 1.try_into().unwrap(), ..Cadence::default() };
        let mut checkpoints = Checkpoints::create(folder, cadence).unwrap();
        let mut simulation = simulation();
        save(&simulation, folder, &mut checkpoints, &[0, 4, 8]);
        assert_eq!(files(folder), 4);
        simulation.run(1).unwrap();
        let rows = simulation.grid().row(0);
        CheckpointPart::write(folder, 1.into(), 65, 3, [rows].into_iter()).unwrap(); // And no more.
        simulation.run(1).unwrap();
        save(&simulation, folder, &mut checkpoints, &[0, 8]);
        assert_eq!(files(folder), 3);
    }

    #[test]
    fn parts_that_are_not_all_rows_are_refused() {
        let part = |first, rows| CheckpointPart { first, rows, checksum: String::new() };
        let size = Size::new(5, 9).unwrap();
        assert!(check(&[part(0, 4), part(4, 5)], size).is_ok());
        for parts in [
            vec![],
            vec![part(0, 8)],
            vec![part(0, 10)],
            vec![part(0, 4), part(5, 4)],
            vec![part(0, 0), part(0, 9)],
            vec![part(0, 9), part(9, u32::MAX)],
        ] {
            assert!(check(&parts, size).is_err(), "{parts:?}");
        }
    }
}
