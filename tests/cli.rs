//! The command line as a user or a script meets it: the real program, with its files, pipes and exit status.
#![cfg(not(target_family = "wasm"))]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{json, Value};

use raft_lab::raft::Rule;

const HELD: &str = r#"{ "format": "raft-lab/1", "nodes": [1, 2, 3], "stop": { "at": 400 } }"#;
const NOT_HELD: &str =
    r#"{ "format": "raft-lab/1", "nodes": [1, 2, 3], "stop": { "at": 400 }, "expect": [{ "leader": false }] }"#;

/// A folder of the test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_raft-lab"))
}

/// The outcome of a command: its status, standard output and standard error.
fn outcome(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn raft_lab(arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(program().args(arguments).stdin(Stdio::null()).output().unwrap())
}

/// The program with this standard input.
fn fed(input: &[u8], arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut child =
        program().args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input);
    outcome(child.wait_with_output().unwrap())
}

#[test]
fn a_dash_is_standard_input_and_standard_output() {
    let folder = folder("dash");
    let (status, report, _) = fed(HELD.as_bytes(), &["run", "-"]);
    assert_eq!(status, Some(0));
    assert_eq!(serde_json::from_str::<Value>(&report).unwrap()["virtual_ms"], 400);
    assert_eq!(fed(HELD.as_bytes(), &["check", "-"]).0, Some(0));
    let (status, _, complaint) = fed(b"{", &["check", "-"]);
    assert_eq!(status, Some(2));
    assert_eq!(complaint, "standard input: not JSON: EOF while parsing an object at line 1 column 1\n");
    let (status, _, complaint) = fed(HELD.as_bytes(), &["run", "-", "-"]);
    assert_eq!((status, complaint.as_str()), (Some(2), "standard input: it can be read once only\n"));

    let file = folder.join("report.json");
    let (status, trace, _) = fed(HELD.as_bytes(), &["run", "-", "--trace", "-", "--report", file.to_str().unwrap()]);
    assert_eq!(status, Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), report);
    assert_eq!(
        trace.lines().count() as u64,
        serde_json::from_str::<Value>(&report).unwrap()["events"].as_u64().unwrap()
    );
    let (status, out, complaint) = fed(HELD.as_bytes(), &["run", "-", "--trace", "-"]);
    assert_eq!((status, out.as_str()), (Some(2), ""));
    assert_eq!(complaint, "--trace and --report lead to the same place\n");
}

#[test]
fn no_output_replaces_an_input() {
    let folder = folder("overwrite");
    let input = folder.join("input.json");
    let name = input.to_str().unwrap();
    fs::write(&input, HELD).unwrap();
    let mut ways = vec![name.to_string(), format!("{}/../overwrite/input.json", folder.display())];
    #[cfg(unix)]
    {
        let (soft, hard) = (folder.join("soft"), folder.join("hard"));
        std::os::unix::fs::symlink(&input, &soft).unwrap();
        fs::hard_link(&input, &hard).unwrap();
        ways.extend([soft, hard].map(|path| path.display().to_string()));
    }
    for way in &ways {
        for option in ["--trace", "--report"] {
            let (status, out, complaint) = raft_lab(&["run", name, option, way]);
            assert_eq!((status, out.as_str()), (Some(2), ""), "{option} {way}");
            assert_eq!(complaint, format!("{option} would overwrite {name}, which is to be run\n"));
            assert_eq!(fs::read_to_string(&input).unwrap(), HELD);
        }
    }
    let out = folder.join("out").display().to_string();
    assert_eq!(raft_lab(&["run", name, "--trace", &out, "--report", &out]).0, Some(2));
}

#[test]
fn an_output_file_is_whole_or_as_it_was() {
    let folder = folder("whole");
    let (input, trace) = (folder.join("input.json"), folder.join("trace.jsonl"));
    let (input, trace_name) = (input.to_str().unwrap(), trace.to_str().unwrap());
    fs::write(input, HELD).unwrap();
    fs::write(&trace, "old").unwrap();
    assert_eq!(raft_lab(&["run", input, "--trace", trace_name]).0, Some(0));
    assert!(fs::read_to_string(&trace).unwrap().starts_with("{\"at\""));
    let names = || fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name()).collect::<Vec<_>>();
    assert_eq!(names().len(), 2, "nothing is left over: {:?}", names());

    let nowhere = folder.join("no/such/folder/trace.jsonl");
    let (status, report, complaint) = raft_lab(&["run", input, "--trace", nowhere.to_str().unwrap()]);
    assert_eq!(status, Some(3));
    assert!(report.contains("raft-lab-report/1"), "what was found is printed all the same");
    assert!(complaint.starts_with(nowhere.to_str().unwrap()), "{complaint}");
}

/// A link stays a link, and a file keeps who may read it.
#[test]
#[cfg(unix)]
fn an_output_file_stays_where_and_what_it_was() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("links");
    let (input, real, link) = (folder.join("input.json"), folder.join("real"), folder.join("link"));
    fs::write(&input, HELD).unwrap();
    fs::write(&real, "old").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    assert_eq!(raft_lab(&["run", input.to_str().unwrap(), "--report", link.to_str().unwrap()]).0, Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("raft-lab-report/1"));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
}

/// Runs a line of shell in which `raft-lab` is the program.
#[cfg(unix)]
fn shell(line: &str) -> (Option<i32>, String, String) {
    let line = line.replace("raft-lab", env!("CARGO_BIN_EXE_raft-lab"));
    outcome(Command::new("bash").args(["-c", &line]).stdin(Stdio::null()).output().unwrap())
}

/// A reader that is gone, a full disk, a closed stream: nothing panics, and the status says what was found, or that it
/// could not be written.
#[test]
#[cfg(target_os = "linux")]
fn streams_that_cannot_be_written_are_told_by_the_status() {
    let folder = folder("streams");
    let path = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name).display().to_string()
    };
    let (held, not_held, wrong) = (path("held", HELD), path("not-held", NOT_HELD), path("wrong", "{"));
    let status = |line: &str| {
        let (status, _, complaint) = shell(line);
        assert!(!complaint.contains("panicked"), "{line}: {complaint}");
        status
    };
    assert_eq!(status(&format!("raft-lab run {held} > /dev/full")), Some(3));
    assert_eq!(status(&format!("raft-lab run {not_held} > /dev/full 2>&-")), Some(3));
    assert_eq!(status(&format!("raft-lab run {not_held} 2> /dev/full")), Some(1));
    assert_eq!(status(&format!("raft-lab run {not_held} 2>&-")), Some(1));
    for closed in ["2>&-", "2> /dev/full", "2> >(true)"] {
        assert_eq!(status(&format!("raft-lab check {wrong} {closed}")), Some(2), "{closed}");
        assert_eq!(status(&format!("raft-lab run --no-such-option {closed}")), Some(2), "{closed}");
        let explore = "raft-lab explore --off one-vote-per-term --seeds 0..10 --jobs 1";
        assert_eq!(status(&format!("{explore} {closed}")), Some(1), "{closed}");
    }
    for printed in ["schema", "completions bash", "--help", "--version", "run --help"] {
        assert_eq!(status(&format!("raft-lab {printed} > /dev/full")), Some(3), "{printed}");
    }
    let gone = |line: &str| status(&format!("raft-lab {line} | true; exit ${{PIPESTATUS[0]}}"));
    assert_eq!((gone(&format!("run {held}")), gone(&format!("run {not_held}"))), (Some(0), Some(1)));
    assert_eq!(gone("schema"), Some(0));
    let (status, report, complaint) = shell(&format!("raft-lab run {not_held} --trace /dev/full"));
    assert_eq!(status, Some(3));
    assert!(report.contains("raft-lab-report/1") && complaint.starts_with("/dev/full: No space left"), "{complaint}");
    assert!(!fs::metadata("/dev/full").unwrap().is_file(), "a device stays one");
}

/// What a search found is worth more than the place where it was to be printed.
#[test]
#[cfg(target_os = "linux")]
fn what_exploring_found_is_told_if_it_cannot_be_printed() {
    let (status, _, complaint) = shell("raft-lab explore --off one-vote-per-term --seeds 0..10 --jobs 1 > /dev/full");
    assert_eq!(status, Some(3));
    let found = &complaint[complaint.find("{\n").unwrap()..complaint.rfind("}\n").unwrap() + 1];
    assert_eq!(serde_json::from_str::<Value>(found).unwrap()["format"], "raft-lab/1", "{complaint}");
}

#[test]
fn what_is_no_text_is_named_with_its_place() {
    let says = |input: &[u8]| fed(input, &["check", "-"]).2;
    assert_eq!(says(b"\xef\xbb\xbf{}"), "standard input: not JSON: a byte order mark at line 1 column 1\n");
    assert_eq!(
        says("{\n \"ä\": \"".as_bytes().iter().chain(b"\xff\"}").copied().collect::<Vec<_>>().as_slice()),
        "standard input: not UTF-8: byte 0xff at line 2 column 8\n"
    );
    assert_eq!(says(b"\xff\xfe{\0"), "standard input: not UTF-8: byte 0xff at line 1 column 1\n");
    assert_eq!(says(&vec![b' '; (16 << 20) + 1]), "standard input: longer than 16777216 bytes\n");
}

/// Nothing of an input reaches the terminal as more than letters, and a message stays short.
#[test]
fn messages_are_fit_for_a_terminal() {
    let folder = folder("\u{1b}[31m\u{202e}red");
    let file = folder.join("input.json");
    for text in [
        include_str!("files/esc-in-key.json").to_string(),
        json!({ "format": "\u{9b}31m\u{202e}" }).to_string(),
        json!({ "format": "raft-lab/1", "nodes": "\u{1b}[2J" }).to_string(),
        json!({ "format": "raft-lab/1", "nodes": [1], "actions": [{ "at": 0, "do": "\u{1b}]0;title\u{7}" }] })
            .to_string(),
        json!({ "format": "raft-lab/1", "nodes": [1], "actions": "x".repeat(1_000_000) }).to_string(),
    ] {
        fs::write(&file, &text).unwrap();
        let (status, _, complaint) = raft_lab(&["check", file.to_str().unwrap()]);
        assert_eq!(status, Some(2));
        let hidden = complaint.trim_end().chars().find(|it| it.is_control() || ('\u{202a}'..='\u{202e}').contains(it));
        assert_eq!(hidden, None, "{complaint:?}");
        assert!(complaint.len() < 3000, "{}", complaint.len());
    }
}

#[test]
fn help_names_statuses_rules_and_limits() {
    let (status, help, _) = raft_lab(&["--help"]);
    assert_eq!(status, Some(0));
    for part in ["Exit status: 0", "3 if output", "9007199254740991", "4096 bytes", "16 MiB", "completions"] {
        assert!(help.contains(part), "{part}: {help}");
    }
    let explore = raft_lab(&["explore", "--help"]).1;
    for rule in Rule::ALL {
        assert!(help.contains(rule.text()) && explore.contains(rule.text()), "{}", rule.text());
    }
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (status, script, _) = raft_lab(&["completions", shell]);
        assert_eq!(status, Some(0));
        for word in ["raft-lab", "explore", "trace"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(raft_lab(&["completions", "cmd"]).0, Some(2));
}

/// Memory does not grow with the number of files: a lab goes when its report is made.
#[test]
#[cfg(target_os = "linux")]
fn many_runs_take_no_more_memory_than_one() {
    let file = folder("memory").join("many.json");
    let scenario = json!({
        "format": "raft-lab/1", "nodes": [1, 2, 3], "stop": { "at": 1500 },
        "actions": [{ "at": 500, "do": "write_many", "count": 400, "every": 1, "value_bytes": 4000 }],
    });
    fs::write(&file, scenario.to_string()).unwrap();
    let file = file.display().to_string();
    // Address space in kB that the shell grants; the greatest part of it is the program itself.
    let runs = |count: usize, limit: u64| {
        shell(&format!("ulimit -v {limit}; raft-lab run {}", [file.as_str()].repeat(count).join(" "))).0
    };
    let enough = (1..100).map(|step| step * 8_000).find(|&limit| runs(1, limit) == Some(0)).unwrap();
    assert_eq!(runs(12, enough + 8_000), Some(0), "{enough} kB are enough for one");
}
