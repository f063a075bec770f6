//! Where a time is, and what of the run is seen.

use crate::runtime::Micros;

/// The shortest stretch that can be seen.
const SPAN_MIN: Micros = Micros::from_ms(2);

/// The shortest stretch that is seen of a run that has just begun.
const WHOLE_MIN: Micros = Micros::from_ms(1_000);

/// The part of a stretch that follows the newest that is kept free behind it.
const FREE: f64 = 0.06;

/// What of a run is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// All of it, with some room for what comes next.
    #[default]
    Whole,
    /// This much of it, up to the newest.
    Newest(Micros),
    /// From one time to another.
    Stretch(Micros, Micros),
}

/// A time in a run that goes from one time to another, for as long as it has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// The time from which on the run is known.
    pub begin: Micros,
    /// The clock of the run.
    pub end: Micros,
}

impl View {
    /// The stretch that is seen.
    pub fn stretch(self, run: Extent) -> (Micros, Micros) {
        match self {
            View::Whole => (run.begin, run.begin + room_for(run.end - run.begin)),
            View::Newest(span) => {
                let to = (run.end + Micros((span.0 as f64 * FREE) as u64)).max(run.begin + span);
                (to - span, to)
            }
            View::Stretch(from, to) => (from, to),
        }
    }

    /// Whether what comes next will be seen.
    pub fn follows(self) -> bool {
        !matches!(self, View::Stretch(..))
    }

    /// Follows the newest from now on, or stays where it is.
    pub fn toggle_following(self, run: Extent) -> View {
        let (from, to) = self.stretch(run);
        match self {
            View::Stretch(..) if to - from >= room_for(run.end - run.begin) => View::Whole,
            View::Stretch(..) => View::Newest(to - from),
            _ => View::Stretch(from, to),
        }
    }

    /// Shows `factor` times as much, where `around` stays where it is.
    pub fn zoom(self, run: Extent, around: Micros, factor: f64) -> View {
        let (from, to) = self.stretch(run);
        let span = Micros(((to - from).0 as f64 * factor) as u64).max(SPAN_MIN);
        if span >= room_for(run.end - run.begin) {
            return View::Whole;
        }
        if matches!(self, View::Newest(_)) {
            return View::Newest(span);
        }
        let around = around.max(from).min(to);
        let before = (around - from).0 as f64 * span.0 as f64 / (to - from).0.max(1) as f64;
        let from = (around - Micros(before as u64)).max(run.begin);
        View::Stretch(from, from + span)
    }

    /// Moves along time by a part of what is seen: 1 is all of it, a negative part goes back.
    pub fn pan(self, run: Extent, part: f64) -> View {
        let (from, to) = self.stretch(run);
        let (span, by) = (to - from, Micros(((to - from).0 as f64 * part.abs()) as u64));
        let last = run.begin + room_for(run.end - run.begin);
        let from = match part < 0.0 {
            true => (from - by).max(run.begin),
            false => (from + by).min((last - span).max(run.begin)),
        };
        View::Stretch(from, from + span)
    }

    /// The same stretch, moved as little as needed to show a time with what is around it.
    pub fn showing(self, run: Extent, time: Micros) -> View {
        let (from, to) = self.stretch(run);
        if self.follows() && time >= from || (from..=to).contains(&time) {
            return self;
        }
        View::Stretch(from, to).centred(run, time)
    }

    /// The same span, with a time in its middle.
    pub fn centred(self, run: Extent, time: Micros) -> View {
        let (from, to) = self.stretch(run);
        let span = to - from;
        let from = (time - Micros(span.0 / 2)).max(run.begin);
        View::Stretch(from, from + span)
    }
}

/// A length of time in round numbers that has room for a run and what comes next: it changes seldom.
fn room_for(length: Micros) -> Micros {
    let needed = length.max(WHOLE_MIN).0;
    let mut unit = WHOLE_MIN.0;
    loop {
        for tenths in [10, 15, 20, 30, 40, 50, 60, 80] {
            let room = unit.saturating_mul(tenths) / 10;
            if room >= needed || room > u64::MAX / 100 {
                return Micros(room);
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// A stretch of time as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    from: Micros,
    to: Micros,
    x: f64,
    width: f64,
    /// Whether a quiet stretch is folded here.
    folded: bool,
}

impl Piece {
    fn x(&self, time: Micros) -> f64 {
        let offset = time.0 as f64 - self.from.0 as f64;
        self.x + self.width * offset / (self.to - self.from).0.max(1) as f64
    }

    fn time(&self, x: f64) -> Micros {
        let part = ((x - self.x) / self.width.max(0.001)).clamp(0.0, 1.0);
        self.from + Micros((part * (self.to - self.from).0 as f64) as u64)
    }
}

/// The width of a fold, in pixels.
pub const FOLD: f64 = 18.0;

/// Where each time of a stretch is, in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pieces: Vec<Piece>,
    /// The width of all of it.
    pub width: f64,
}

impl Scale {
    /// A stretch that is `width` pixels wide, of which these quiet parts are folded, in order.
    pub fn new((from, to): (Micros, Micros), width: f64, folds: &[(Micros, Micros)]) -> Scale {
        let to = to.max(from + Micros(1));
        let mut bounds = Vec::new();
        let mut at = from;
        for &(begin, end) in folds.iter().filter(|(begin, end)| *begin >= from && *end <= to) {
            bounds.push((at, begin, false));
            bounds.push((begin, end, true));
            at = end;
        }
        bounds.push((at, to, false));
        let folded = bounds.iter().filter(|(_, _, folded)| *folded).count() as f64 * FOLD;
        let open: u64 = bounds.iter().filter(|(_, _, folded)| !folded).map(|(from, to, _)| (*to - *from).0).sum();
        let pixels = (width - folded).max(1.0) / open.max(1) as f64;
        let mut x = 0.0;
        let piece = |(from, to, folded): (Micros, Micros, bool)| {
            let width = if folded { FOLD } else { (to - from).0 as f64 * pixels };
            let piece = Piece { from, to, x, width, folded };
            x += width;
            piece
        };
        Scale { pieces: bounds.into_iter().map(piece).collect(), width }
    }

    /// The first time that is seen.
    pub fn from(&self) -> Micros {
        self.pieces.first().map_or(Micros::ZERO, |piece| piece.from)
    }

    /// The last time that is seen.
    pub fn to(&self) -> Micros {
        self.pieces.last().map_or(Micros::ZERO, |piece| piece.to)
    }

    /// Where a time is. One that is not seen is beyond the edge.
    pub fn x(&self, time: Micros) -> f64 {
        let place = self.pieces.partition_point(|piece| piece.to < time).min(self.pieces.len() - 1);
        self.pieces[place].x(time)
    }

    /// The time at a place; beyond an edge, that at the edge.
    pub fn time(&self, x: f64) -> Micros {
        let place = self.pieces.partition_point(|piece| piece.x + piece.width < x).min(self.pieces.len() - 1);
        self.pieces[place].time(x)
    }

    /// The folds: where each begins, and the stretch that it hides.
    pub fn folds(&self) -> impl Iterator<Item = (f64, (Micros, Micros))> + '_ {
        self.pieces.iter().filter(|piece| piece.folded).map(|piece| (piece.x, (piece.from, piece.to)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Extent = Extent { begin: Micros::ZERO, end: Micros::from_ms(10_000) };

    fn stretch(from: u64, to: u64) -> View {
        View::Stretch(Micros::from_ms(from), Micros::from_ms(to))
    }

    #[test]
    fn a_run_has_room_to_go_on_and_is_not_drawn_anew_for_each_step() {
        let room = |end| View::Whole.stretch(Extent { begin: Micros::ZERO, end: Micros::from_ms(end) }).1;
        assert_eq!([0, 999, 1_001, 9_000].map(room), [1_000, 1_000, 1_500, 10_000].map(Micros::from_ms));
        let all: std::collections::BTreeSet<Micros> = (0..100_000).step_by(100).map(room).collect();
        assert!(all.len() < 20, "{all:?}");
        assert!((1..100_000).step_by(333).all(|end| room(end) >= Micros::from_ms(end)));
        assert!(room(u64::MAX / 2000).0 > 0);
    }

    #[test]
    fn what_one_zooms_about_stays_where_it_is() {
        let around = Micros::from_ms(2_000);
        let View::Stretch(from, to) = stretch(1_000, 5_000).zoom(RUN, around, 0.5) else { panic!("not a stretch") };
        let scale = |from, to| Scale::new((from, to), 800.0, &[]).x(around);
        assert!((scale(from, to) - scale(Micros::from_ms(1_000), Micros::from_ms(5_000))).abs() < 0.01);
        assert_eq!(to - from, Micros::from_ms(2_000));
        assert_eq!(stretch(1_000, 9_000).zoom(RUN, around, 2.0), View::Whole);
        let deep = (0..99).fold(View::Whole, |view, _| view.zoom(RUN, around, 0.5));
        assert!(matches!(deep, View::Stretch(from, to) if to - from == SPAN_MIN && from <= around && around <= to));
    }

    #[test]
    fn nobody_pans_out_of_the_run() {
        let far = |part: f64| (0..50).fold(stretch(4_000, 5_000), |view, _| view.pan(RUN, part));
        assert_eq!(far(-0.3), stretch(0, 1_000));
        assert_eq!(far(0.3), stretch(9_000, 10_000));
        assert_eq!(stretch(4_000, 5_000).pan(RUN, 0.5).pan(RUN, -0.5), stretch(4_000, 5_000));
    }

    #[test]
    fn following_shows_the_newest_and_what_is_left_stays() {
        let newest = stretch(1_000, 2_000).toggle_following(RUN);
        assert_eq!(newest, View::Newest(Micros::from_ms(1_000)));
        let (from, to) = newest.stretch(RUN);
        assert!(from < RUN.end && RUN.end < to && to - from == Micros::from_ms(1_000));
        assert!(matches!(newest.toggle_following(RUN), View::Stretch(..)));
        assert_eq!(View::Whole.toggle_following(RUN).toggle_following(RUN), View::Whole);
        let later = Extent { end: Micros::from_ms(20_000), ..RUN };
        assert!(newest.stretch(later).0 > to);
        assert_eq!(newest.showing(RUN, RUN.end), newest);
        assert!(matches!(newest.showing(RUN, Micros::from_ms(500)), View::Stretch(..)));
    }

    #[test]
    fn a_place_and_its_time_belong_together_also_around_folds() {
        let folds = [(2_000, 8_000), (8_500, 9_500)].map(|(from, to)| (Micros::from_ms(from), Micros::from_ms(to)));
        let plain = Scale::new((Micros::ZERO, Micros::from_ms(10_000)), 1_000.0, &[]);
        let folded = Scale::new((Micros::ZERO, Micros::from_ms(10_000)), 1_000.0, &folds);
        for scale in [&plain, &folded] {
            let mut before = -1.0;
            for ms in (0..=10_000).step_by(50) {
                let (time, x) = (Micros::from_ms(ms), scale.x(Micros::from_ms(ms)));
                assert!(x > before && scale.time(x).0.abs_diff(time.0) <= 20, "{ms} {x}");
                before = x;
            }
            assert!((before - 1_000.0).abs() < 0.001);
        }
        assert_eq!(folded.folds().map(|(_, hidden)| hidden).collect::<Vec<_>>(), folds);
        let wide = |scale: &Scale| scale.x(Micros::from_ms(1_500)) - scale.x(Micros::from_ms(500));
        assert!(wide(&folded) > 3.0 * wide(&plain), "what is not quiet has the room");
        assert_eq!((plain.time(-5.0), plain.time(5_000.0)), (Micros::ZERO, Micros::from_ms(10_000)));
    }
}
