//! A Chromium and its driver, for the tests that need a browser.

use super::debian;
use super::talk::Talk;
use crate::run;
use crate::Result;
use std::env;
use std::path::{Path, PathBuf};

/// Names under which Chromium or Chrome is found on `PATH`.
const BROWSER_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where Chrome lies on a Mac, where it is not on `PATH`.
const MAC_CHROME: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// A browser that tests can drive.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Chromium or Chrome: the end-to-end tests start it.
    pub chromium: PathBuf,
    /// The driver of the same version: the wasm tests start the browser through it.
    pub chromedriver: PathBuf,
}

/// Finds or installs Chromium and chromedriver.
pub fn provide(talk: Talk) -> Result<Browser> {
    if let Some(browser) = find() {
        talk.found("Chromium and chromedriver");
        return Ok(browser);
    }
    if !debian::is_here() {
        return Err(
            "Chromium (or Chrome) and chromedriver of the same version are needed for the tests in a browser. \
                    Install both, or name them in the variables CHROMIUM and CHROMEDRIVER"
                .to_string(),
        );
    }
    run::step("installing Debian's Chromium and chromedriver (about a minute)", || {
        debian::install(&["chromium", "chromium-driver"])?;
        find().ok_or_else(|| "Debian's packages chromium and chromium-driver brought no browser here".to_string())
    })
}

/// Both programs, from the variables that name them or from the usual places.
fn find() -> Option<Browser> {
    let mac = || Some(PathBuf::from(MAC_CHROME)).filter(|file| file.is_file());
    let chromium = named("CHROMIUM").or_else(|| BROWSER_NAMES.iter().find_map(|name| run::which(name))).or_else(mac)?;
    let chromedriver = named("CHROMEDRIVER").or_else(|| run::which("chromedriver"))?;
    Some(Browser { chromium, chromedriver })
}

/// The program that an environment variable names.
fn named(variable: &str) -> Option<PathBuf> {
    let value = env::var_os(variable)?;
    Some(Path::new(&value).to_path_buf()).filter(|file| file.is_file())
}
