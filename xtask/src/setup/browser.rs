//! A Chromium and its driver, for the tests that need a browser.

use super::debian;
use super::talk::Talk;
use crate::run;
use crate::Result;
use std::env;
use std::path::{Path, PathBuf};

/// The names of Chromium or Chrome on `PATH`.
const BROWSER_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The path of Chrome on a Mac, where it is not on `PATH`.
const MAC_CHROME: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// A browser for tests.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The path of Chromium or Chrome, which the end-to-end tests start.
    pub chromium: PathBuf,
    /// The path of the driver of the same version, through which the wasm tests start the browser.
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

/// Both programs, from their environment variables or from the usual places.
fn find() -> Option<Browser> {
    let chromedriver = named("CHROMEDRIVER").or_else(|| run::which("chromedriver"))?;
    Some(Browser { chromium: chromium()?, chromedriver })
}

/// Chromium or Chrome, if there is one.
pub fn chromium() -> Option<PathBuf> {
    let mac = || Some(PathBuf::from(MAC_CHROME)).filter(|file| file.is_file());
    named("CHROMIUM").or_else(|| BROWSER_NAMES.iter().find_map(|name| run::which(name))).or_else(mac)
}

/// The program that an environment variable refers to.
fn named(variable: &str) -> Option<PathBuf> {
    let value = env::var_os(variable)?;
    Some(Path::new(&value).to_path_buf()).filter(|file| file.is_file())
}
