//! Playlists over HTTP: what they say is what the object holds.

use std::io::Read as _;

use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RANGE,
    VARY,
};

use super::*;

/// The value of an attribute or tag in a playlist.
fn after<'a>(text: &'a str, start: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap();
    rest.split(['\n', '"', ',']).next().unwrap()
}

#[tokio::test]
async fn following_a_playlist_gives_the_object_back_byte_for_byte() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(10)).await;
    let (first, second, last) = (noise(50_000), noise(300_000), noise(700));
    let fragments = [&first[..], &second, &last];
    app.add_rendition(&id, 128, b"the init part", &fragments, 100)
        .await;

    let master = app.get(&format!("/tracks/{id}/hls.m3u8"), &[]).await;
    assert_eq!(master.status, StatusCode::OK);
    assert_eq!(
        master.header(CONTENT_TYPE),
        Some("application/vnd.apple.mpegurl")
    );
    let master = String::from_utf8(master.body.to_vec()).unwrap();
    let url = master.lines().find(|line| !line.starts_with('#')).unwrap();
    let path = url.strip_prefix(API_PREFIX).unwrap();
    let playlist = app.get(path, &[]).await;
    let playlist = String::from_utf8(playlist.body.to_vec()).unwrap();

    let object_path = after(&playlist, "URI=\"").strip_prefix(API_PREFIX).unwrap();
    let init = after(&playlist, "BYTERANGE=\"");
    let ranges = playlist
        .lines()
        .filter_map(|line| line.strip_prefix("#EXT-X-BYTERANGE:"));
    let mut object = Vec::new();
    for range in std::iter::once(init).chain(ranges) {
        let (length, offset) = range.split_once('@').unwrap();
        let (length, offset): (u64, u64) = (length.parse().unwrap(), offset.parse().unwrap());
        let header = format!("bytes={offset}-{}", offset + length - 1);
        let answer = app.get(object_path, &[(RANGE, &header)]).await;
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
        object.extend_from_slice(&answer.body);
    }
    assert!(object == app.get(object_path, &[]).await.body);
    assert!(object == [b"the init part", &first[..], &second, &last].concat());
}

#[tokio::test]
async fn a_playlist_is_compressed_and_each_encoding_has_its_own_tag() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(10)).await;
    app.add_rendition(&id, 64, b"init", &[b"one"], 48).await;
    let path = format!("/tracks/{id}/hls/64.m3u8");
    let plain = app.get(&path, &[]).await;
    assert_eq!(plain.header(CACHE_CONTROL), Some("public, max-age=3600"));
    assert_eq!(plain.header(VARY), Some("accept-encoding"));

    let gzip = app.get(&path, &[(ACCEPT_ENCODING, "gzip")]).await;
    assert_eq!(gzip.header(CONTENT_ENCODING), Some("gzip"));
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(&gzip.body[..])
        .read_to_end(&mut text)
        .unwrap();
    assert_eq!(text, plain.body);
    let brotli = app.get(&path, &[(ACCEPT_ENCODING, "gzip, br")]).await;
    assert_eq!(brotli.header(CONTENT_ENCODING), Some("br"));

    let tags = [&plain, &gzip, &brotli].map(|answer| answer.header(ETAG).unwrap().to_owned());
    assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2]);
    let again = [(ACCEPT_ENCODING, "gzip"), (IF_NONE_MATCH, tags[1].as_str())];
    assert_eq!(
        app.get(&path, &again).await.status,
        StatusCode::NOT_MODIFIED
    );
    let other = [(ACCEPT_ENCODING, "br"), (IF_NONE_MATCH, tags[1].as_str())];
    assert_eq!(app.get(&path, &other).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_new_bit_rate_shows_in_the_master_within_a_minute() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(10)).await;
    let path = format!("/tracks/{id}/hls.m3u8");
    assert_eq!(
        app.get(&path, &[]).await.code(),
        "music.rendition_not_found"
    );
    app.add_rendition(&id, 64, b"init", &[b"one"], 48).await;
    assert_eq!(app.get(&path, &[]).await.body.len(), master_length(&id, 1));
    app.add_rendition(&id, 128, b"init", &[b"one"], 48).await;
    app.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(app.get(&path, &[]).await.body.len(), master_length(&id, 2));
}

/// The first line is 7 bytes with its end, and so on: counted by hand, but for the id.
fn master_length(id: &str, variants: usize) -> usize {
    let head = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n".len();
    let first = format!(
        "#EXT-X-STREAM-INF:BANDWIDTH=70400,AVERAGE-BANDWIDTH=64000,CODECS=\"mp4a.40.2\"\n\
         /api/music/v1/tracks/{id}/hls/64.m3u8\n"
    );
    // 140800, 128000 and 128 have one digit more each.
    head + first.len() + (variants - 1) * (first.len() + 3)
}

#[tokio::test]
async fn a_playlist_that_is_not_there_says_which_part_is_missing() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(10)).await;
    for (path, code) in [
        ("/tracks/none/hls.m3u8".to_owned(), "music.track_not_found"),
        (
            "/tracks/none/hls/64.m3u8".to_owned(),
            "music.track_not_found",
        ),
        (
            format!("/tracks/{id}/hls/64.m3u8"),
            "music.rendition_not_found",
        ),
        (
            format!("/tracks/{id}/hls/65.m3u8"),
            "music.rendition_not_found",
        ),
        (
            format!("/tracks/{id}/hls/064.m3u8"),
            "music.rendition_not_found",
        ),
        (format!("/tracks/{id}/hls/64"), "music.rendition_not_found"),
    ] {
        let answer = app.get(&path, &[]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (404, code),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_row_that_contradicts_itself_is_not_played() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(10)).await;
    app.add_rendition(&id, 64, b"init", &[b"one"], 49).await;
    let answer = app.get(&format!("/tracks/{id}/hls/64.m3u8"), &[]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (500, "internal")
    );
}
