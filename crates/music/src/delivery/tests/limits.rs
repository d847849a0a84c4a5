//! What happens when many come at once, read slowly, or go away.

use std::time::Duration;

use axum::http::header::{RANGE, RETRY_AFTER};
use futures_util::future::join_all;
use http_body_util::BodyExt as _;

use super::*;
use crate::delivery::blocks::BLOCK_BYTES;

const BLOCK: usize = 256 * 1024;
/// Blocks that were asked for and not in memory.
const MISSES: &str = "media_cache_blocks_total{outcome=\"miss\"}";

/// Waits until a metric has a value.
async fn until(app: &TestApp, metric: &str, value: i64) {
    while app.metric(metric) != value {
        tokio::task::yield_now().await;
    }
}

/// Lets everything that can go on go on.
async fn settle() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn however_many_ask_a_block_is_read_once() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(BLOCK)).await;
    app.objects.hold_up();
    let path = format!("/tracks/{id}/stream");
    let all = join_all((0..100).map(|_| app.get(&path, &[(RANGE, "bytes=0-9")])));
    let release = async {
        until(&app, MISSES, 100).await;
        // The read is a task of its own: it may begin after the last one has asked.
        while app.objects.read_count() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(app.objects.read_count(), 1);
        app.objects.let_through(1);
    };
    let (answers, ()) = tokio::join!(all, release);
    assert!(answers.iter().all(|answer| answer.body.len() == 10));
    assert_eq!(app.objects.read_count(), 1);
    app.get(&path, &[]).await;
    assert_eq!(app.metric("media_cache_blocks_total{outcome=\"hit\"}"), 1);
    assert_eq!(app.metric("media_object_reads_total"), 1);
}

#[tokio::test]
async fn a_read_goes_on_for_the_others_when_the_first_who_asked_goes_away() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(BLOCK)).await;
    app.objects.hold_up();
    let path = format!("/tracks/{id}/stream");
    let mut first = Box::pin(app.get(&path, &[(RANGE, "bytes=0-9")]));
    let started = async {
        while app.objects.read_count() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = &mut first => panic!("the read was held up"),
        () = started => {}
    }
    drop(first);
    let second = app.get(&path, &[(RANGE, "bytes=5-9")]);
    let release = async {
        until(&app, MISSES, 2).await;
        app.objects.let_through(1);
    };
    let (answer, ()) = tokio::join!(second, release);
    assert_eq!(answer.body.len(), 5);
    assert_eq!(app.objects.read_count(), 1);
}

#[tokio::test]
async fn slow_readers_never_take_more_memory_than_configured() {
    let limits = Limits {
        cache_bytes: 8 * BLOCK_BYTES,
        in_flight_bytes: 4 * BLOCK_BYTES,
        memory_wait: Duration::from_millis(1),
        ..Limits::default()
    };
    let budget = i64::try_from(12 * BLOCK_BYTES).unwrap();
    let app = TestApp::with_limits(limits).await;
    let object = noise(40 * BLOCK);
    let id = app.add_track(&object).await;
    let path = format!("/tracks/{id}/stream");

    // Forty clients, each with another block in hand, none of them reading on.
    let mut held = Vec::new();
    let mut refused = 0;
    for index in 0..40_usize {
        let header = format!("bytes={}-", index * BLOCK);
        let response = app.send(Method::GET, &path, &[(RANGE, &header)]).await;
        if response.status() == StatusCode::PARTIAL_CONTENT {
            let mut body = response.into_body();
            let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
            assert!(frame == object[index * BLOCK..(index + 1) * BLOCK]);
            held.push((index, body, frame));
        } else {
            let answer = Answer::read(response).await;
            assert_eq!(answer.code(), "unavailable");
            assert!(answer.header(RETRY_AFTER).is_some());
            refused += 1;
        }
        assert!(app.metric("media_memory_bytes") <= budget);
    }
    assert_eq!((held.len(), refused), (12, 28));
    assert_eq!(app.metric("media_memory_bytes"), budget);

    // What is in memory is still served.
    let answer = app.get(&path, &[(RANGE, "bytes=0-0")]).await;
    let cached = answer.status == StatusCode::PARTIAL_CONTENT;
    let last = format!("bytes={0}-{0}", 11 * BLOCK);
    let other = app.get(&path, &[(RANGE, &last)]).await;
    assert!(cached || other.status == StatusCode::PARTIAL_CONTENT);

    // One reads on: it waits for memory, which the others give back when they go away.
    let (index, mut body, frame) = held.remove(0);
    drop(frame);
    drop(held);
    let next = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(next == object[(index + 1) * BLOCK..(index + 2) * BLOCK]);
    assert!(app.metric("media_memory_bytes") <= budget);
}

#[tokio::test]
async fn a_read_waits_for_memory() {
    let limits = Limits {
        cache_bytes: 0,
        in_flight_bytes: BLOCK_BYTES,
        ..Limits::default()
    };
    let app = TestApp::with_limits(limits).await;
    let id = app.add_track(&noise(2 * BLOCK)).await;
    let path = format!("/tracks/{id}/stream");
    let first = app.send(Method::GET, &path, &[(RANGE, "bytes=0-0")]).await;
    let second = app.get(&path, &[(RANGE, "bytes=262144-262144")]);
    let release = async {
        until(&app, MISSES, 2).await;
        settle().await;
        assert_eq!(app.objects.read_count(), 1);
        drop(first);
    };
    let (second, ()) = tokio::join!(second, release);
    assert_eq!(second.status, StatusCode::PARTIAL_CONTENT);
}

#[tokio::test]
async fn long_answers_have_slots_and_short_ones_need_none() {
    let limits = Limits {
        // Of which one network may have two.
        long_answers_max: 4,
        ..Limits::default()
    };
    let app = TestApp::with_limits(limits).await;
    let id = app.add_track(&noise(2_000_000)).await;
    let path = format!("/tracks/{id}/stream");
    let first = app.send(Method::GET, &path, &[]).await;
    let second = app.send(Method::GET, &path, &[(RANGE, "bytes=0-")]).await;
    assert_eq!(app.metric("media_active_long_answers"), 2);

    let refused = app.get(&path, &[]).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (503, "unavailable")
    );
    assert!(refused.header(RETRY_AFTER).is_some());
    assert_eq!(app.metric("media_long_answers_refused_total"), 1);
    let short = app.get(&path, &[(RANGE, "bytes=0-1048575")]).await;
    assert_eq!(short.status, StatusCode::PARTIAL_CONTENT);
    let head = app.send(Method::HEAD, &path, &[]).await;
    assert_eq!(head.status(), StatusCode::OK);

    // One client goes away in the middle, the other reads to the end: both give their slot back.
    let mut body = first.into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    assert_eq!(Answer::read(second).await.body.len(), 2_000_000);
    assert_eq!(app.metric("media_active_long_answers"), 0);
    assert_eq!(app.metric("media_active_streams"), 0);
    assert_eq!(app.get(&path, &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_block_is_read_only_when_the_client_wants_it() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(4 * BLOCK)).await;
    let path = format!("/tracks/{id}/stream");
    let mut body = app.send(Method::GET, &path, &[]).await.into_body();
    settle().await;
    assert_eq!(app.objects.read_count(), 1);
    body.frame().await.unwrap().unwrap();
    settle().await;
    assert_eq!(app.objects.read_count(), 1);
    body.frame().await.unwrap().unwrap();
    assert_eq!(app.objects.read_count(), 2);
}

#[tokio::test]
async fn an_answer_breaks_off_rather_than_go_on_with_wrong_bytes() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(2 * BLOCK)).await;
    let path = format!("/tracks/{id}/stream");
    let mut body = app.send(Method::GET, &path, &[]).await.into_body();
    body.frame().await.unwrap().unwrap();
    app.objects.break_reads(true);
    assert!(body.frame().await.unwrap().is_err());
    drop(body);
    assert_eq!(app.metric("media_active_streams"), 0);
}
