//! A database that is away: what is known plays on, and what is not says when to come again.

use std::time::{Duration, Instant};

use axum::http::header::{RANGE, RETRY_AFTER};
use futures_util::future::join_all;
use testkit::each_server;

use super::*;
use crate::delivery::remember::LIFETIME;

const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_track_that_is_heard_plays_on_and_comes_again_after_the_outage() {
    each_server::<Migrator>(async |database, line| {
        let folder = tempfile::tempdir().unwrap();
        let app = TestApp::on(folder, database, Limits::default());
        let id = app.add_track(&noise(1_000)).await;
        let other = app.add_track(&noise(2_000)).await;
        let fragments = [&noise(5_000)[..], &noise(3_000)];
        app.add_rendition(&id, 128, b"init", &fragments, 96).await;
        let master = format!("/tracks/{id}/hls.m3u8");
        let playlists = app.get(&master, &[]).await;
        let text = String::from_utf8(playlists.body.to_vec()).unwrap();
        let url = text.lines().find(|line| !line.starts_with('#')).unwrap();
        let playlist = url.strip_prefix(API_PREFIX).unwrap();
        let text = String::from_utf8(app.get(playlist, &[]).await.body.to_vec()).unwrap();
        let (_, uri) = text.split_once("URI=\"").unwrap();
        let object = uri
            .split('"')
            .next()
            .unwrap()
            .strip_prefix(API_PREFIX)
            .unwrap();
        let original = format!("/tracks/{id}/stream");
        let mut heard = Vec::new();
        for path in [&master, playlist, object, &original] {
            heard.push((path, app.get(path, &[]).await));
        }

        line.cut();
        // Believed for a while, and then for as long as nobody can be asked.
        for _ in 0..2 {
            // At once: each that is asked for in vain takes as long as one waits for a connection.
            let again = heard.iter().map(async |(path, before)| {
                let answer = app.get(path, &[]).await;
                assert_eq!(answer.status, StatusCode::OK, "{path}");
                assert!(answer.body == before.body, "{path}");
            });
            join_all(again).await;
            let segment = app.get(object, &[(RANGE, "bytes=4-5003")]).await;
            assert_eq!(segment.status, StatusCode::PARTIAL_CONTENT);
            app.clock.advance(LIFETIME);
        }
        let unknown = format!("/tracks/{other}/stream");
        let answer = app.get(&unknown, &[]).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.headers.contains_key(RETRY_AFTER));

        line.mend();
        let started = Instant::now();
        while app.get(&unknown, &[]).await.status != StatusCode::OK {
            assert!(started.elapsed() < PATIENCE);
        }
    })
    .await;
}
