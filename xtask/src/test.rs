//! Runs all checks and tests in stages, and counts.
//!
//! A failed stage does not stop the later ones, so that one run shows all failures. A stage of tests that ran no test
//! has failed, which reveals test files that are never run. The summary has the duration of each stage and of all, and
//! the sum, `N passed, N failed`; formatting, lints, docs and the page's build count as one each.

use crate::bench;
use crate::budget;
use crate::count::Count;
use crate::project;
use crate::run;
use crate::setup::{self, Talk};
use crate::wasm::{Profile, Wasm};
use crate::Result;
use clap::ValueEnum;
use std::fs;
use std::io::{BufRead, BufReader};
use std::num::NonZero;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The targets for the wasm code. The native test files are left out.
const WASM_TARGETS: [&str; 6] = ["--lib", "--bins", "--test", "wasm", "--test", "browser"];

/// The number of random runs in the long stage.
const LONG_SEEDS: &str = "20000";

/// The time limit of one end-to-end file. Node.js counts the file as a test, and the longest takes minutes on a busy
/// machine. Each wait within a file has its own limit.
const E2E_TIME_LIMIT_MS: &str = "--test-timeout=1200000";

/// The least and the greatest number of end-to-end files that run at the same time.
const E2E_SIDE_BY_SIDE: RangeInclusive<usize> = 1..=4;

/// The documentation is for readers of the source, so it may link to private items.
const RUSTDOC_FLAGS: &str = "-D warnings -A rustdoc::private_intra_doc_links";

/// What `cargo xtask test` is asked to do.
#[derive(clap::Args)]
pub struct Options {
    /// Run this stage alone (may be given several times)
    #[arg(long, value_name = "STAGE")]
    only: Vec<Stage>,
    /// Also run the long stages: random runs of twenty thousand seeds, and what measures the engine
    #[arg(long)]
    long: bool,
}

/// A stage, in running order: quick ones and those without setup first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// rustfmt finds nothing to change
    Fmt,
    /// Clippy finds nothing in the native code
    Clippy,
    /// rustdoc finds nothing in the native code
    Doc,
    /// cargo-deny finds nothing in the licences and sources of the crates, and none that is there twice for no reason
    Crates,
    /// The tests that need no browser
    Native,
    /// The recorded traces again, in release: the optimiser must not change them
    Golden,
    /// What the browser's target needs is there (runs by itself before the stages that need it)
    Setup,
    /// Clippy finds nothing in the browser's code
    ClippyWasm,
    /// rustdoc finds nothing in the browser's code
    DocWasm,
    /// The engine as WebAssembly in Node.js
    Node,
    /// Components in a real document, in headless Chromium
    Browser,
    /// The optimised page can be built, and no part of it is larger than it may be
    Page,
    /// The page in Chromium, driven as a person would
    E2e,
    /// Many random runs (only when asked for)
    Long,
    /// What measures the engine beside its peers can be built, and measures (only when asked for)
    Bench,
    /// Three fixed runs take no more instructions than they did (only when asked for)
    Instructions,
}

/// The result of a stage.
struct Outcome {
    /// The stage.
    stage: Stage,
    /// The count of its tests; one for a stage without tests.
    count: Count,
    /// Why it failed; none if it succeeded.
    trouble: Option<String>,
    /// Its duration.
    took: Duration,
}

impl Stage {
    /// Its name on the command line and in the summary.
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_string()).unwrap_or_default()
    }

    /// Whether the stage is run only when asked for.
    fn is_long(self) -> bool {
        matches!(self, Stage::Long | Stage::Bench | Stage::Instructions)
    }

    /// Whether the stage needs what setup provides.
    fn needs_setup(self) -> bool {
        matches!(self, Stage::ClippyWasm | Stage::DocWasm | Stage::Node | Stage::Browser | Stage::Page | Stage::E2e)
    }
}

/// Runs the stages. Returns whether all succeeded.
pub fn test(options: &Options) -> Result<bool> {
    let chosen = |stage: Stage| match stage {
        stage if stage.is_long() => options.long || options.only.contains(&stage),
        stage => options.only.is_empty() || options.only.contains(&stage),
    };
    let setup_wanted = Stage::value_variants().iter().any(|stage| chosen(*stage) && stage.needs_setup());
    let mut wasm = None;
    let mut outcomes = Vec::new();
    for &stage in Stage::value_variants() {
        if chosen(stage) || (stage == Stage::Setup && setup_wanted) {
            println!("\n── {} ──", stage.name());
            outcomes.push(carry_out(stage, &mut wasm));
        }
    }
    Ok(summarise(&outcomes))
}

/// Runs one stage and measures its duration.
fn carry_out(stage: Stage, wasm: &mut Option<Wasm>) -> Outcome {
    let start = Instant::now();
    let result = if stage == Stage::Setup {
        setup::everything(Talk::Always).map(|tools| {
            *wasm = Some(Wasm::new(tools));
            Count { passed: 1, failed: 0 }
        })
    } else if stage.needs_setup() {
        wasm.as_ref().ok_or_else(|| "setup failed".to_string()).and_then(|wasm| run_with(stage, wasm))
    } else {
        run_native(stage)
    };
    let (mut count, trouble) = match result {
        Ok(count) if count.failed > 0 => (count, Some("failed".to_string())),
        Ok(Count { passed: 0, .. }) => (Count::default(), Some("ran no test".to_string())),
        Ok(count) => (count, None),
        Err(trouble) => (Count::default(), Some(trouble)),
    };
    if trouble.is_some() && count.failed == 0 {
        count.failed = 1;
    }
    if let Some(trouble) = &trouble {
        println!("{}: {trouble}", stage.name());
    }
    Outcome { stage, count, trouble, took: start.elapsed() }
}

/// Runs a stage that needs only the native compiler.
fn run_native(stage: Stage) -> Result<Count> {
    let mut cargo = run::cargo();
    match stage {
        Stage::Fmt => {
            let mut count = checked(cargo.args(["fmt", "--all", "--check"]))?;
            let mut cargo = run::cargo();
            count += checked(cargo.args(["fmt", "--check", "--manifest-path"]).arg(project::engine_bench()))?;
            Ok(count)
        }
        Stage::Clippy => {
            checked(cargo.args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))
        }
        Stage::Doc => {
            let arguments = ["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items"];
            checked(cargo.args(arguments).env("RUSTDOCFLAGS", RUSTDOC_FLAGS))
        }
        Stage::Crates => {
            // Advisories are left out: their list is in a repository that a build server may not reach.
            let arguments = ["check", "--hide-inclusion-graph", "licenses", "bans", "sources"];
            checked(run::program(setup::deny(Talk::WhenWorking)?).args(arguments))
        }
        Stage::Native => counted(cargo.args(["test", "--workspace", "--no-fail-fast"])),
        Stage::Golden => counted(cargo.args(["test", "--release", "--test", "golden_native"])),
        Stage::Long => {
            let arguments = ["test", "--profile", "long", "--test", "random"];
            counted(cargo.args(arguments).env("RAFT_LAB_SEEDS", LONG_SEEDS))
        }
        Stage::Bench => bench::check_engine().map(one),
        Stage::Instructions => bench::check_instructions().map(one),
        other => Err(format!("{} is no native stage", other.name())),
    }
}

/// Runs a stage that needs what setup provides.
fn run_with(stage: Stage, wasm: &Wasm) -> Result<Count> {
    match stage {
        Stage::ClippyWasm => {
            checked(wasm.cargo("clippy").arg("--quiet").args(WASM_TARGETS).args(["--", "-D", "warnings"]))
        }
        Stage::DocWasm => {
            let arguments = ["--quiet", "--no-deps", "--lib", "--document-private-items"];
            checked(wasm.cargo("doc").args(arguments).env("RUSTDOCFLAGS", RUSTDOC_FLAGS))
        }
        Stage::Node => counted(wasm.cargo("test").args(["--test", "wasm"])),
        Stage::Browser => counted(wasm.cargo("test").args(["--test", "browser"])),
        Stage::Page => {
            let is_built = wasm.build_page(Profile::Release, &project::dist())?;
            if is_built {
                budget::check(&project::dist())?;
            }
            Ok(one(is_built))
        }
        Stage::E2e => end_to_end(wasm),
        other => Err(format!("{} needs no setup", other.name())),
    }
}

/// Runs the end-to-end tests on the built page.
fn end_to_end(wasm: &Wasm) -> Result<Count> {
    if !project::dist().join("index.html").is_file() {
        return Err("there is no page in dist/; run the stage `page` first".to_string());
    }
    // The page's reports are compared with those of the native program, which is built here so that it does not count
    // against a test's time limit.
    if !run::loudly(run::cargo().args(["build", "--locked", "--quiet", "--bin", "raft-lab"]))? {
        return Err("the native program could not be built".to_string());
    }
    let mut node = run::program("node");
    node.args(["--test", "--test-reporter=spec", E2E_TIME_LIMIT_MS]);
    node.arg(format!("--test-concurrency={}", side_by_side())).args(end_to_end_files()?);
    if let Some(chromium) = wasm.chromium() {
        node.env("CHROMIUM", chromium);
    }
    counted(&mut node)
}

/// The number of end-to-end files that run at the same time: one for two cores, as a browser keeps more than one busy. They
/// are independent: each has its own server and browser, and none measures time.
fn side_by_side() -> usize {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    (cores / 2).clamp(*E2E_SIDE_BY_SIDE.start(), *E2E_SIDE_BY_SIDE.end())
}

/// The end-to-end test files by name, since Node.js versions differ in how they treat a folder.
fn end_to_end_files() -> Result<Vec<PathBuf>> {
    let folder = project::root().join("tests").join("e2e");
    let entries = fs::read_dir(&folder).map_err(|e| format!("cannot read {}: {e}", folder.display()))?;
    let is_test = |file: &Path| file.to_str().is_some_and(|name| name.ends_with(".test.mjs"));
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|file| is_test(file)).collect();
    files.sort();
    Ok(files)
}

/// The count of a stage without tests.
fn one(succeeded: bool) -> Count {
    if succeeded {
        Count { passed: 1, failed: 0 }
    } else {
        Count { passed: 0, failed: 1 }
    }
}

/// Runs a program that is a check by itself.
fn checked(command: &mut Command) -> Result<Count> {
    run::loudly(command).map(one)
}

/// Runs a test runner, shows its output and counts its tests.
fn counted(command: &mut Command) -> Result<Count> {
    let name = command.get_program().to_string_lossy().to_string();
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| format!("cannot start {name}: {e}"))?;
    let mut count = Count::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n').map_while(std::result::Result::ok) {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            count += Count::of_line(&line);
        }
    }
    let status = child.wait().map_err(|e| format!("{name} is gone: {e}"))?;
    // The runner failed without a failed test, so it did not get as far as testing.
    if !status.success() && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}

/// A line of the summary.
fn row(name: &str, Count { passed, failed }: Count, took: Duration) -> String {
    format!("{name:<12} {passed:>5} passed {failed:>4} failed {:>10}", run::seconds(took))
}

/// Prints a line per stage and the sum. Returns whether all succeeded.
fn summarise(outcomes: &[Outcome]) -> bool {
    println!("\n── summary ──");
    let mut sum = Count::default();
    let mut took = Duration::ZERO;
    let mut all_well = true;
    for outcome in outcomes {
        sum += outcome.count;
        took += outcome.took;
        all_well &= outcome.trouble.is_none();
        let trouble = outcome.trouble.as_deref().and_then(|trouble| trouble.lines().next()).unwrap_or("");
        println!("{}  {trouble}", row(&outcome.stage.name(), outcome.count, outcome.took));
    }
    println!("{}", row("total", sum, took));
    println!("\n{} passed, {} failed", sum.passed, sum.failed);
    all_well
}
