//! What keys do while the timeline has the focus. Those that are not here keep their meaning: arrows step, Home and End
//! go to the ends of the run.

/// What is done by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineKey {
    /// Shows less, larger.
    ZoomIn,
    /// Shows more, smaller.
    ZoomOut,
    /// Moves to earlier times.
    Earlier,
    /// Moves to later times.
    Later,
    /// Shows all.
    All,
    /// Brings what is chosen, or the head, into the middle; once more, shows all.
    Centre,
    /// Goes to the next event of the lane.
    NextOfLane,
    /// Goes to the event of the lane before.
    PreviousOfLane,
    /// Goes to where the message that was sent arrives.
    OtherEnd,
    /// Goes to where the message that arrived was sent.
    Origin,
    /// Lets go of the stretch that is chosen.
    Clear,
}

/// What a key does: `KeyboardEvent.key`.
pub fn of_key(key: &str) -> Option<TimelineKey> {
    Some(match key {
        "w" | "W" => TimelineKey::ZoomIn,
        "s" | "S" => TimelineKey::ZoomOut,
        "a" | "A" => TimelineKey::Earlier,
        "d" | "D" => TimelineKey::Later,
        "f" | "F" => TimelineKey::Centre,
        "0" => TimelineKey::All,
        "." => TimelineKey::NextOfLane,
        "," => TimelineKey::PreviousOfLane,
        "]" => TimelineKey::OtherEnd,
        "[" => TimelineKey::Origin,
        "Escape" => TimelineKey::Clear,
        _ => return None,
    })
}
