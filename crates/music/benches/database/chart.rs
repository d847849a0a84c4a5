//! What the process that computes the chart asks each minute, and what it asks for an hour it missed.

use std::time::{Duration, Instant};

use chassis::database::Database;
use music::synthetic::{count_listeners, refresh_statistics, seed_plays};

use crate::table::{Series, percentile, print_head, print_row};
use crate::{CHARTING_TRACKS, NOW_MS, PLAYS};

const MINUTES: usize = 10;
const MISSED_HOURS: [i64; 3] = [1, 12, 23];
const HOUR_MS: i64 = 3_600_000;
const P95_LIMIT: Duration = Duration::from_secs(1);

/// Prints the table, and says when counting is above the limit.
pub(crate) async fn bench(database: &Database) -> Option<String> {
    let started = Instant::now();
    seed_plays(database, PLAYS, CHARTING_TRACKS, NOW_MS)
        .await
        .expect("plays");
    eprintln!("{PLAYS} plays written in {:.0?}", started.elapsed());
    let started = Instant::now();
    let tracks = count_listeners(database, NOW_MS).await.expect("counts");
    let first = started.elapsed();
    refresh_statistics(database).await.expect("statistics");
    let mut minutes = Series {
        times: Vec::new(),
        note: format!("{tracks} tracks"),
    };
    for _ in 0..MINUTES {
        let started = Instant::now();
        count_listeners(database, NOW_MS).await.expect("counts");
        minutes.times.push(started.elapsed());
    }
    let title = format!("Counting the chart, {PLAYS} plays of {CHARTING_TRACKS} tracks in 24 h");
    print_head(&title, "counted");
    print_row("each minute", &mut minutes);
    let mut once = Series {
        times: vec![first],
        note: "every track new".to_owned(),
    };
    print_row("the first time", &mut once);
    for hours in MISSED_HOURS {
        let started = Instant::now();
        let tracks = count_listeners(database, NOW_MS - hours * HOUR_MS).await;
        let mut missed = Series {
            times: vec![started.elapsed()],
            note: format!("{} tracks", tracks.expect("counts")),
        };
        print_row(&format!("a chart missed {hours} h ago"), &mut missed);
    }
    let p95 = percentile(&minutes.times, 95);
    (P95_LIMIT < p95).then(|| format!("counting the chart: p95 {p95:.1?}, limit {P95_LIMIT:?}"))
}
