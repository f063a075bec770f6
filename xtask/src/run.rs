//! Runs other programs.

use crate::Result;
use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::project;

/// The most lines of a failed program's output that are shown.
const TAIL_LINES_MAX: usize = 30;

/// A program to run in the project's root, without input, and without the variables that cargo has set for xtask.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(project::root()).stdin(Stdio::null());
    for (key, _) in env::vars_os() {
        let key_text = key.to_string_lossy();
        if key_text.starts_with("CARGO_PKG_") || key_text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&key);
        }
    }
    command
}

/// The cargo that has started xtask.
pub fn cargo() -> Command {
    program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The path of a program on `PATH`.
pub fn which(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let file_name = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&path).map(|folder| folder.join(&file_name)).find(|file| file.is_file())
}

/// The trimmed output of a program. None if it is missing or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_string();
    output.status.success().then_some(text)
}

/// Runs a program that may hang, and kills it at the time limit. Its output is discarded.
pub fn succeeds_within(command: &mut Command, limit: Duration) -> bool {
    let Ok(mut child) = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
        return false;
    };
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if start.elapsed() < limit => thread::sleep(Duration::from_millis(50)),
            Ok(None) | Err(_) => {
                // This fails only if the program has just ended.
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

/// Runs a program whose output matters only if it fails: then the error has its last lines.
pub fn quietly(command: &mut Command, log_name: &str) -> Result<()> {
    let folder = project::tools().join("logs");
    let log = folder.join(format!("{log_name}.log"));
    let create = || -> io::Result<(File, File)> {
        fs::create_dir_all(&folder)?;
        let file = File::create(&log)?;
        Ok((file.try_clone()?, file))
    };
    let (stdout, stderr) = create().map_err(|e| format!("cannot write {}: {e}", log.display()))?;
    let name = command.get_program().to_string_lossy().to_string();
    let status = command.stdout(stdout).stderr(stderr).status().map_err(|e| format!("cannot start {name}: {e}"))?;
    if status.success() {
        return Ok(());
    }
    Err(format!("{name} failed; the end of {}:\n{}", log.display(), tail(&log)))
}

/// Runs a program with its output on the screen. Returns whether it succeeded.
pub fn loudly(command: &mut Command) -> Result<bool> {
    let name = command.get_program().to_string_lossy().to_string();
    let status = command.status().map_err(|e| format!("cannot start {name}: {e}"))?;
    Ok(status.success())
}

/// The last lines of a file.
fn tail(file: &Path) -> String {
    let text = fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(TAIL_LINES_MAX);
    lines[from..].join("\n")
}

/// Runs one step of a longer task: prints what it does, and then its duration.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    print!("{what} … ");
    // A failure to print must not stop the work.
    let _ = io::stdout().flush();
    let start = Instant::now();
    let result = work();
    let word = if result.is_ok() { "ok" } else { "failed" };
    println!("{word}, {}", seconds(start.elapsed()));
    result
}

/// A duration in words.
pub fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(10) {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{:.0} s", duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hanging program is killed; the status of one that ends is used.
    #[test]
    #[cfg(unix)]
    fn a_hanging_program_is_ended() {
        assert!(!succeeds_within(program("sleep").arg("600"), Duration::from_millis(10)));
        assert!(succeeds_within(&mut program("true"), Duration::from_secs(60)));
        assert!(!succeeds_within(&mut program("no-such-program-here"), Duration::from_secs(60)));
    }

    /// Short durations have a decimal.
    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(340)), "0.3 s");
        assert_eq!(seconds(Duration::from_millis(171_400)), "171 s");
    }
}
