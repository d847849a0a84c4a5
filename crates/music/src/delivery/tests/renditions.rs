//! Real renditions, made by ffmpeg from an imported file, followed by their playlists and decoded.

use std::f64::consts::TAU;
use std::io::Write as _;
use std::path::Path as FilePath;
use std::process::{Command, Stdio};

use axum::http::header::RANGE;

use super::*;
use crate::ingest::{ImportOptions, Library, PrepareError, import, prepare_all};

const SAMPLE_RATE_HZ: u32 = 44_100;
/// 12 s and a bit: eleven fragments of 48 frames at 44.1 kHz, the last one short; those past the eighth in twos.
const SAMPLE_COUNT: u32 = 12 * SAMPLE_RATE_HZ + 777;

#[tokio::test]
async fn what_playlists_point_to_decodes_without_a_word_in_every_bit_rate() {
    let app = TestApp::new().await;
    let music = tempfile::tempdir().unwrap();
    write_wav(&music.path().join("Tone.wav"));
    let library = Library {
        database: app.database.clone(),
        objects: app.objects.as_objects(),
        work: music.path().join("work"),
        clock: app.clock.clone(),
    };
    let options = ImportOptions::new(music.path());
    import(&library, &options, &mut |_| {}).await.unwrap();
    match prepare_all(&library, &Tasks::default(), 1, &|_| {}).await {
        Err(PrepareError::NoFfmpeg) => {
            testkit::skip("ffmpeg");
            return;
        }
        // The service's own worker may have taken the job.
        summary => assert_eq!(summary.unwrap().left, 0),
    }
    let tracks = app.get("/tracks", &[]).await;
    let tracks: serde_json::Value = serde_json::from_slice(&tracks.body).unwrap();
    let id = tracks["items"][0]["id"].as_str().unwrap();
    for kbps in [64, 128, 256] {
        let path = format!("/tracks/{id}/hls/{kbps}.m3u8");
        let playlist = app.get(&path, &[]).await;
        assert_eq!(playlist.status, StatusCode::OK, "{path}");
        let playlist = String::from_utf8(playlist.body.to_vec()).unwrap();
        let object = follow(&app, &playlist).await;
        let whole = app
            .get(&format!("/tracks/{id}/stream?bit_rate_kbps={kbps}"), &[])
            .await;
        assert!(
            whole.body == object,
            "the playlist does not cover the object"
        );
        let (samples, complaint) = decode(&object);
        assert_eq!(complaint, "", "{kbps} kbit/s");
        // A player leaves the encoder's priming out, as the edit list says; ffmpeg does not do so in fragmented files.
        let difference = i64::from(samples) - 1024 - i64::from(SAMPLE_COUNT);
        assert!(
            difference.abs() <= 1024,
            "{samples} samples at {kbps} kbit/s"
        );
    }
}

/// Gets the init part and every segment of a playlist, as a player does.
async fn follow(app: &TestApp, playlist: &str) -> Vec<u8> {
    let (_, map) = playlist.split_once("#EXT-X-MAP:URI=\"").unwrap();
    let (url, rest) = map.split_once("\",BYTERANGE=\"").unwrap();
    let (init, _) = rest.split_once('"').unwrap();
    let path = url.strip_prefix(API_PREFIX).unwrap();
    let segments = playlist
        .lines()
        .filter_map(|line| line.strip_prefix("#EXT-X-BYTERANGE:"));
    let mut object = Vec::new();
    for range in std::iter::once(init).chain(segments) {
        let (length, offset) = range.split_once('@').unwrap();
        let (length, offset): (u64, u64) = (length.parse().unwrap(), offset.parse().unwrap());
        let header = format!("bytes={offset}-{}", offset + length - 1);
        let answer = app.get(path, &[(RANGE, &header)]).await;
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
        object.extend_from_slice(&answer.body);
    }
    object
}

/// Decodes to 16 bit stereo; answers how many samples each side has, and what ffmpeg had to say.
fn decode(object: &[u8]) -> (u32, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("object.mp4");
    std::fs::write(&file, object).unwrap();
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "warning", "-i"])
        .arg(&file)
        .args(["-f", "s16le", "-"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let samples = u32::try_from(output.stdout.len() / 4).unwrap();
    (
        samples,
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// A rising tone, 16 bit stereo.
fn write_wav(path: &FilePath) {
    let data_bytes = SAMPLE_COUNT * 4;
    let mut wav = Vec::new();
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + data_bytes).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&16_u32.to_le_bytes());
    wav.extend_from_slice(&1_u16.to_le_bytes());
    wav.extend_from_slice(&2_u16.to_le_bytes());
    wav.extend_from_slice(&SAMPLE_RATE_HZ.to_le_bytes());
    wav.extend_from_slice(&(SAMPLE_RATE_HZ * 4).to_le_bytes());
    wav.extend_from_slice(&4_u16.to_le_bytes());
    wav.extend_from_slice(&16_u16.to_le_bytes());
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&data_bytes.to_le_bytes());
    for index in 0..SAMPLE_COUNT {
        let seconds = f64::from(index) / f64::from(SAMPLE_RATE_HZ);
        let level = (TAU * (220.0 + 110.0 * seconds) * seconds).sin();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a level of at most 0.5 fits 16 bit"
        )]
        let sample = (level * 16_000.0) as i16;
        wav.extend_from_slice(&sample.to_le_bytes());
        wav.extend_from_slice(&sample.to_le_bytes());
    }
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(&wav).unwrap();
}
