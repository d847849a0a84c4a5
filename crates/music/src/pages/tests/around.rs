//! What stands around the pages: errors as people see them, the way in, and what robots read.

use axum::http::{Method, StatusCode};
use testkit::Answer;

use super::*;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn browse(app: &App, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("accept", BROWSER);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_browser_gets_a_page_in_its_language_for_an_error_anywhere() {
    let (app, _) = app_with(8).await;
    for (method, path, status, korean, english) in [
        (
            Method::GET,
            "/nonsense",
            404,
            "페이지",
            "This page does not exist",
        ),
        (
            Method::GET,
            "/music/nonsense",
            404,
            "페이지",
            "This page does not exist",
        ),
        (
            Method::POST,
            "/music",
            405,
            "여기로는 보낼 수 없습니다",
            "That does not work here",
        ),
    ] {
        for (lang, words) in [("ko", korean), ("en", english)] {
            let by_header = [("accept-language", lang)];
            let other = if lang == "ko" { "en" } else { "ko" };
            let cookie = format!("lang={lang}");
            let by_cookie = [("accept-language", other), ("cookie", cookie.as_str())];
            let named = format!("{path}?lang={lang}");
            for answer in [
                browse(&app, method.clone(), path, &by_header).await,
                browse(&app, method.clone(), path, &by_cookie).await,
                browse(&app, method.clone(), &named, &[("accept-language", other)]).await,
            ] {
                assert_eq!(answer.status.as_u16(), status, "{path}");
                assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
                assert_eq!(answer.header("cache-control"), "no-store");
                assert_eq!(answer.header("content-language"), lang);
                assert!(answer.text().contains(words), "{path} {lang}");
                assert!(answer.text().contains("content=\"noindex\""), "{path}");
            }
        }
    }
    let refused = browse(&app, Method::POST, "/music", &[]).await;
    assert_eq!(refused.header("allow"), "GET,HEAD");
    app.stop().await;
}

#[tokio::test]
async fn programs_get_problems_whatever_they_accept_of_the_api() {
    let (app, _) = app_with(1).await;
    let track = "/api/music/v1/tracks/nothing";
    let answer = browse(&app, Method::GET, track, &[]).await;
    assert_eq!(answer.refusal(), (404, "music.track_not_found".to_owned()));
    let answer = get(&app, "/nonsense", &[("accept", "application/json")]).await;
    assert_eq!(answer.refusal(), (404, "not_found".to_owned()));
    app.stop().await;
}

#[tokio::test]
async fn who_lost_the_way_is_offered_a_search_and_something_to_hear() {
    let (app, seeded) = app_with(8).await;
    for path in ["/old-aurora", "/music/old-aurora"] {
        let english = [("accept-language", "en")];
        let answer = browse(&app, Method::GET, path, &english).await;
        let html = answer.text();
        assert!(html.contains("href=\"/music/search?q=old+aurora\">Search for “old aurora”<"));
        assert!(html.contains("Worth hearing meanwhile"));
        let offered = attributes(html, "data-id");
        assert_eq!(offered.len(), 5);
        assert_eq!(offered[0], seeded.track_ids[7], "the newest first");
    }
    app.stop().await;
}

#[tokio::test]
async fn the_way_in_keeps_the_language() {
    let app = empty_app().await;
    let home = get(&app, "/?lang=en", &[]).await;
    assert_eq!(home.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(home.header("location"), "/music?lang=en");
    app.stop().await;
}

#[tokio::test]
async fn the_sitemap_lists_what_is_there_and_nothing_that_is_gone() {
    let (app, seeded) = app_with(12).await;
    let answer = get(&app, "/sitemap.xml", &[("host", "music.example")]).await;
    assert_eq!(answer.header("content-type"), "application/xml");
    let xml = answer.text();
    for path in [
        "/music".to_owned(),
        "/music/chart/rules".to_owned(),
        format!("/music/albums/{}", seeded.album_ids[0]),
        format!("/music/artists/{}", seeded.artist_ids[0]),
        format!("/music/tracks/{}", seeded.track_ids[0]),
    ] {
        assert!(
            xml.contains(&format!("<url><loc>http://music.example{path}</loc>")),
            "{path}"
        );
        assert_eq!(get(&app, &path, &[]).await.status, StatusCode::OK);
    }
    assert!(xml.contains("<lastmod>2026-"));
    assert_eq!(xml.matches("/music/tracks/").count(), 12);
    app.stop().await;
}

#[tokio::test]
async fn the_canonical_address_is_the_one_visited() {
    let app = empty_app().await;
    let host = ("host", "music.example");
    for (path, canonical) in [
        ("/music", "http://music.example/music"),
        ("/music?lang=en", "http://music.example/music?lang=en"),
        ("/music?lang=xx", "http://music.example/music"),
        (
            "/music/albums?sort=title&amp;lang=ko",
            "http://music.example/music/albums?sort=title&amp;lang=ko",
        ),
    ] {
        let asked = path.replace("&amp;", "&");
        let answer = get(&app, &asked, &[host]).await;
        let link = format!("<link rel=\"canonical\" href=\"{canonical}\">");
        assert!(answer.text().contains(&link), "{path}: {link}");
    }
    app.stop().await;
}
