//! Counts tests by reading the output of their runners.

use std::ops::AddAssign;

/// The numbers of passed and failed tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The number of passed tests.
    pub passed: u64,
    /// The number of failed tests.
    pub failed: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Count {
    /// The count in one line of a runner's output. Runners print a closing line per file: cargo and wasm-bindgen `test
    /// result: ok. 3 passed; 0 failed; …`, Node.js `# pass 3` and `# fail 0`.
    pub fn of_line(line: &str) -> Count {
        let line = line.trim();
        if let Some(result) = line.strip_prefix("test result: ") {
            return Count { passed: number_before(result, " passed"), failed: number_before(result, " failed") };
        }
        let number = |word: &str| line.strip_prefix(word).and_then(|rest| rest.trim().parse().ok()).unwrap_or(0);
        Count {
            passed: number("# pass ") + number("ℹ pass "),
            failed: number("# fail ") + number("ℹ fail ") + number("# cancelled ") + number("ℹ cancelled "),
        }
    }
}

/// The number before a word; 0 if there is none.
fn number_before(text: &str, word: &str) -> u64 {
    let Some(end) = text.find(word) else { return 0 };
    let digits = text[..end].rsplit(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The closing lines of each runner, and lines that look like them.
    #[test]
    fn reads_closing_lines() {
        let check = |line: &str, passed: u64, failed: u64| {
            assert_eq!(Count::of_line(line), Count { passed, failed }, "{line}");
        };
        check("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s", 12, 0);
        check("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 filtered out", 3, 2);
        check("# pass 4", 4, 0);
        check("ℹ pass 4", 4, 0);
        check("# fail 1", 0, 1);
        check("ℹ cancelled 2", 0, 2);
        check("# passable 4", 0, 0);
        check("test engine::elects ... ok", 0, 0);
        check("running 12 tests", 0, 0);
    }
}
