//! How figures are printed: for people, for programs, for the documentation.

use crate::measures::{Goal, Row};
use serde_json::{json, Value};

/// The least, the median and the greatest figure.
fn spread(rounds: &[f64]) -> [f64; 3] {
    let mut sorted = rounds.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |part: usize| sorted.get(part).copied().unwrap_or(f64::NAN);
    let median = match sorted.len() {
        0 => f64::NAN,
        count => (at((count - 1) / 2) + at(count / 2)) / 2.0,
    };
    [at(0), median, at(sorted.len().saturating_sub(1))]
}

/// The figure as a part of its goal: from 1 on, it is met.
fn part_of_goal(row: &Row) -> Option<f64> {
    let [_, median, _] = spread(&row.rounds);
    Some(match row.goal? {
        Goal::AtLeast(goal) => median / goal,
        Goal::AtMost(goal) => goal / median,
    })
}

fn goal(row: &Row) -> String {
    match row.goal {
        None => String::new(),
        Some(Goal::AtLeast(goal)) => format!("≥ {}", number(goal)),
        Some(Goal::AtMost(goal)) => format!("≤ {}", number(goal)),
    }
}

/// Three digits that count.
fn number(figure: f64) -> String {
    match figure {
        figure if figure >= 100.0 => format!("{figure:.0}"),
        figure if figure >= 10.0 => format!("{figure:.1}"),
        figure => format!("{figure:.2}"),
    }
}

/// A table in columns.
pub fn text(rows: &[Row]) -> String {
    let line = |cells: [&str; 7]| {
        let [what, min, median, max, unit, goal, part] = cells;
        format!("{what:<56} {min:>9} {median:>9} {max:>9} {unit:<3} {goal:>8} {part:>6}\n")
    };
    let mut text = line(["", "min", "median", "max", "", "goal", "÷ goal"]);
    for row in rows {
        let [min, median, max] = spread(&row.rounds).map(number);
        let part = part_of_goal(row).map(number).unwrap_or_default();
        text += &line([&row.what, &min, &median, &max, row.unit, &goal(row), &part]);
    }
    text + "From 1 on in the last column, a goal is met. Nothing fails because of a time.\n"
}

/// A table in Markdown, of what is a ratio: to a peer, to another length, or to a goal. What is not met is bold.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = "| Measure | Told as a part of | Median | Least | Greatest | Goal | ÷ goal |\n".to_string();
    text += "| --- | --- | --- | --- | --- | --- | --- |\n";
    for row in rows.iter().filter(|row| row.unit == "×" || row.goal.is_some()) {
        let figures = spread(&row.rounds);
        let unit = match row.unit {
            "×" => 1.0,
            // A rate is told by its goal.
            _ => match row.goal {
                Some(Goal::AtLeast(goal) | Goal::AtMost(goal)) => goal,
                None => 1.0,
            },
        };
        let [min, median, max] = figures.map(|figure| number(figure / unit));
        let by = if row.unit == "×" { "" } else { "goal" };
        let part = part_of_goal(row).map_or(String::new(), |part| match part < 1.0 {
            true => format!("**{}**", number(part)),
            false => number(part),
        });
        text += &format!(
            "| `{}`: {} | {by} | {median} | {min} | {max} | {} | {part} |\n",
            row.measure,
            row.what,
            goal(row)
        );
    }
    text
}

/// All figures, for a program.
pub fn json(rows: &[Row]) -> String {
    let row = |row: &Row| {
        let [min, median, max] = spread(&row.rounds);
        json!({
            "measure": row.measure, "what": row.what, "unit": row.unit, "rounds": row.rounds,
            "min": min, "median": median, "max": max, "goal": row.goal, "part_of_goal": part_of_goal(row),
        })
    };
    Value::Array(rows.iter().map(row).collect()).to_string()
}
