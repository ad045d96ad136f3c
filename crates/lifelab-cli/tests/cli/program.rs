//! Running the program.

use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The program with these arguments, and nothing on standard input.
pub(crate) fn lifelab<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lifelab"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// A command line as one would type it, but without quotes.
pub(crate) fn typed(line: &str) -> Command {
    lifelab(line.split_whitespace())
}

/// What a program did.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    /// The one object on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {:?}", self.out))
    }

    /// The one object on standard error.
    pub(crate) fn error(&self) -> Value {
        serde_json::from_str(&self.err).unwrap_or_else(|e| panic!("{e}: {:?}", self.err))
    }
}

pub(crate) fn done(output: Output) -> Done {
    let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
    Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Done {
    done(command.output().expect("the program starts"))
}

/// Runs a command that must succeed, and without a word on standard error.
#[track_caller]
pub(crate) fn succeed(command: &mut Command) -> Done {
    let done = run(command);
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{command:?}: {}", done.out);
    done
}

/// Runs a command with these bytes on standard input.
pub(crate) fn feed(command: &mut Command, input: &[u8]) -> Done {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A program that refuses its input need not read it to the end.
    let _ = stdin.write_all(input);
    drop(stdin);
    done(child.wait_with_output().expect("the program ends"))
}

/// A file of the reference facts.
pub(crate) fn reference(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference").join(name)
}

/// A row of a table of reference facts, as its columns.
pub(crate) fn facts(table: &str, is_wanted: impl Fn(&csv::StringRecord) -> bool) -> Vec<Fact> {
    let mut reader = csv::Reader::from_path(reference(table)).expect("the table is there");
    let names = reader.headers().expect("it has a header").clone();
    let rows = reader.records().map(|row| row.expect("a row has all columns"));
    rows.filter(is_wanted).map(|row| Fact { names: names.clone(), row }).collect()
}

/// A reference fact.
pub(crate) struct Fact {
    names: csv::StringRecord,
    row: csv::StringRecord,
}

impl Fact {
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> &str {
        let column = self.names.iter().position(|known| known == name);
        &self.row[column.unwrap_or_else(|| panic!("no column {name}"))]
    }

    #[track_caller]
    pub(crate) fn number(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or_else(|_| panic!("{name} is {:?}", self.text(name)))
    }

    /// The bounding box as the program prints it.
    pub(crate) fn bounding_box(&self) -> Value {
        if self.text("left").is_empty() {
            return Value::Null;
        }
        serde_json::json!({
            "left": self.number("left"),
            "top": self.number("top"),
            "width": self.number("width"),
            "height": self.number("height"),
        })
    }
}
