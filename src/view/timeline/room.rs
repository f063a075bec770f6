//! Where things are from top to bottom.

use super::bands::Standing;

/// Where things are from top to bottom, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Whether it is tall: with names, terms and an axis.
    pub tall: bool,
    /// The number of lanes.
    pub lanes: usize,
}

impl Room {
    /// The height of the row with the marks.
    fn head(&self) -> f64 {
        if self.tall {
            13.0
        } else {
            11.0
        }
    }

    /// The distance of two lanes.
    fn pitch(&self) -> f64 {
        match (self.tall, self.lanes) {
            (true, 0..=5) => 25.0,
            (true, 6..=7) => 20.0,
            (true, _) => 16.0,
            // All lanes together have the same height, however many there are.
            (false, lanes) => 25.0 / lanes.max(1) as f64,
        }
    }

    /// The middle of a lane.
    pub fn lane(&self, place: usize) -> f64 {
        self.head() + self.pitch() * (place as f64 + 0.5)
    }

    /// The middle of the row with the marks.
    pub fn marks(&self) -> f64 {
        self.head() / 2.0
    }

    /// The bottom of the lanes.
    pub fn bottom(&self) -> f64 {
        self.head() + self.pitch() * self.lanes as f64
    }

    /// The height of all of it.
    pub fn height(&self) -> f64 {
        self.bottom() + if self.tall { 17.0 } else { 1.0 }
    }

    /// The room for names at the left.
    pub fn names(&self) -> f64 {
        if self.tall {
            30.0
        } else {
            0.0
        }
    }

    /// Half the size of a cross.
    pub fn cross(&self) -> f64 {
        if self.tall {
            3.2
        } else {
            1.6
        }
    }

    /// The height of a band.
    pub fn band(&self, standing: Standing) -> f64 {
        let full = if self.tall { (self.pitch() - 8.0).min(14.0) } else { (self.pitch() - 1.0).min(6.0) };
        match standing {
            Standing::Leader | Standing::Candidate => full,
            Standing::Crashed | Standing::NotStarted | Standing::Stopped => 1.0,
            _ if self.tall => full - 3.0,
            _ => (full - 2.0).max(1.4),
        }
    }
}
