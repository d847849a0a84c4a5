//! Every status and every header of a media answer.

use super::*;
use crate::delivery::blocks::BLOCK_BYTES;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, IF_MATCH, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE, RETRY_AFTER,
};
use axum::http::{HeaderName, Method, StatusCode};
use http_body_util::BodyExt as _;

const COVER_ID: &str = "0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn a_whole_file_comes_with_everything_a_player_and_a_cache_need() {
    let app = TestApp::new().await;
    let original = noise(700_000);
    let id = app.add_track(&original).await;
    let answer = app.get(&format!("/tracks/{id}/stream"), &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, original);
    let etag = format!("\"{}\"", hex(&original));
    for (name, value) in [
        (CONTENT_TYPE, "audio/ogg"),
        (CONTENT_LENGTH, "700000"),
        (ACCEPT_RANGES, "bytes"),
        (ETAG, etag.as_str()),
        (LAST_MODIFIED, "Fri, 13 Feb 2009 23:31:30 GMT"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ] {
        assert_eq!(answer.header(name.clone()), Some(value), "{name}");
    }
    assert_eq!(answer.header(CONTENT_RANGE), None);
    assert_eq!(answer.header(CONTENT_ENCODING), None);
}

#[tokio::test]
async fn head_says_what_get_would_and_reads_nothing() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(3_000_000)).await;
    let path = format!("/tracks/{id}/stream");
    let response = app.send(Method::HEAD, &path, &[(RANGE, "bytes=0-9")]).await;
    let answer = Answer::read(response).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header(CONTENT_LENGTH), Some("3000000"));
    assert!(answer.body.is_empty());
    assert_eq!(app.objects.read_count(), 0);
}

#[tokio::test]
async fn a_range_is_answered_alone_and_several_in_parts() {
    let app = TestApp::new().await;
    let original = noise(1000);
    let id = app.add_track(&original).await;
    let path = format!("/tracks/{id}/stream");
    let answer = app.get(&path, &[(RANGE, "bytes=10-19")]).await;
    assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(answer.header(CONTENT_RANGE), Some("bytes 10-19/1000"));
    assert_eq!(answer.header(CONTENT_LENGTH), Some("10"));
    assert_eq!(answer.header(CONTENT_TYPE), Some("audio/ogg"));
    assert_eq!(answer.body, original[10..20]);

    let answer = app.get(&path, &[(RANGE, "bytes=990-,0-1")]).await;
    assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(answer.header(CONTENT_RANGE), None);
    let boundary = format!("haas-part-{:.24}", hex(&original));
    let content_type = format!("multipart/byteranges; boundary={boundary}");
    assert_eq!(answer.header(CONTENT_TYPE), Some(content_type.as_str()));
    let mut expected = Vec::new();
    for (range, content_range) in [(990..1000, "bytes 990-999/1000"), (0..2, "bytes 0-1/1000")] {
        let head = format!(
            "\r\n--{boundary}\r\nContent-Type: audio/ogg\r\nContent-Range: {content_range}\r\n\r\n"
        );
        expected.extend_from_slice(head.as_bytes());
        expected.extend_from_slice(&original[range]);
    }
    expected.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    assert_eq!(answer.body, expected);
    let length = expected.len().to_string();
    assert_eq!(answer.header(CONTENT_LENGTH), Some(length.as_str()));
}

#[tokio::test]
async fn conditions_answer_304_412_and_416() {
    let app = TestApp::new().await;
    let original = noise(1000);
    let id = app.add_track(&original).await;
    let path = format!("/tracks/{id}/stream");
    let etag = format!("\"{}\"", hex(&original));

    let answer = app
        .get(&path, &[(IF_NONE_MATCH, &etag), (RANGE, "bytes=0-1")])
        .await;
    assert_eq!(answer.status, StatusCode::NOT_MODIFIED);
    assert_eq!(answer.header(ETAG), Some(etag.as_str()));
    assert_eq!(answer.header(CACHE_CONTROL), Some("public, max-age=3600"));
    assert!(answer.body.is_empty());

    let answer = app.get(&path, &[(IF_MATCH, "\"other\"")]).await;
    assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(answer.code(), "precondition_failed");
    assert_eq!(answer.header(CACHE_CONTROL), Some("no-store"));

    let answer = app.get(&path, &[(RANGE, "bytes=1000-")]).await;
    assert_eq!(answer.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(answer.header(CONTENT_RANGE), Some("bytes */1000"));
    assert_eq!(answer.code(), "range_not_satisfiable");

    let answer = app
        .get(&path, &[(IF_RANGE, "\"other\""), (RANGE, "bytes=0-1")])
        .await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 1000));
    let answer = app
        .get(&path, &[(IF_RANGE, &etag), (RANGE, "bytes=0-1")])
        .await;
    assert_eq!(
        (answer.status, answer.body.len()),
        (StatusCode::PARTIAL_CONTENT, 2)
    );
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let app = TestApp::new().await;
    let id = app.add_track(&[]).await;
    let path = format!("/tracks/{id}/stream");
    for (range, status) in [
        (None, StatusCode::OK),
        (Some("bytes=-1"), StatusCode::OK),
        (Some("bytes=0-"), StatusCode::RANGE_NOT_SATISFIABLE),
    ] {
        let headers: Vec<_> = range.map(|range| (RANGE, range)).into_iter().collect();
        let answer = app.get(&path, &headers).await;
        assert_eq!(answer.status, status, "{range:?}");
        if status == StatusCode::OK {
            assert!(answer.body.is_empty());
            assert_eq!(answer.header(CONTENT_LENGTH), Some("0"));
        }
    }
    assert_eq!(app.objects.read_count(), 0);
}

#[tokio::test]
async fn the_bit_rate_picks_a_rendition() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(10)).await;
    let rendition = app
        .add_rendition(&id, 128, b"init", &[b"one", b"two"], 192)
        .await;
    let path = format!("/tracks/{id}/stream?bit_rate_kbps=128&CMCD=br%3D128%2Cbs%2Csf%3Dh");
    let answer = app.get(&path, &[]).await;
    assert_eq!(answer.body, "initonetwo");
    assert_eq!(answer.header(CONTENT_TYPE), Some("audio/mp4"));
    assert_eq!(answer.header(CACHE_CONTROL), Some("public, max-age=3600"));
    assert_eq!(app.metric("media_cmcd_requests_total"), 1);
    assert_eq!(app.metric("media_cmcd_starvations_total"), 1);

    let path = format!("/media/{}.mp4?CMCD=br%3D128", rendition.id);
    let answer = app.get(&path, &[(RANGE, "bytes=4-6")]).await;
    assert_eq!(
        (answer.status, &answer.body[..]),
        (StatusCode::PARTIAL_CONTENT, &b"one"[..])
    );
    assert_eq!(
        answer.header(CACHE_CONTROL),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(app.metric("media_cmcd_requests_total"), 2);
    assert_eq!(app.metric("media_cmcd_starvations_total"), 1);
    assert_eq!(app.metric("media_sent_bytes_total"), 10 + 3);

    let path = format!("/media/{}.mp4", rendition.id);
    let starved = HeaderName::from_static("cmcd-status");
    app.get(&path, &[(RANGE, "bytes=4-6"), (starved, "bs")])
        .await;
    assert_eq!(app.metric("media_cmcd_requests_total"), 3);
    assert_eq!(app.metric("media_cmcd_starvations_total"), 2);
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_not_there() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(10)).await;
    for (path, status, code) in [
        (
            "/tracks/none/stream".to_owned(),
            404,
            "music.track_not_found",
        ),
        (
            format!("/tracks/{id}/stream?bit_rate_kbps=64"),
            404,
            "music.rendition_not_found",
        ),
        (
            format!("/tracks/{id}/stream?bit_rate_kbps=65"),
            400,
            "invalid",
        ),
        (
            format!("/tracks/{id}/stream?bit_rate_kbps=x"),
            400,
            "invalid",
        ),
        (
            "/media/none.mp4".to_owned(),
            404,
            "music.rendition_not_found",
        ),
        ("/media/none".to_owned(), 404, "music.rendition_not_found"),
        (
            format!("/covers/{COVER_ID}/320.webp"),
            404,
            "music.cover_not_found",
        ),
        (
            format!("/covers/{COVER_ID}/321.webp"),
            404,
            "music.cover_not_found",
        ),
        (
            "/covers/..%2F..%2Foriginals/320.webp".to_owned(),
            404,
            "music.cover_not_found",
        ),
    ] {
        let answer = app.get(&path, &[]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (status, code),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_cover_is_a_picture_for_ever() {
    let app = TestApp::new().await;
    app.put(&crate::keys::cover(COVER_ID, 96), b"small").await;
    let answer = app.get(&format!("/covers/{COVER_ID}/96.webp"), &[]).await;
    assert_eq!(
        (answer.status, &answer.body[..]),
        (StatusCode::OK, &b"small"[..])
    );
    assert_eq!(answer.header(CONTENT_TYPE), Some("image/webp"));
    assert_eq!(
        answer.header(CACHE_CONTROL),
        Some("public, max-age=31536000, immutable")
    );
    let etag = format!("\"{COVER_ID}-96\"");
    assert_eq!(answer.header(ETAG), Some(etag.as_str()));
    let answer = app
        .get(
            &format!("/covers/{COVER_ID}/96.webp"),
            &[(IF_NONE_MATCH, &etag)],
        )
        .await;
    assert_eq!(answer.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn lost_media_is_503_and_media_of_another_size_is_500() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(10)).await;
    let path = format!("/tracks/{id}/stream");
    app.objects.break_reads(true);
    let answer = app.get(&path, &[]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (503, "unavailable")
    );
    assert!(answer.header(RETRY_AFTER).is_some());
    app.objects.break_reads(false);
    assert_eq!(app.get(&path, &[]).await.status, StatusCode::OK);

    let id = app.add_track(&noise(20)).await;
    app.put(&format!("originals/{}", hex(&noise(20))), &noise(19))
        .await;
    let answer = app.get(&format!("/tracks/{id}/stream"), &[]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (500, "internal")
    );
    assert_eq!(app.metric("media_active_streams"), 0);
}

#[tokio::test]
async fn a_deleted_track_falls_silent_within_a_minute() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(10)).await;
    let path = format!("/tracks/{id}/stream");
    assert_eq!(app.get(&path, &[]).await.status, StatusCode::OK);
    app.change_track(&id, |row| row.deleted_at_ms = Set(Some(NOW_MS)))
        .await;
    app.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(app.get(&path, &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_body_yields_slices_of_blocks_without_copying() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(600_000)).await;
    let path = format!("/tracks/{id}/stream");
    let mut lengths = Vec::new();
    let mut body = app
        .send(Method::GET, &path, &[(RANGE, "bytes=100-599999")])
        .await
        .into_body();
    while let Some(frame) = body.frame().await {
        lengths.push(frame.unwrap().into_data().unwrap());
    }
    let block = usize::try_from(BLOCK_BYTES).unwrap();
    let counted: Vec<usize> = lengths.iter().map(Bytes::len).collect();
    assert_eq!(counted, [block - 100, block, 600_000 - 2 * block]);
    let again = app.get(&path, &[(RANGE, "bytes=262144-262145")]).await.body;
    assert_eq!(
        again.as_ptr(),
        lengths[1].as_ptr(),
        "the second block was read or copied again"
    );
}
