//! Provides what the page needs to be built and tested, once, and says what it does.
//!
//! The problem: a page in Rust wants a compiler target, a bundler, a binding generator in one exact version, an
//! optimiser, a browser. The usual way to each is a download from somewhere, and every place that only mirrors package
//! registries (a lab without a free network, a build server) lacks some of those somewheres. So each step goes from the
//! plainest way to the most patient one: what is already there in the right version; the tool's own installer;
//! then what the package registries hold (`cargo install`, npm, Debian's packages).
//!
//! Everything lands in `.tools/` and `node_modules/`, which are not committed, except Debian's packages. Nothing here
//! asks for more rights than it has: where a package is missing and the user is not root, the line to run is printed.

mod browser;
mod debian;
mod npm;
mod talk;
mod target;
mod tools;

use crate::Result;
pub use browser::Browser;
use std::path::PathBuf;
pub use talk::Talk;
pub use target::Compiler;

/// What was found or installed for the browser's part.
#[derive(Clone)]
pub struct Toolchain {
    /// The compiler.
    pub compiler: Compiler,
    /// What cargo runs wasm tests with.
    pub runner: PathBuf,
    /// The browser, when tests are to be run in it.
    pub browser: Option<Browser>,
}

/// What building the page needs: compiler target, Trunk, wasm-bindgen, wasm-opt.
pub fn page(talk: Talk) -> Result<Toolchain> {
    let compiler = target::provide(talk)?;
    npm::provide(talk)?;
    tools::provide_trunk(talk)?;
    let runner = tools::provide_wasm_bindgen(talk)?;
    Ok(Toolchain { compiler, runner, browser: None })
}

/// What building and testing the page needs: the same and a browser.
pub fn everything(talk: Talk) -> Result<Toolchain> {
    let browser = browser::provide(talk)?;
    Ok(Toolchain { browser: Some(browser), ..page(talk)? })
}
