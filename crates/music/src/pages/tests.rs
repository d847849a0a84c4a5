//! The pages over HTTP, in process.

mod around;
mod lists;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use testkit::{Answer, App};

use crate::store::{Seeded, Store};
use crate::synthetic::Library;
use crate::testing::empty_app;

/// What a server sends before it hears from the client: one initial window of 10 segments.
const FIRST_ANSWER_MAX_BYTES: usize = 14 * 1024;

async fn app_with(track_count: usize) -> (App, Seeded) {
    let app = empty_app().await;
    let store = Store::new(app.database.clone());
    let seeded = store
        .seed(&Library::new(track_count), &app.clock)
        .await
        .unwrap();
    (app, seeded)
}

async fn get(app: &App, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

fn every_path(seeded: &Seeded) -> Vec<String> {
    let fixed = [
        "/music",
        "/music/new",
        "/music/albums",
        "/music/albums?sort=title",
        "/music/albums?sort=released",
        "/music/search",
        "/music/search?q=%EB%B3%84",
        "/music/library",
        "/music/credits",
        "/music/chart/rules",
    ];
    let mut paths: Vec<String> = fixed.into_iter().map(str::to_owned).collect();
    paths.push(format!("/music/albums/{}", seeded.album_ids[0]));
    paths.push(format!("/music/artists/{}", seeded.artist_ids[0]));
    paths.push(format!("/music/tracks/{}", seeded.track_ids[0]));
    paths.push(format!("/music/genres/{}", seeded.genre_ids[0]));
    paths
}

/// The values of an attribute, in the order of the page.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.split(&start)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('"')?.0))
        .collect()
}

#[tokio::test]
async fn every_page_is_whole_in_both_languages() {
    let (app, seeded) = app_with(40).await;
    for path in every_path(&seeded) {
        for lang in ["ko", "en"] {
            let answer = get(&app, &path, &[("cookie", &format!("lang={lang}"))]).await;
            let html = answer.text();
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(
                html.starts_with(&format!("<!DOCTYPE html><html lang=\"{lang}\"")),
                "{path}"
            );
            assert_eq!(html.matches("<h1>").count(), 1, "{path}: headings");
            assert_eq!(html.matches("<main ").count(), 1, "{path}: main");
            assert!(
                attributes(html, "content")
                    .iter()
                    .all(|text| !text.is_empty()),
                "{path}"
            );
            assert!(
                !html.contains(" style=\""),
                "{path}: the policy refuses style attributes"
            );
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn a_part_is_what_swap_navigation_needs_and_nothing_else() {
    let (app, _) = app_with(3).await;
    let part = get(&app, "/music/new", &[("x-partial", "main")]).await;
    assert!(part.text().starts_with("<title>") && part.text().ends_with("</main>"));
    assert!(part.header("vary").contains("x-partial"));
    app.stop().await;
}

#[tokio::test]
async fn what_is_not_there_has_a_page_of_its_own() {
    let (app, _) = app_with(3).await;
    let unknown = "0198c5ee-0000-7000-8000-000000000000";
    for path in [
        "/music/nothing".to_owned(),
        "/music/charts/2026-11-23T25Z".to_owned(),
        "/music/charts/2001-01-01T00Z".to_owned(),
        format!("/music/tracks/{unknown}"),
        format!("/music/albums/{unknown}"),
        format!("/music/artists/{unknown}"),
        format!("/music/genres/{unknown}"),
    ] {
        let answer = get(&app, &path, &[("accept-language", "en")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text().contains("This page does not exist"), "{path}");
        assert!(
            answer
                .text()
                .contains("name=\"robots\" content=\"noindex\""),
            "{path}"
        );
    }
    let nonsense = get(
        &app,
        "/music/new?cursor=nonsense",
        &[("accept-language", "en")],
    )
    .await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
    assert!(
        nonsense
            .text()
            .contains("This address makes no sense to us")
    );
    app.stop().await;
}

#[tokio::test]
async fn a_slash_too_many_leads_to_the_page() {
    let (app, _seeded) = app_with(1).await;
    for (path, place) in [
        ("/music/", "/music"),
        ("/music/albums/?sort=title", "/music/albums?sort=title"),
        ("/music//example.org/", "/music//example.org"),
    ] {
        let answer = get(&app, path, &[]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::PERMANENT_REDIRECT, place),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_hundred_rows_fit_into_the_first_answer() {
    let (app, _) = app_with(300).await;
    let answer = get(&app, "/music", &[("accept-encoding", "br")]).await;
    let plain = get(&app, "/music", &[]).await;
    assert_eq!(attributes(plain.text(), "data-id").len(), 100);
    assert_eq!(answer.header("content-encoding"), "br");
    let size = answer.body.len();
    assert!(
        size <= FIRST_ANSWER_MAX_BYTES,
        "the chart takes {size} bytes"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_row_carries_what_the_player_needs_and_does_not_show() {
    let (app, seeded) = app_with(3).await;
    let answer = get(&app, "/music/new", &[]).await;
    let data = attributes(answer.text(), "data-track")[0].replace("&quot;", "\"");
    let data: serde_json::Value = serde_json::from_str(&data).unwrap();
    assert_eq!(attributes(answer.text(), "data-id")[0], seeded.track_ids[2]);
    assert_eq!(
        data["stream_url"],
        format!("/api/music/v1/tracks/{}/stream", seeded.track_ids[2])
    );
    assert!(data["duration_ms"].as_i64().unwrap() > 0);
    assert!(data.get("title").is_none(), "the row shows it");
    app.stop().await;
}

#[tokio::test]
async fn structured_data_names_the_album_with_absolute_addresses() {
    let (app, seeded) = app_with(12).await;
    let path = format!("/music/albums/{}", seeded.album_ids[0]);
    let answer = get(&app, &path, &[("host", "music.example")]).await;
    let (_, rest) = answer
        .text()
        .split_once("<script type=\"application/ld+json\">")
        .unwrap();
    let data: serde_json::Value =
        serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(data["@type"], "MusicAlbum");
    assert_eq!(data["url"], format!("http://music.example{path}"));
    assert_eq!(data["track"].as_array().unwrap().len(), 10);
    app.stop().await;
}

#[tokio::test]
async fn what_no_page_may_hold_is_left_out_of_a_search() {
    let (app, _seeded) = app_with(1).await;
    let answer = get(&app, "/music/search?q=%00%1bab%7fc", &[]).await;
    let html = answer.text();
    assert!(html.contains("abc") && !html.contains(['\0', '\u{1b}', '\u{7f}']));
}

#[tokio::test]
async fn what_is_searched_is_found_and_stays_in_the_field() {
    let (app, _) = app_with(30).await;
    let all = get(&app, "/music/new", &[]).await;
    let (_, rest) = all.text().split_once("class=\"track-title\"").unwrap();
    let title = rest
        .split_once('>')
        .unwrap()
        .1
        .split_once('<')
        .unwrap()
        .0
        .to_owned();
    let query: String = form_urlencoded::byte_serialize(title.as_bytes()).collect();
    let found = get(&app, &format!("/music/search?q={query}"), &[]).await;
    assert!(
        found.text().contains(&format!(">{title}</a>")),
        "{title} is not found"
    );
    assert!(
        found
            .text()
            .contains(&format!("name=\"q\" value=\"{title}\""))
    );
    assert!(found.text().contains("content=\"noindex\""));
    let nothing = get(
        &app,
        "/music/search?q=qqqqxxxx",
        &[("accept-language", "en")],
    )
    .await;
    assert_eq!(nothing.status, StatusCode::OK);
    assert!(nothing.text().contains("Nothing fits “qqqqxxxx”"));
    let long = get(&app, &format!("/music/search?q={}", "a".repeat(500)), &[]).await;
    assert_eq!(long.status, StatusCode::OK);
    app.stop().await;
}

#[tokio::test]
async fn a_shared_link_starts_where_it_says_without_script() {
    let (app, seeded) = app_with(3).await;
    let id = &seeded.track_ids[0];
    let answer = get(&app, &format!("/music/tracks/{id}?t=65"), &[]).await;
    let stream = format!("src=\"/api/music/v1/tracks/{id}/stream#t=65\"");
    assert!(answer.text().contains(&stream));
    let nonsense = get(&app, &format!("/music/tracks/{id}?t=x"), &[]).await;
    assert!(nonsense.text().contains("/stream\""));
    app.stop().await;
}

#[tokio::test]
async fn an_empty_library_says_so_and_home_is_the_chart() {
    let app = empty_app().await;
    for path in ["/music", "/music/new", "/music/albums", "/music/credits"] {
        let answer = get(&app, path, &[("accept-language", "en")]).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.text().contains("No music yet"), "{path}");
    }
    let home = get(&app, "/", &[]).await;
    assert_eq!(home.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(home.header("location"), "/music");
    app.stop().await;
}
