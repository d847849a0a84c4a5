use std::time::Duration;

/// Times of one kind of question.
#[derive(Debug, Default)]
pub(crate) struct Series {
    pub(crate) times: Vec<Duration>,
    /// What else the row says.
    pub(crate) note: String,
}

pub(crate) fn print_head(title: &str, note: &str) {
    println!("\n| {title}, milliseconds | p50 | p95 | max | {note} |");
    println!("|---|---:|---:|---:|---|");
}

pub(crate) fn print_row(name: &str, series: &mut Series) {
    series.times.sort();
    let [p50, p95, max] =
        [50, 95, 100].map(|percent| percentile(&series.times, percent).as_secs_f64() * 1e3);
    let note = &series.note;
    println!("| {name} | {p50:.1} | {p95:.1} | {max:.1} | {note} |");
}

/// Of sorted times.
pub(crate) fn percentile(times: &[Duration], percent: usize) -> Duration {
    let rank = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(rank).copied().unwrap_or_default()
}
