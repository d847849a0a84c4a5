use std::path::Path;

use testkit::{Connection, Haas};

use crate::HAAS;

#[test]
fn a_stop_is_told_then_served_through_then_clean() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("haas.toml");
    std::fs::write(&config, "[server]\ndrain = \"10min\"\n").unwrap();
    let mut haas = Haas::serve(HAAS, folder.path(), &["--config", config.to_str().unwrap()]);
    let mut open_before = Connection::open(haas.public);
    haas.signal("TERM");
    while haas.ready().status == 200 {
        std::thread::yield_now();
    }
    assert_eq!(haas.ready().text(), "stopping\n");
    assert_eq!(haas.admin("/live").status, 200);
    // Still served, on old and new connections; each answer asks the client to leave.
    open_before.send("GET", "/nowhere", &[], b"");
    let answer = open_before.answer(false);
    assert_eq!(
        (answer.status.as_u16(), answer.header("connection")),
        (404, "close")
    );
    assert!(open_before.is_closed());
    assert_eq!(haas.get("/nowhere").header("connection"), "close");
    // A second signal ends it at once, in spite of ten minutes of drain; one that comes too soon counts as the first.
    while !haas.has_ended() {
        haas.signal("TERM");
    }
    assert!(haas.wait().success());
}

#[test]
fn an_interrupt_stops_in_order_too() {
    let folder = tempfile::tempdir().unwrap();
    let haas = Haas::serve(HAAS, folder.path(), &[]);
    haas.signal("INT");
    assert!(haas.wait().success());
}

#[test]
fn a_hangup_cuts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let haas = Haas::serve(HAAS, folder.path(), &[]);
    haas.signal("HUP");
    assert_eq!(haas.get("/music").status, 200);
    assert!(haas.stop().success());
}

#[test]
fn an_idle_connection_does_not_hold_a_stop_up() {
    let folder = tempfile::tempdir().unwrap();
    let haas = Haas::serve(HAAS, folder.path(), &[]);
    let mut idle = Connection::open(haas.public);
    idle.send("GET", "/nowhere", &[], b"");
    assert_eq!(idle.answer(false).status, 404);
    assert!(haas.stop().success());
    assert!(idle.is_closed());
}

/// More than the sockets of both sides hold, so that the stop finds most of it unsent.
const AUDIO_BYTES: usize = 3 << 20;

#[test]
fn a_stop_in_the_middle_of_a_stream_lets_every_byte_arrive() {
    let folder = tempfile::tempdir().unwrap();
    let audio = wave(AUDIO_BYTES);
    let music = folder.path().join("music");
    std::fs::create_dir(&music).unwrap();
    std::fs::write(music.join("Artist - Title.wav"), &audio).unwrap();
    let data = folder.path().join("data");
    import(&data, &music);
    let haas = Haas::serve(HAAS, &data, &[]);
    let tracks = haas.get("/api/music/v1/tracks").json();
    let stream_url = tracks["items"][0]["stream_url"].as_str().unwrap();

    let mut listener = Connection::open(haas.public);
    listener.send("GET", stream_url, &[], b"");
    let (status, headers) = listener.head();
    assert_eq!(status, 200);
    assert_eq!(headers["content-length"], AUDIO_BYTES.to_string());
    let mut heard = listener.bytes(100_000);
    haas.signal("TERM");
    // The stop has begun when nobody can connect any more.
    while std::net::TcpStream::connect(haas.public).is_ok() {
        std::thread::yield_now();
    }
    heard.extend(listener.bytes(AUDIO_BYTES - heard.len()));
    assert!(heard == audio, "the stream is not the file");
    assert!(haas.wait().success());
}

fn import(data: &Path, music: &Path) {
    let (data, music) = (data.display().to_string(), music.display().to_string());
    let output = Haas::run(
        HAAS,
        &["music", "import", "--data", &data, "--json", &music],
    );
    assert_eq!(output.code, Some(0), "{}{}", output.stdout, output.stderr);
}

/// A WAVE file of so many bytes: 16 bit, stereo, 48 kHz, a saw-tooth.
pub(crate) fn wave(bytes: usize) -> Vec<u8> {
    let data_bytes = u32::try_from(bytes - 44).unwrap_or(u32::MAX);
    let mut wave = Vec::with_capacity(bytes);
    wave.extend(b"RIFF");
    wave.extend((data_bytes + 36).to_le_bytes());
    wave.extend(b"WAVEfmt ");
    wave.extend(16_u32.to_le_bytes());
    wave.extend(1_u16.to_le_bytes());
    wave.extend(2_u16.to_le_bytes());
    wave.extend(48_000_u32.to_le_bytes());
    wave.extend((48_000 * 4_u32).to_le_bytes());
    wave.extend(4_u16.to_le_bytes());
    wave.extend(16_u16.to_le_bytes());
    wave.extend(b"data");
    wave.extend(data_bytes.to_le_bytes());
    let samples = (0..data_bytes / 2).map(|sample| sample.wrapping_mul(37).to_le_bytes());
    wave.extend(samples.flat_map(|[low, high, ..]| [low, high]));
    wave
}
