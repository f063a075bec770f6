//! Provides what building and testing the page needs, once, and prints what it does.
//!
//! A page in Rust needs a compiler target, a bundler, a binding generator in one exact version, an optimiser and a
//! browser. Each is usually downloaded from a different place, and in networks that only mirror package registries some
//! of these places cannot be reached. So each step tries, in this order: what is already installed in the right
//! version; the tool's own installer; the package registries (`cargo install`, npm, Debian's packages).
//!
//! Everything is installed into `.tools/` and `node_modules/`, which are not committed, except Debian's packages.
//! Nothing here asks for more rights than it has: if a package is missing and the user is not root, the command to run
//! is printed.

mod browser;
mod debian;
mod npm;
mod talk;
mod target;
mod tools;

use crate::run;
use crate::Result;
use browser::Browser;
use std::path::PathBuf;
pub use talk::Talk;
pub use target::Compiler;

/// What was found or installed to build for the browser.
#[derive(Clone)]
pub struct Toolchain {
    /// The compiler.
    pub compiler: Compiler,
    /// The path of the test runner that cargo uses for wasm tests.
    pub runner: PathBuf,
    /// Chromium or Chrome, if there is one: without it the page is built in one piece.
    pub chromium: Option<PathBuf>,
    /// The driver of the browser; none if no tests are to be run in it.
    pub chromedriver: Option<PathBuf>,
}

/// Provides what building the page needs: compiler target, Trunk, wasm-bindgen, wasm-opt.
pub fn page(talk: Talk) -> Result<Toolchain> {
    let compiler = target::provide(talk)?;
    npm::provide(talk)?;
    tools::provide_trunk(talk)?;
    let runner = tools::provide_wasm_bindgen(talk)?;
    Ok(Toolchain { compiler, runner, chromium: browser::chromium(), chromedriver: None })
}

/// Provides cargo-deny, and returns its path.
pub fn deny(talk: Talk) -> Result<PathBuf> {
    tools::provide_deny(talk)
}

/// Finds or installs Valgrind, which counts instructions. None where there is none, and no Debian to install it from.
pub fn valgrind() -> Result<Option<PathBuf>> {
    if run::which("valgrind").is_none() && debian::is_here() {
        run::step("installing Valgrind (about half a minute)", || debian::install(&["valgrind"]))?;
    }
    Ok(run::which("valgrind"))
}

/// Provides what building and testing everything needs: the same, a browser, and cargo-deny.
pub fn everything(talk: Talk) -> Result<Toolchain> {
    let Browser { chromium, chromedriver } = browser::provide(talk)?;
    deny(talk)?;
    Ok(Toolchain { chromium: Some(chromium), chromedriver: Some(chromedriver), ..page(talk)? })
}
