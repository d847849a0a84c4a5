//! Lyrics and waveforms over HTTP.

use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};

use super::*;

#[tokio::test]
async fn a_waveform_is_its_peaks() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(10)).await;
    let path = format!("/tracks/{id}/waveform");
    assert_eq!(app.get(&path, &[]).await.code(), "music.waveform_not_found");
    app.change_track(&id, |row| row.waveform = Set(Some(vec![0, 7, 255])))
        .await;
    let answer = app.get(&path, &[]).await;
    assert_eq!(answer.body, r#"{"peaks":[0,7,255]}"#);
    assert_eq!(answer.header(CONTENT_TYPE), Some("application/json"));
    let missing = app.get("/tracks/none/waveform", &[]).await;
    assert_eq!(missing.code(), "music.track_not_found");
}

#[tokio::test]
async fn lyrics_are_lines_with_times_or_plain_text_or_both() {
    let app = TestApp::new().await;
    let id = app.add_track(&noise(10)).await;
    let path = format!("/tracks/{id}/lyrics");
    assert_eq!(app.get(&path, &[]).await.code(), "music.lyrics_not_found");

    app.change_track(&id, |row| row.lyrics_plain = Set(Some("la\nla".to_owned())))
        .await;
    let plain = app.get(&path, &[]).await;
    assert_eq!(plain.body, r#"{"plain":"la\nla","lines":null}"#);

    let synced = "[00:12.500]둘\n[00:01.000]하나\n".to_owned();
    app.change_track(&id, |row| row.lyrics_synced = Set(Some(synced)))
        .await;
    let etag = plain.header(ETAG).unwrap();
    let both = app.get(&path, &[(IF_NONE_MATCH, etag)]).await;
    assert_eq!(both.status, StatusCode::OK);
    let json =
        r#"{"plain":"la\nla","lines":[{"at_ms":1000,"text":"하나"},{"at_ms":12500,"text":"둘"}]}"#;
    assert_eq!(both.body, json);
    let etag = both.header(ETAG).unwrap();
    let again = app.get(&path, &[(IF_NONE_MATCH, etag)]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
}
