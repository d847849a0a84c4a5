//! Every rendition of every demo track, decoded as a listener's program would, from outside.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::failure::{Failure, Result, While};
use crate::server::Server;

/// Two hours of music become three qualities of it, in the time that other work leaves.
const READY_TIMEOUT: Duration = Duration::from_mins(30);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// All is decoded to this rate, so that lengths compare.
const RATE: u64 = 44_100;
/// One frame of AAC.
const FRAME_SAMPLES: u64 = 1024;
const BYTES_PER_SAMPLE: u64 = 2;
const AT_ONCE: usize = 2;

/// A track that has its renditions.
#[derive(Debug)]
struct Track {
    title: String,
    stream_url: String,
    bit_rates_kbps: Vec<u64>,
}

/// How many renditions were decoded; an error names those that differ.
pub(crate) fn check(server: &Server) -> Result<u32> {
    let tracks = wait_for_renditions(server)?;
    let mut findings = Vec::new();
    for some in tracks.chunks(AT_ONCE) {
        let found = thread::scope(|scope| {
            let works: Vec<_> = some
                .iter()
                .map(|track| scope.spawn(|| compare(server, track)))
                .collect();
            works
                .into_iter()
                .map(|work| {
                    work.join()
                        .unwrap_or_else(|_| Err(Failure::new("a check broke")))
                })
                .collect::<Result<Vec<_>>>()
        })?;
        findings.extend(found.into_iter().flatten());
    }
    if !findings.is_empty() {
        return Err(Failure::new(findings.join("\n  ")));
    }
    let count: usize = tracks.iter().map(|track| track.bit_rates_kbps.len()).sum();
    u32::try_from(count).while_doing("count the renditions")
}

/// Waits until every track has its renditions.
pub(crate) fn wait(server: &Server) -> Result<()> {
    wait_for_renditions(server).map(|_tracks| ())
}

fn wait_for_renditions(server: &Server) -> Result<Vec<Track>> {
    let deadline = Instant::now() + READY_TIMEOUT;
    loop {
        let list = server.body("/api/music/v1/tracks?limit=100")?;
        let list: Value = serde_json::from_str(&list).while_doing("read the list of tracks")?;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        let waiting = items
            .iter()
            .filter(|track| track["hls_url"].is_null())
            .count();
        if waiting == 0 && !items.is_empty() {
            return Ok(items.iter().map(track).collect());
        }
        if Instant::now() > deadline {
            return Err(Failure::new(format!(
                "{waiting} of {} tracks have no renditions yet",
                items.len()
            )));
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn track(value: &Value) -> Track {
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let rates = value["bit_rates_kbps"].as_array().into_iter().flatten();
    Track {
        title: text("title"),
        stream_url: text("stream_url"),
        bit_rates_kbps: rates.filter_map(Value::as_u64).collect(),
    }
}

/// What is wrong with the renditions of one track.
fn compare(server: &Server, track: &Track) -> Result<Vec<String>> {
    let original = format!("http://{}{}", server.address, track.stream_url);
    let (length, _) = decode(&original)?;
    let mut findings = Vec::new();
    if track.bit_rates_kbps.is_empty() {
        findings.push(format!("{}: no rendition", track.title));
    }
    for rate in &track.bit_rates_kbps {
        let separator = if original.contains('?') { '&' } else { '?' };
        let (found, warnings) = decode(&format!("{original}{separator}bit_rate_kbps={rate}"))?;
        let name = format!("{} at {rate} kbit/s", track.title);
        if !warnings.is_empty() {
            findings.push(format!("{name}: ffmpeg says {warnings}"));
        }
        if found.abs_diff(length) > FRAME_SAMPLES {
            findings.push(format!("{name}: {found} samples, not {length}"));
        }
    }
    Ok(findings)
}

/// The number of samples, and what the decoder complained about.
fn decode(url: &str) -> Result<(u64, String)> {
    let rate = RATE.to_string();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args([
        "-nostdin", "-v", "warning", "-copyts", "-i", url, "-map", "0:a:0",
    ]);
    // The encoder's priming lies before zero: players do not present it, so it does not count.
    ffmpeg.args([
        "-af",
        "atrim=start=0",
        "-ac",
        "1",
        "-ar",
        &rate,
        "-f",
        "s16le",
        "-",
    ]);
    let mut child = ffmpeg
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .while_doing("start ffmpeg")?;
    let mut bytes = 0;
    if let Some(mut stdout) = child.stdout.take() {
        let mut piece = vec![0; 1 << 16];
        loop {
            match stdout.read(&mut piece).while_doing("read decoded sound")? {
                0 => break,
                length => bytes += length as u64,
            }
        }
    }
    let ended = child.wait_with_output().while_doing("wait for ffmpeg")?;
    let said = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
    if !ended.status.success() {
        return Err(Failure::new(format!("ffmpeg cannot decode {url}: {said}")));
    }
    Ok((bytes / BYTES_PER_SAMPLE, said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_track_is_read_with_its_bit_rates() {
        let read = track(&json!({ "title": "a", "stream_url": "/s", "bit_rates_kbps": [64, 128] }));
        assert_eq!((read.title.as_str(), read.stream_url.as_str()), ("a", "/s"));
        assert_eq!(read.bit_rates_kbps, [64, 128]);
    }
}
