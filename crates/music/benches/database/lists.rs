//! Pages of lists, the first and those a listener gets to by going on: the whole request in process.

use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::App;

use crate::TRACKS;
use crate::table::{Series, percentile, print_head, print_row};

const PAGES: usize = 40;
const P95_LIMIT: Duration = Duration::from_millis(50);

/// Prints the table, and gives the lists above the limit.
pub(crate) async fn bench(app: &App) -> Vec<String> {
    let genres = ask(app, "genres", None).await;
    let [genre, rare] = [largest(&genres, 1), largest(&genres, -1)];
    let artist = first_id(app, "artists").await;
    let album = first_id(app, "albums").await;
    let lists = [
        "tracks".to_owned(),
        "tracks?sort=title".to_owned(),
        "tracks?sort=released".to_owned(),
        format!("tracks?album={album}"),
        format!("tracks?artist={artist}"),
        format!("tracks?genre={genre}"),
        format!("tracks?genre={genre}&sort=title"),
        format!("tracks?genre={genre}&sort=released"),
        "albums".to_owned(),
        "albums?sort=title".to_owned(),
        "albums?sort=released".to_owned(),
        format!("albums?genre={genre}"),
        format!("tracks?genre={rare}"),
        format!("albums?genre={rare}"),
        format!("artists?genre={rare}"),
        "artists".to_owned(),
        format!("artists?genre={genre}"),
        "genres".to_owned(),
    ];
    print_head(&format!("Lists, {TRACKS} tracks"), "pages");
    let mut missed = Vec::new();
    for list in lists {
        let mut series = follow(app, &list).await;
        let name = list.replace(&genre, "largest").replace(&rare, "rarest");
        let name = name.replace(&artist, "…").replace(&album, "…");
        print_row(&format!("`{name}`"), &mut series);
        let p95 = percentile(&series.times, 95);
        if P95_LIMIT < p95 {
            missed.push(format!("`{name}`: p95 {p95:.1?}, limit {P95_LIMIT:?}"));
        }
    }
    missed
}

/// Asks for page after page, and from the beginning again where the list ends.
async fn follow(app: &App, list: &str) -> Series {
    let mut series = Series::default();
    let mut pages = 0;
    let mut cursor = None;
    ask(app, list, None).await;
    for _ in 0..PAGES {
        let started = Instant::now();
        let page = ask(app, list, cursor.as_deref()).await;
        series.times.push(started.elapsed());
        cursor = page["next"].as_str().map(str::to_owned);
        pages += 1;
        if cursor.is_none() {
            break;
        }
    }
    while series.times.len() < PAGES {
        let started = Instant::now();
        ask(app, list, None).await;
        series.times.push(started.elapsed());
    }
    series.note = format!("{pages}");
    series
}

async fn ask(app: &App, list: &str, cursor: Option<&str>) -> Value {
    let joint = if list.contains('?') { '&' } else { '?' };
    let cursor = cursor.map(|cursor| format!("{joint}cursor={cursor}"));
    let path = format!("/api/music/v1/{list}{}", cursor.unwrap_or_default());
    let answer = app.get(&path).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.json()
}

/// The genre with the most tracks, or with a sign of -1 the fewest.
fn largest(genres: &Value, sign: i64) -> String {
    let genres = genres["items"].as_array().expect("a list of genres");
    let largest = genres
        .iter()
        .max_by_key(|genre| sign * genre["track_count"].as_i64().expect("a count"));
    let id = largest.and_then(|genre| genre["id"].as_str());
    id.expect("the library has genres").to_owned()
}

async fn first_id(app: &App, list: &str) -> String {
    let page = ask(app, list, None).await;
    let id = page["items"][0]["id"].as_str();
    id.expect("the library is not empty").to_owned()
}
