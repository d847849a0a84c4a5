//! What HaaS serves, as files: the other servers give the same bytes under the same paths.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::ask::Ask;
use crate::failure::{Failure, Result, While};

pub(super) const CHART: &str = "/api/music/v1/chart";
pub(super) const PAGE: &str = "/music";
const TRACKS: &str = "/api/music/v1/tracks";
/// As a listener of `haas load` asks for them; a comparison needs no more.
const TRACKS_ASKED: &str = "/api/music/v1/tracks?limit=100";
/// What Express reads.
const LIST: &str = "exact.json";

/// A folder with all of it, which is removed with this value.
#[derive(Debug)]
pub(super) struct Captured {
    pub(super) root: PathBuf,
    /// Paths that are no names of files.
    pub(super) exact: Vec<Exact>,
    pub(super) songs: Vec<Song>,
}

/// A path whose answer is kept in a file of another name.
#[derive(Debug)]
pub(super) struct Exact {
    pub(super) path: &'static str,
    pub(super) content_type: String,
    /// Below the root; beside it lies the same with `.gz`, where HaaS compresses it.
    pub(super) file: String,
}

/// A track with its playlists.
#[derive(Debug)]
pub(super) struct Song {
    /// By the names of their playlists.
    pub(super) qualities: BTreeMap<String, Quality>,
}

/// One quality of a track.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Quality {
    pub(super) playlist: String,
    pub(super) file: String,
    /// Where each segment begins, and how long it is.
    pub(super) segments: Vec<(u64, u64)>,
}

impl Captured {
    /// An empty folder for files of another kind.
    pub(super) fn empty(root: &Path) -> Result<Self> {
        let _ = std::fs::remove_dir_all(root);
        std::fs::create_dir_all(root).while_doing(format!("create {}", root.display()))?;
        let captured = Self {
            root: root.to_path_buf(),
            exact: Vec::new(),
            songs: Vec::new(),
        };
        captured.list()?;
        Ok(captured)
    }

    /// The page, the chart, the tracks, and of each track that has them the playlists and their music.
    pub(super) fn from(address: &str, root: &Path) -> Result<Self> {
        let mut captured = Self::empty(root)?;
        for (path, asked) in [(PAGE, PAGE), (CHART, CHART), (TRACKS, TRACKS_ASKED)] {
            captured.keep_exact(address, path, asked)?;
        }
        captured.list()?;
        let tracks = Ask::whole(TRACKS_ASKED).body(address)?;
        let tracks: Value = serde_json::from_slice(&tracks).while_doing("read the tracks")?;
        for track in tracks["items"].as_array().into_iter().flatten() {
            if let Some(master) = track["hls_url"].as_str() {
                let song = captured.keep_song(address, master)?;
                captured.songs.push(song);
            }
        }
        if captured.songs.is_empty() {
            return Err(Failure::new("no track has its qualities yet")
                .how("start `haas serve` on the library until they are made"));
        }
        Ok(captured)
    }

    /// Keeps an answer under its own path.
    pub(super) fn keep(&self, address: &str, path: &str) -> Result<Vec<u8>> {
        let body = Ask::whole(path).body(address)?;
        let file = self.file(path);
        let folder = file.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(folder).while_doing("make a folder for what is served")?;
        std::fs::write(&file, &body).while_doing(format!("write {}", file.display()))?;
        Ok(body)
    }

    fn file(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    fn keep_exact(&mut self, address: &str, path: &'static str, asked: &str) -> Result<()> {
        let mut ask = Ask::whole(asked);
        let answer = ask.ask(address)?;
        answer.check(&ask)?;
        let content_type = answer.field("content-type").unwrap_or_default().to_owned();
        let file = format!("exact-{}", self.exact.len());
        let write = |name: &str, body: &[u8]| {
            std::fs::write(self.root.join(name), body).while_doing("keep what is served")
        };
        write(&file, &answer.body)?;
        ask.compressed = true;
        let packed = ask.ask(address)?;
        // What is compressed anew for each answer, and so has no length, nobody else could do as well.
        let is_kept = packed.field("content-length").is_some();
        if is_kept && packed.field("content-encoding") == Some("gzip") {
            packed.check(&ask)?;
            write(&format!("{file}.gz"), &packed.body)?;
        }
        self.exact.push(Exact {
            path,
            content_type,
            file,
        });
        Ok(())
    }

    fn list(&self) -> Result<()> {
        let list = self.exact.iter().map(|exact| {
            json!({ "path": exact.path, "content_type": exact.content_type, "file": exact.file })
        });
        let list = list.collect::<Value>().to_string();
        std::fs::write(self.root.join(LIST), list).while_doing("list what is served")
    }

    fn keep_song(&self, address: &str, master: &str) -> Result<Song> {
        let text = self.keep(address, master)?;
        let text = String::from_utf8_lossy(&text);
        let mut qualities = BTreeMap::new();
        for playlist in text.lines().filter(|line| line.starts_with('/')) {
            let media = self.keep(address, playlist)?;
            let quality = quality(playlist, &String::from_utf8_lossy(&media))?;
            self.keep(address, &quality.file)?;
            let name = playlist.rsplit('/').next().unwrap_or_default();
            qualities.insert(name.trim_end_matches(".m3u8").to_owned(), quality);
        }
        Ok(Song { qualities })
    }
}

impl Drop for Captured {
    fn drop(&mut self) {
        // What could not be removed is removed when the next comparison begins.
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

/// Reads a playlist of byte ranges of one file.
fn quality(playlist: &str, text: &str) -> Result<Quality> {
    let files = text.lines().filter(|line| line.starts_with('/'));
    let ranges = text
        .lines()
        .filter_map(|line| line.strip_prefix("#EXT-X-BYTERANGE:"));
    let segments = ranges.filter_map(|range| {
        let (length, offset) = range.split_once('@')?;
        Some((offset.parse().ok()?, length.parse().ok()?))
    });
    let segments: Vec<(u64, u64)> = segments.collect();
    let mut files: Vec<&str> = files.collect();
    let count = files.len();
    files.dedup();
    match files.as_slice() {
        [file] if segments.len() == count => Ok(Quality {
            playlist: playlist.to_owned(),
            file: (*file).to_owned(),
            segments,
        }),
        _ => Err(Failure::new(format!(
            "{playlist} is not made of byte ranges of one file"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_segments_of_a_playlist_are_read() {
        let text = "#EXTM3U\n#EXT-X-MAP:URI=\"/m/1.mp4\",BYTERANGE=\"700@0\"\n#EXTINF:1.0,\n#EXT-X-BYTERANGE:30@700\n/m/1.mp4\n\
            #EXTINF:1.0,\n#EXT-X-BYTERANGE:40@730\n/m/1.mp4\n#EXT-X-ENDLIST\n";
        let read = quality("/t/128.m3u8", text).unwrap();
        assert_eq!(read.file, "/m/1.mp4");
        assert_eq!(read.segments, [(700, 30), (730, 40)]);
        quality("/t/128.m3u8", &text.replace("40@730", "forty")).unwrap_err();
        let two_files = text.replacen("\n/m/1.mp4", "\n/m/2.mp4", 1);
        quality("/t/128.m3u8", &two_files).unwrap_err();
    }
}
