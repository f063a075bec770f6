//! Input, output and exit statuses of the command line.
//!
//! Nothing here panics: standard output and standard error may be closed or full, and then the exit status tells what
//! came of it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::lab::json::legible::legible;
use crate::lab::json::limits::DOCUMENT_BYTES_MAX;
use crate::lab::Scenario;

/// Exit status: all expectations held.
pub(super) const HELD: u8 = 0;
/// Exit status: an expectation did not hold.
pub(super) const NOT_HELD: u8 = 1;
/// Exit status: a file or an argument was refused.
pub(super) const REFUSED: u8 = 2;
/// Exit status: output could not be written.
pub(super) const UNWRITTEN: u8 = 3;

/// The path that stands for standard input or standard output.
pub(super) const STANDARD: &str = "-";

/// Why a command came to nothing.
pub(super) struct Failure {
    /// The exit status.
    pub status: u8,
    /// What to tell the user.
    pub text: String,
}

/// A file or an argument was refused.
impl From<String> for Failure {
    fn from(text: String) -> Failure {
        Failure { status: REFUSED, text }
    }
}

/// A path as it stands in messages.
pub(super) fn name_of(path: &Path) -> String {
    match path.as_os_str() == OsStr::new(STANDARD) {
        true => "standard input".into(),
        false => legible(&path.display().to_string()).into_owned(),
    }
}

/// Tells the user something. There is nobody to tell if standard error cannot be written.
pub(super) fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Reads the scenarios in files; `-` is standard input.
///
/// # Errors
/// A line for each file that is refused.
pub(super) fn load_all(files: &[PathBuf]) -> Result<Vec<Scenario>, String> {
    if files.iter().filter(|path| path.as_os_str() == OsStr::new(STANDARD)).count() > 1 {
        return Err("standard input: it can be read once only".into());
    }
    let (read, refused): (Vec<_>, Vec<_>) = files.iter().map(|path| load(path)).partition(Result::is_ok);
    match refused.is_empty() {
        true => Ok(read.into_iter().flatten().collect()),
        false => Err(refused.into_iter().filter_map(Result::err).collect::<Vec<_>>().join("\n")),
    }
}

/// Reads the scenario in a file; `-` is standard input.
///
/// # Errors
/// A sentence that begins with the file's name.
pub(super) fn load(path: &Path) -> Result<Scenario, String> {
    let named = |error: String| format!("{}: {error}", name_of(path));
    let bytes = match path.as_os_str() == OsStr::new(STANDARD) {
        true => bytes_of(io::stdin().lock()),
        false => File::open(path).and_then(bytes_of),
    };
    let text = text_of(bytes.map_err(|error| named(error.to_string()))?).map_err(named)?;
    Scenario::from_json(&text).map_err(|error| named(error.to_string()))
}

/// Everything that is there to read, but not much more than a document may have.
fn bytes_of(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(DOCUMENT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The bytes as text.
///
/// # Errors
/// Where they are no UTF-8.
fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(format!("longer than {DOCUMENT_BYTES_MAX} bytes"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..good];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        format!("not UTF-8: byte 0x{:02x} at line {line} column {column}", error.as_bytes()[good])
    })
}

/// Prints to standard output.
///
/// # Errors
/// If writing fails, except with a broken pipe.
pub(super) fn print_text(text: &str) -> Result<(), Failure> {
    write_out(|out| out.write_all(text.as_bytes()))
}

/// Writes to standard output.
fn write_out(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        // The reader has closed the pipe, as `| head` does: it has what it wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| unwritten(format!("standard output: {error}"))),
    }
}

fn unwritten(text: String) -> Failure {
    Failure { status: UNWRITTEN, text }
}

/// Writes an output file, whole or not at all: under another name beside it, which then becomes its own. `-` is standard
/// output.
///
/// # Errors
/// If it cannot be written; then it is as it was.
pub(super) fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    if path.as_os_str() == OsStr::new(STANDARD) {
        return write_out(write);
    }
    replace(path, write).map_err(|error| unwritten(format!("{}: {error}", name_of(path))))
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // Where a link leads is written, not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let before = fs::metadata(&path).ok();
    if before.as_ref().is_some_and(|it| !it.is_file()) {
        // A device or a pipe has no contents to lose.
        return write_to(File::options().write(true).open(&path)?, write);
    }
    let Some(name) = path.file_name() else { return Err(io::ErrorKind::InvalidFilename.into()) };
    let mut hidden = OsStr::new(".").to_os_string();
    hidden.push(name);
    hidden.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(hidden);
    let write_part = || {
        let file = File::options().write(true).create_new(true).open(&part)?;
        if let Some(before) = before {
            file.set_permissions(before.permissions())?;
        }
        write_to(file, write)?;
        fs::rename(&part, &path)
    };
    write_part().inspect_err(|_| {
        // It may not even be there.
        let _ = fs::remove_file(&part);
    })
}

fn write_to(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    out.flush()
}

/// Whether two paths lead to one file.
pub(super) fn is_same_file(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b || has_same_number(&a, &b),
        _ => false,
    }
}

/// Whether two paths are names of one file: hard links.
#[cfg(unix)]
fn has_same_number(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let number = |path| fs::metadata(path).map(|it| (it.dev(), it.ino())).ok();
    number(a).is_some() && number(a) == number(b)
}

#[cfg(not(unix))]
fn has_same_number(_: &Path, _: &Path) -> bool {
    false
}
