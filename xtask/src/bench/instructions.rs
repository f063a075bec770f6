//! Counts the instructions of three fixed runs. Unlike times, they are the same again and again, so a rise is no chance.
//!
//! Valgrind counts, with the quickest of its tools that does. What is counted is compared with the figures in
//! `bench/instructions/kept.txt`, if these are of the same compiler and machine.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::project;
use crate::run;
use crate::setup;
use crate::Result;

/// By how many hundredths of what is kept a figure may rise, and fall until what is kept is out of date.
const CHANGE_MAX: u64 = 10;

/// What is run: the arguments of the command line.
const RUNS: [(&str, &[&str]); 3] = [
    ("quiet", &["run", "--quiet", "bench/instructions/quiet.json"]),
    ("writes", &["run", "bench/instructions/writes.json"]),
    ("explore", &["explore", "--seeds", "0..5", "--jobs", "1", "--budget", "100000"]),
];

/// How to accept what was counted.
const ACCEPT: &str = "cargo xtask bench instructions --accept";

/// What is to be done with the figures.
#[derive(clap::Args)]
pub struct Options {
    /// Keep the figures that are counted: from now on, they are what others are compared with
    #[arg(long)]
    accept: bool,
}

/// Figures, and whose they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Figures {
    /// The compiler's version and the machine that it compiles for.
    of: String,
    /// The number of instructions of each run, by its name.
    counts: Vec<(String, u64)>,
}

/// Counts, and compares or keeps the figures. Returns whether none has risen too much.
pub fn measure(options: &Options) -> Result<bool> {
    let Some(counted) = count()? else { return Ok(true) };
    let file = kept();
    if options.accept {
        fs::write(&file, counted.text()).map_err(|e| format!("cannot write {}: {e}", file.display()))?;
        println!("{} has these figures now:\n{}", file.display(), counted.text());
        return Ok(true);
    }
    let kept = fs::read_to_string(&file).map_err(|e| format!("cannot read {}: {e}; run `{ACCEPT}`", file.display()))?;
    let (lines, is_well) = compare(&Figures::of_text(&kept), &counted);
    println!("{lines}");
    Ok(is_well)
}

/// The check for `cargo xtask test --long`.
pub fn check() -> Result<bool> {
    measure(&Options { accept: false })
}

/// The file of the figures that are kept.
fn kept() -> PathBuf {
    project::root().join("bench").join("instructions").join("kept.txt")
}

/// Counts; none where nothing can count.
fn count() -> Result<Option<Figures>> {
    let Some(valgrind) = setup::valgrind()? else {
        println!("instructions: skipped, Valgrind is not installed");
        return Ok(None);
    };
    run::step("building the command line (about a minute on 2 cores)", || {
        let arguments = ["build", "--quiet", "--locked", "--profile", "long", "--bin", "raft-lab"];
        run::quietly(run::cargo().args(arguments), "build-long")
    })?;
    let about = run::output(run::program("rustc").arg("-vV")).ok_or("rustc does not tell its version")?;
    let told = |line: &str| about.lines().find_map(|it| it.strip_prefix(line)).unwrap_or_default().to_string();
    let of = format!("rustc {} for {}", told("release: "), told("host: "));
    let counts = RUNS.iter().map(|(name, arguments)| {
        let what = format!("counting the instructions of {name}");
        Ok((name.to_string(), run::step(&what, || count_one(&valgrind, arguments))?))
    });
    Ok(Some(Figures { of, counts: counts.collect::<Result<_>>()? }))
}

/// Counts those of one run of the command line.
fn count_one(valgrind: &Path, arguments: &[&str]) -> Result<u64> {
    let raft_lab = project::root().join("target").join("long").join(format!("raft-lab{}", env::consts::EXE_SUFFIX));
    let mut command = run::program(valgrind);
    command.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    let output = command.arg(raft_lab).args(arguments).output().map_err(|e| format!("cannot start Valgrind: {e}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    match instructions(&said).filter(|_| output.status.success()) {
        Some(count) => Ok(count),
        None => Err(format!("Valgrind could not run `raft-lab {}`:\n{said}", arguments.join(" "))),
    }
}

/// The number that Valgrind prints at the end: `==1== I   refs:      145,437,177`.
fn instructions(said: &str) -> Option<u64> {
    let (_, number) =
        said.lines().find_map(|line| line.split_once("refs:").filter(|(head, _)| head.contains("== I ")))?;
    number.trim().replace(',', "").parse().ok()
}

impl Figures {
    fn text(&self) -> String {
        let mut text = format!("# The instructions of three fixed runs; written by `{ACCEPT}`.\nof: {}\n", self.of);
        for (name, count) in &self.counts {
            let _ = writeln!(text, "{name}: {count}"); // a String takes everything
        }
        text
    }

    fn of_text(text: &str) -> Figures {
        let mut figures = Figures::default();
        for (name, value) in text.lines().filter(|line| !line.starts_with('#')).filter_map(|it| it.split_once(": ")) {
            match (name, value.trim().parse()) {
                ("of", _) => figures.of = value.trim().to_string(),
                (name, Ok(count)) => figures.counts.push((name.to_string(), count)),
                _ => {}
            }
        }
        figures
    }
}

/// A line for each figure, and whether none has risen too much. Those of another compiler or machine are only shown.
fn compare(kept: &Figures, counted: &Figures) -> (String, bool) {
    let comparable = kept.of == counted.of;
    let (mut lines, mut is_well) = (String::new(), true);
    if !comparable {
        lines += &format!("not compared: the kept figures are of {}, these of {}\n", kept.of, counted.of);
    }
    for (name, now) in &counted.counts {
        let before = kept.counts.iter().find_map(|(other, count)| (other == name).then_some(*count));
        let Some(before) = before else {
            lines += &format!("{name}: {} instructions; none are kept. To keep them: {ACCEPT}\n", grouped(*now));
            continue;
        };
        let change = *now as f64 / before as f64 - 1.0;
        let word = if change < 0.0 { "fewer" } else { "more" };
        let figures = (grouped(*now), grouped(before), change.abs() * 100.0);
        lines += &format!("{name}: {} instructions, {} are kept: {:.1} % {word}\n", figures.0, figures.1, figures.2);
        if comparable && now * 100 > before * (100 + CHANGE_MAX) {
            is_well = false;
            lines += &format!("{name}: too many more. If what costs them is worth it: {ACCEPT}\n");
        } else if comparable && now * 100 < before * (100 - CHANGE_MAX) {
            lines += &format!("{name}: the kept figure is out of date. To keep the new one: {ACCEPT}\n");
        }
    }
    (lines.trim_end().to_string(), is_well)
}

/// A number with a comma before each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let comma = |place: usize| place > 0 && (digits.len() - place).is_multiple_of(3);
    let group = |(place, digit): (usize, char)| comma(place).then_some(',').into_iter().chain([digit]);
    digits.chars().enumerate().flat_map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(of: &str, counts: &[(&str, u64)]) -> Figures {
        Figures { of: of.to_string(), counts: counts.iter().map(|&(name, count)| (name.to_string(), count)).collect() }
    }

    /// What Valgrind prints, among what the program prints.
    #[test]
    fn the_number_is_found() {
        let said = "5 seeds, 1 a second\n==7== Command: raft-lab\n==7== \n==7== I   refs:      145,437,177\n";
        assert_eq!(instructions(said), Some(145_437_177));
        assert_eq!(instructions("==7== I am no number"), None);
    }

    /// A rise is a failure that names the run, both figures and the remedy; a fall is told; a little of either is nothing.
    #[test]
    fn a_rise_fails_and_a_fall_is_told() {
        let kept = figures("a", &[("quiet", 1_000_000), ("writes", 1000), ("explore", 1000)]);
        let (lines, is_well) =
            compare(&kept, &figures("a", &[("quiet", 1_110_000), ("writes", 890), ("explore", 1090), ("new", 5)]));
        assert!(!is_well);
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines[0], "quiet: 1,110,000 instructions, 1,000,000 are kept: 11.0 % more");
        assert_eq!(lines[1], format!("quiet: too many more. If what costs them is worth it: {ACCEPT}"));
        assert_eq!(lines[3], format!("writes: the kept figure is out of date. To keep the new one: {ACCEPT}"));
        assert_eq!(lines[4], "explore: 1,090 instructions, 1,000 are kept: 9.0 % more");
        assert_eq!(lines[5], format!("new: 5 instructions; none are kept. To keep them: {ACCEPT}"));
        assert!(compare(&kept, &figures("a", &[("quiet", 900_001), ("writes", 1100), ("explore", 1)])).1);
    }

    /// Figures of another compiler are shown, and never fail.
    #[test]
    fn another_compiler_is_not_compared() {
        let (lines, is_well) = compare(&figures("a", &[("quiet", 10)]), &figures("b", &[("quiet", 1000)]));
        assert!(is_well && lines.starts_with("not compared: the kept figures are of a, these of b\n"), "{lines}");
    }

    /// What is written is read again.
    #[test]
    fn the_file_is_read_as_it_was_written() {
        let written = figures("rustc 1 for x", &[("quiet", 12), ("writes", 3)]);
        assert_eq!(Figures::of_text(&written.text()), written);
    }
}
