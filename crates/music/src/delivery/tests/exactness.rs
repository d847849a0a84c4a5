//! Ranges of any form over objects of any size are the bytes that were stored.

use std::ops::Range;

use axum::http::header::{CONTENT_RANGE, RANGE};
use http_body::Body as _;
use proptest::prelude::*;

use super::*;
use crate::delivery::blocks::BLOCK_BYTES;

/// Sizes and positions about which somebody may be off by one.
fn position() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..4 * BLOCK_BYTES,
        Just(0),
        Just(1),
        Just(BLOCK_BYTES - 1),
        Just(BLOCK_BYTES),
        Just(BLOCK_BYTES + 1),
        Just(3 * BLOCK_BYTES),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn ranges_are_byte_exact_against_the_stored_object(
        size in position(),
        wanted in proptest::collection::vec((position(), position()), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(size, &wanted));
    }
}

/// Asks for every form of range over a cache that holds less than the object.
async fn check(size: u64, wanted: &[(u64, u64)]) {
    let limits = Limits {
        cache_bytes: 2 * BLOCK_BYTES,
        ..Limits::default()
    };
    let app = TestApp::with_limits(limits).await;
    let object = noise(usize::try_from(size).unwrap());
    let id = app.add_track(&object).await;
    let path = format!("/tracks/{id}/stream");
    for (first, more) in wanted {
        let to = format!("bytes={first}-{}", first + more);
        check_range(
            &app,
            &path,
            &object,
            &to,
            *first..(first + more + 1).min(size),
        )
        .await;
        check_range(
            &app,
            &path,
            &object,
            &format!("bytes={first}-"),
            *first..size,
        )
        .await;
        let suffix = format!("bytes=-{more}");
        if size == 0 && *more > 0 {
            let answer = app.get(&path, &[(RANGE, &suffix)]).await;
            assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
        } else {
            check_range(
                &app,
                &path,
                &object,
                &suffix,
                size.saturating_sub(*more)..size,
            )
            .await;
        }
    }
}

async fn check_range(app: &TestApp, path: &str, object: &[u8], header: &str, expected: Range<u64>) {
    let response = app.send(Method::GET, path, &[(RANGE, header)]).await;
    let announced = response.body().size_hint().exact();
    let answer = Answer::read(response).await;
    let size = object.len();
    if expected.is_empty() {
        assert_eq!(answer.status, StatusCode::RANGE_NOT_SATISFIABLE, "{header}");
        let content_range = format!("bytes */{size}");
        assert_eq!(answer.header(CONTENT_RANGE), Some(content_range.as_str()));
        return;
    }
    assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT, "{header}");
    let content_range = format!("bytes {}-{}/{size}", expected.start, expected.end - 1);
    assert_eq!(answer.header(CONTENT_RANGE), Some(content_range.as_str()));
    assert_eq!(announced, Some(answer.body.len() as u64));
    let at = |position: u64| usize::try_from(position).unwrap();
    assert!(
        answer.body == object[at(expected.start)..at(expected.end)],
        "{header} of {size} bytes"
    );
}
