//! The order of functions in a part: similar ones stand together.
//!
//! gzip replaces what it has seen in the last 32 kB by a reference to it. The same generic function for another type has
//! nearly the same code, so a function costs little behind a similar one. The order is chosen step by step: the next
//! function is always the one of which the last 30 kB have seen most.

use super::module::Module;
use std::collections::{BTreeMap, VecDeque};

/// How many bytes stand for a place in the code: a reference of gzip pays from about this length on.
const PIECE_BYTES: usize = 6;

/// In how many functions a piece may be. What is nearly everywhere says nothing of similarity, and takes the time.
const FUNCTIONS_MAX: usize = 40;

/// How far back gzip sees, with some room for what is not a function.
const WINDOW_BYTES: usize = 30_000;

/// Orders functions that have code.
pub fn by_similarity(module: &Module, functions: &[u32]) -> Vec<u32> {
    let codes: Vec<&[u8]> = functions.iter().filter_map(|it| module.body(*it)).map(|body| body.as_bytes()).collect();
    order(&codes).into_iter().map(|place| functions[place]).collect()
}

/// An order of these codes, as their places.
fn order(codes: &[&[u8]]) -> Vec<usize> {
    let mut window = Window::of(codes);
    let mut left: Vec<usize> = (0..codes.len()).collect();
    let mut ordered = Vec::new();
    // The first of those that are equally similar, so that the order is the same in every build.
    let by_score = |window: &Window, left: &[usize]| {
        (0..left.len()).rev().max_by(|a, b| window.score(left[*a]).total_cmp(&window.score(left[*b])))
    };
    while let Some(next) = by_score(&window, &left) {
        let code = left.remove(next);
        window.push(code);
        ordered.push(code);
    }
    ordered
}

/// What gzip sees when the next code comes.
struct Window<'a> {
    codes: &'a [&'a [u8]],
    /// The pieces of each code that are in others too.
    pieces: Vec<Vec<usize>>,
    /// The codes that have each piece.
    places: Vec<Vec<usize>>,
    /// How often each piece is in the window.
    seen: Vec<u32>,
    /// How many pieces of each code are in the window.
    known: Vec<u32>,
    /// The last codes, and their bytes.
    last: VecDeque<usize>,
    bytes: usize,
}

impl<'a> Window<'a> {
    fn of(codes: &'a [&'a [u8]]) -> Self {
        let mut found: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
        for (code, bytes) in codes.iter().enumerate() {
            for piece in bytes.windows(PIECE_BYTES) {
                let places = found.entry(piece).or_default();
                if places.last() != Some(&code) {
                    places.push(code);
                }
            }
        }
        let places: Vec<Vec<usize>> =
            found.into_values().filter(|places| (2..=FUNCTIONS_MAX).contains(&places.len())).collect();
        let mut pieces = vec![Vec::new(); codes.len()];
        for (piece, codes) in places.iter().enumerate() {
            codes.iter().for_each(|code| pieces[*code].push(piece));
        }
        let (seen, known) = (vec![0; places.len()], vec![0; codes.len()]);
        Window { codes, pieces, places, seen, known, last: VecDeque::new(), bytes: 0 }
    }

    /// How well the window prepares for a code: by what it has seen of it, less for a long one, which moves on further.
    fn score(&self, code: usize) -> f64 {
        f64::from(self.known[code]) / (self.codes[code].len() as f64).sqrt()
    }

    fn push(&mut self, code: usize) {
        for piece in &self.pieces[code] {
            self.seen[*piece] += 1;
            if self.seen[*piece] == 1 {
                self.places[*piece].iter().for_each(|code| self.known[*code] += 1);
            }
        }
        self.last.push_back(code);
        self.bytes += self.codes[code].len();
        while self.bytes > WINDOW_BYTES && self.last.len() > 1 {
            self.pop();
        }
    }

    fn pop(&mut self) {
        let Some(code) = self.last.pop_front() else { return };
        self.bytes -= self.codes[code].len();
        for piece in &self.pieces[code] {
            self.seen[*piece] -= 1;
            if self.seen[*piece] == 0 {
                self.places[*piece].iter().for_each(|code| self.known[*code] -= 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is alike comes together, whatever stands between.
    #[test]
    fn similar_codes_stand_together() {
        let codes: [&[u8]; 4] = [b"one function", b"quite another", b"one function more", b"quite another, too"];
        assert_eq!(order(&codes), [0, 2, 1, 3]);
    }
}
