//! The whole request in process, JSON included.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use music::synthetic::{Typed, queries};
use testkit::App;

use crate::TRACKS;
use crate::table::{Series, percentile, print_head, print_row};

const QUERIES_PER_KIND: usize = 60;
/// Asked before, not measured and not asked again: what a database that serves has in memory.
const WARM_UP_PER_KIND: usize = 60;
const P95_LIMIT: Duration = Duration::from_millis(20);

#[derive(Default)]
struct Kind {
    series: Series,
    meant: usize,
    found: usize,
}

/// Prints the table, and says when the 95th percentile of all queries is above the limit.
pub(crate) async fn bench(app: &App) -> Option<String> {
    let typed = queries(TRACKS, WARM_UP_PER_KIND + QUERIES_PER_KIND);
    let (warm_up, measured) =
        typed.split_at(typed.len() * WARM_UP_PER_KIND / (WARM_UP_PER_KIND + QUERIES_PER_KIND));
    let mut kinds: BTreeMap<&str, Kind> = BTreeMap::new();
    for query in warm_up {
        ask(app, query).await;
    }
    for query in measured {
        let (time, is_found) = ask(app, query).await;
        let kind = kinds.entry(query.kind).or_default();
        kind.series.times.push(time);
        kind.meant += usize::from(query.meant.is_some());
        kind.found += usize::from(is_found);
    }
    print_head(&format!("Search, {TRACKS} tracks"), "found");
    let mut all = Series::default();
    for (name, mut kind) in kinds {
        all.times.extend(kind.series.times.iter().copied());
        if 0 < kind.meant {
            kind.series.note = format!("{} of {}", kind.found, kind.meant);
        }
        print_row(name, &mut kind.series);
    }
    print_row("all", &mut all);
    let p95 = percentile(&all.times, 95);
    (P95_LIMIT < p95).then(|| format!("search: p95 {p95:.1?}, limit {P95_LIMIT:?}"))
}

async fn ask(app: &App, typed: &Typed) -> (Duration, bool) {
    let query: Vec<String> = typed
        .query
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    let path = format!("/api/music/v1/search?q={}", query.concat());
    let started = Instant::now();
    let answer = app.get(&path).await;
    let time = started.elapsed();
    let json = answer.json();
    let is_found = typed.meant.as_ref().is_some_and(|meant| {
        let tracks = json["tracks"].as_array().expect("tracks");
        tracks.iter().any(|track| track["title"] == meant.as_str())
    });
    (time, is_found)
}
