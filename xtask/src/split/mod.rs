//! Divides the page's module: what runs in the first seconds, and the rest, which is loaded later.
//!
//! Which functions run is not a list that somebody keeps: each build asks. The module is built once, instrumented ([`mod@instrument`]) and
//! opened in Chromium; then it is divided into [`parts`].

mod instrument;
mod module;
mod order;
mod parts;

use self::instrument::instrument;
use self::module::Module;
use self::order::by_similarity;
use self::parts::{divide, Parts};
use crate::project;
use crate::run;
use crate::Result;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// Up to which size of its code a function is small.
const SMALL_BYTES: usize = 30;

/// Divides the module of the page in a folder, by what runs in its first seconds in this browser.
pub fn split(folder: &Path, chromium: &Path) -> Result<()> {
    let index = folder.join("index.html");
    let html = String::from_utf8(read(&index)?).map_err(|e| format!("{} is no text: {e}", index.display()))?;
    let name = module_name(&html).ok_or("index.html names no module")?;
    let bytes = read(&folder.join(name))?;
    let module = Module::read(&bytes)?;
    let called = with_small(&module, record(folder, &instrument(&module)?, chromium)?)?;
    let (first, rest): (Vec<u32>, Vec<u32>) =
        (module.imported()..).take(module.bodies.len()).partition(|function| called.contains(function));
    let Parts { first, rest } = divide(&module, by_similarity(&module, &first), by_similarity(&module, &rest))?;
    let (first_name, rest_name) = (hashed_name("start", &first), hashed_name("rest", &rest));
    write(&folder.join(&first_name), &first)?;
    write(&folder.join(&rest_name), &rest)?;
    write(&index, with_rest(&html, name, &rest_name).replace(name, &first_name).as_bytes())?;
    fs::remove_file(folder.join(name)).map_err(|e| format!("cannot remove {name}: {e}"))
}

/// These functions, and the small ones that they may call, directly or by way of other small ones or of the table: those
/// that drop a value, for example, which may happen at another time in another run. A stub would hardly be smaller.
fn with_small(module: &Module, mut functions: BTreeSet<u32>) -> Result<BTreeSet<u32>> {
    let is_small = |function: &u32| module.body(*function).is_some_and(|body| body.as_bytes().len() <= SMALL_BYTES);
    functions.extend(module.slots()?.into_iter().map(|(_, function)| function).filter(is_small));
    let mut unseen: Vec<u32> = functions.iter().copied().collect();
    while let Some(function) = unseen.pop() {
        let small: Vec<u32> = module.used_by(function)?.into_iter().filter(is_small).collect();
        unseen.extend(small.into_iter().filter(|it| functions.insert(*it)));
    }
    Ok(functions)
}

/// The functions of the module that are called in the first seconds of the page.
fn record(folder: &Path, instrumented: &[u8], chromium: &Path) -> Result<BTreeSet<u32>> {
    let file = project::wasm_target_dir().join("instrumented.wasm");
    write(&file, instrumented)?;
    let mut node = run::program("node");
    node.arg(project::root().join("xtask/src/split/record.mjs"));
    node.env("RAFT_LAB_DIST", folder).env("INSTRUMENTED", &file).env("CHROMIUM", chromium);
    let output = node.stderr(Stdio::inherit()).output().map_err(|e| format!("cannot start node: {e}"))?;
    if !output.status.success() {
        return Err("the page could not be opened to see what runs in its first seconds".to_string());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let numbers = said.trim().trim_matches(['[', ']']).split(',').map(str::parse);
    numbers.collect::<std::result::Result<_, _>>().map_err(|e| format!("{said} is no list of functions: {e}"))
}

/// The name of the module that an `index.html` names.
fn module_name(html: &str) -> Option<&str> {
    let (_, behind) = html.split_once("data-wasm=\"./")?;
    behind.split('"').next()
}

/// The `index.html`, which now also names the rest.
fn with_rest(html: &str, name: &str, rest: &str) -> String {
    html.replace(&format!("data-wasm=\"./{name}\""), &format!("data-wasm=\"./{name}\" data-rest=\"./{rest}\""))
}

/// A name that changes with the content: a browser that has a file of this name has this one.
fn hashed_name(part: &str, bytes: &[u8]) -> String {
    // FNV-1a
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("raft-lab-{part}-{hash:016x}.wasm")
}

/// Reads a file.
fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))
}

/// Writes a file.
fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(file, bytes).map_err(|e| format!("cannot write {}: {e}", file.display()))
}
