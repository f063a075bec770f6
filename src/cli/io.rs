//! Input, output and exit statuses of the command line.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::lab::{Lab, Scenario};

/// Exit status: all expectations held.
pub(super) const HELD: u8 = 0;
/// Exit status: an expectation did not hold.
pub(super) const NOT_HELD: u8 = 1;
/// Exit status: a file was refused.
pub(super) const REFUSED: u8 = 2;

/// Reads a scenario from a file.
///
/// # Errors
/// A sentence that begins with the file's name.
pub(super) fn load(path: &Path) -> Result<Scenario, String> {
    let place = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{place}: {error}"))?;
    Scenario::from_json(&text).map_err(|error| format!("{place}: {error}"))
}

/// Prints to standard output.
///
/// # Errors
/// If writing fails, except with a broken pipe.
pub(super) fn print_text(text: &str) -> Result<(), String> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        // The reader has closed the pipe, as `| head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| format!("standard output: {error}")),
    }
}

/// Writes every event of a run as a line of JSON.
///
/// # Errors
/// If the file cannot be written.
pub(super) fn write_trace(lab: &Lab, path: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for record in lab.records().iter() {
        serde_json::to_writer(&mut out, record)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
