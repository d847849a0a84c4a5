use serde_json::Value;

use super::Api;
use crate::synthetic::{Album, Library, Track};

/// A few synthetic names that look like real ones.
fn library() -> Library {
    let artists = ["아이유", "The Bluebirds", "방탄나비단", "Sigur Rós", "유희"];
    let albums = [
        ("밤의 정원", 0),
        ("Garden of Lanterns", 1),
        ("봄날의 기차", 2),
        ("Ágætis", 3),
        ("÷", 4),
    ];
    let tracks = [
        ("밤편지", 0),
        ("이 밤에", 0),
        ("깊은밤", 0),
        ("Palette", 0),
        ("Night Letter", 1),
        ("The Night", 1),
        ("Lanterns", 1),
        ("Don't Stop", 1),
        ("봄날", 2),
        ("봄날은 간다", 2),
        ("따뜻한 봄날", 2),
        ("Svefn-g-englar", 3),
        ("Hoppípolla", 3),
        ("편지", 4),
        ("100%", 4),
    ];
    Library {
        artists: artists.map(str::to_owned).into(),
        albums: albums
            .map(|(title, artist)| Album {
                title: title.to_owned(),
                artist,
                released_on: None,
            })
            .into(),
        tracks: tracks
            .into_iter()
            .zip(1..)
            .map(|((title, album), track_number)| Track {
                title: title.to_owned(),
                album,
                track_number,
                genre: 0,
            })
            .collect(),
    }
}

async fn found(api: &Api, query: &str) -> Value {
    let encoded: Vec<String> = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let path = format!("/search?q={}", encoded.concat());
    api.get(&path).await.json()
}

fn names(result: &Value, section: &str) -> Vec<String> {
    let name = if section == "artists" {
        "name"
    } else {
        "title"
    };
    let items = result[section].as_array().unwrap();
    items
        .iter()
        .map(|item| item[name].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn titles_are_found_by_what_people_type() {
    Api::on_each(&library(), |api| async move {
        for (query, first) in [
            // Beginnings, whole and while a syllable is being typed.
            ("밤편지", "밤편지"),
            ("밤펴", "밤편지"),
            ("밤ㅍ", "밤편지"),
            ("바", "밤편지"),
            ("봄날", "봄날"),
            ("night", "Night Letter"),
            // Spaces, case, accents and punctuation do not count.
            ("밤 편지", "밤편지"),
            ("이밤에", "이 밤에"),
            ("HOPPIPOLLA", "Hoppípolla"),
            ("svefn g englar", "Svefn-g-englar"),
            ("dont stop", "Don't Stop"),
            ("100", "100%"),
            // Initials, and the pair that a keyboard joins.
            ("ㅂㅍㅈ", "밤편지"),
            ("ㄸㄸㅎ", "따뜻한 봄날"),
            // Inside a word.
            ("은밤", "깊은밤"),
            ("polla", "Hoppípolla"),
            // Words in any order, of the artist and the album too.
            ("letter night", "Night Letter"),
            ("밤편지 아이유", "밤편지"),
            ("bluebirds stop", "Don't Stop"),
            ("ㅇㅇㅇ 팔레트 palette", "Palette"),
            // One misspelling, early, late, swapped, missing, too many.
            ("밤펹지", "밤편지"),
            ("밤편저", "밤편지"),
            ("밥편지", "밤편지"),
            ("palete", "Palette"),
            ("pallette", "Palette"),
            ("plaette", "Palette"),
            ("balette", "Palette"),
            ("lantenrs", "Lanterns"),
            // One misspelling in one word of several.
            ("아이우 밤편지", "밤편지"),
            ("bluebirds stip", "Don't Stop"),
        ] {
            let result = found(&api, query).await;
            let titles = names(&result, "tracks");
            let is_first = titles.first().is_some_and(|title| title == first);
            // This one names a word that no track has.
            if query.contains("팔레트") {
                assert!(titles.is_empty(), "{query}: {titles:?}");
            } else {
                assert!(is_first, "{query}: {titles:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn better_matches_come_first() {
    Api::on_each(&library(), |api| async move {
        let titles = |result: &Value| names(result, "tracks");
        assert_eq!(
            titles(&found(&api, "봄날").await),
            ["봄날", "봄날은 간다", "따뜻한 봄날"]
        );
        // The name begins with it, then a word of it does, then the album's; inside a word comes last.
        let titles_with_night = titles(&found(&api, "밤").await);
        assert_eq!(titles_with_night[..2], ["밤편지", "이 밤에"]);
        assert_eq!(titles_with_night.len(), 4);
        assert_eq!(titles(&found(&api, "편지").await)[..2], ["편지", "밤편지"]);
    })
    .await;
}

#[tokio::test]
async fn a_title_typed_whole_with_its_artist_comes_before_titles_that_go_on() {
    let mut library = library();
    let titles = ["Crown of Rain", "Crown of Rainbows", "Crowned", "Crown"];
    library
        .tracks
        .extend(titles.into_iter().zip(10..).map(|(title, track_number)| {
            let album = 1;
            Track {
                title: title.to_owned(),
                album,
                track_number,
                genre: 0,
            }
        }));
    Api::on_each(&library, |api| async move {
        for query in ["crown bluebirds", "bluebirds crown"] {
            let titles = names(&found(&api, query).await, "tracks");
            let expected = ["Crown", "Crowned", "Crown of Rain", "Crown of Rainbows"];
            assert_eq!(titles, expected, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_top_result_is_the_best_of_all_kinds() {
    Api::on_each(&library(), |api| async move {
        for (query, kind, name) in [
            ("아이유", "artist", "아이유"),
            ("ㅇㅇㅇ", "artist", "아이유"),
            ("아이우", "artist", "아이유"),
            ("sigur ros", "artist", "Sigur Rós"),
            ("bluebrids", "artist", "The Bluebirds"),
            ("밤편지", "track", "밤편지"),
            ("garden of", "album", "Garden of Lanterns"),
            ("÷", "album", "÷"),
        ] {
            let top = found(&api, query).await["top"].take();
            assert_eq!(top["kind"], kind, "{query}: {top}");
            let name_of = if kind == "artist" { "name" } else { "title" };
            assert_eq!(top[kind][name_of], name, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_artist_brings_the_tracks_even_when_misspelled() {
    Api::on_each(&library(), |api| async move {
        for query in ["아이유", "아이우", "어이유", "ㅇㅇㅇ"] {
            let mut titles = names(&found(&api, query).await, "tracks");
            titles.sort();
            assert_eq!(
                titles,
                ["Palette", "깊은밤", "밤편지", "이 밤에"],
                "{query}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_found_for_nothing_and_for_nonsense() {
    let api = Api::with(&library()).await;
    for query in [
        "",
        "   ",
        "qqqqqqq",
        "뷁뷁뷁",
        "%",
        "_",
        "^",
        "'; DROP TABLE tracks; --",
    ] {
        let result = found(&api, query).await;
        assert_eq!(result["query"], query);
        assert!(result["top"].is_null(), "{query}: {result}");
        for section in ["tracks", "albums", "artists"] {
            assert_eq!(result[section], Value::Array(Vec::new()), "{query}");
        }
    }
    let result = api.get("/search").await.json();
    assert!(result["top"].is_null());
}

#[tokio::test]
async fn what_is_too_long_or_too_many_is_refused() {
    let api = Api::with(&Library::default()).await;
    for path in [
        "/search?q=a&limit=0",
        "/search?q=a&limit=51",
        "/search?q=a&limit=x",
    ] {
        assert_eq!(api.get(path).await.refusal().0, 400, "{path}");
    }
    let longest = "a".repeat(100);
    assert!(
        api.get(&format!("/search?q={longest}"))
            .await
            .status
            .is_success()
    );
    let longer = format!("/search?q={longest}a");
    assert_eq!(
        api.get(&longer).await.refusal(),
        (400, "invalid".to_owned())
    );
}

#[tokio::test]
async fn a_section_holds_no_more_than_asked() {
    let api = Api::with(&Library::new(400)).await;
    let result = api.get("/search?q=a&limit=2").await.json();
    for section in ["tracks", "albums", "artists"] {
        assert_eq!(result[section].as_array().unwrap().len(), 2, "{section}");
    }
}
