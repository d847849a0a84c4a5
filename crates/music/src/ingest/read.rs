//! From a file to everything that is stored of it, without touching the store. Blocks: call it where that is allowed.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::content::{Content, read_content};
use super::cover::Picture;
use super::format::is_unsupported_name;
use super::lyrics::{LYRICS_BYTES_MAX, Lyrics};
use super::names::{PathNames, names_from_path};
use super::skip::Skip;
use super::tags::{FileInfo, read_format, read_tags};
use super::text::name_key;
use super::walk::Candidate;
use crate::store::entities::{source, track};
use crate::store::{NewAlbum, NewTrack};

/// How long a path may be, in bytes; the width of the column.
const PATH_BYTES_MAX: usize = 1_024;
/// Who made an album of many artists that names none.
const VARIOUS_ARTISTS: &str = "Various Artists";
/// Who made what names nobody; pages say it in the language of who reads them.
pub(crate) const UNKNOWN_ARTIST: &str = "Unknown artist";

/// A file that was read.
#[derive(Debug)]
pub(crate) struct ReadFile {
    pub(crate) file: File,
    pub(crate) content: Content,
    pub(crate) info: FileInfo,
    pub(crate) names: PathNames,
    /// From the tags.
    pub(crate) picture: Option<Picture>,
}

/// Reads a file and what lies beside it.
pub(crate) fn read_file(
    root: &Path,
    candidate: &Candidate,
    file_bytes_max: u64,
) -> Result<ReadFile, Skip> {
    candidate.check_name()?;
    let mut file = File::open(root.join(&candidate.path))?;
    check_size(file.metadata()?.len(), file_bytes_max)?;
    let format = read_format(&mut file, &candidate.path)?;
    let content = read_content(&mut file, format)?;
    let mut info = read_tags(&mut file, format)?;
    if let Some(duration_ms) = content.duration_ms {
        info.audio.duration_ms = duration_ms;
        info.audio.check_duration()?;
    }
    if info.audio.bit_rate_kbps == 0 && info.audio.duration_ms > 0 {
        let bits = i64::try_from(content.id.size_bytes).unwrap_or(i64::MAX / 8) * 8;
        info.audio.bit_rate_kbps = bits / info.audio.duration_ms;
    }
    let picture = info.tags.picture.take().map(Picture::Encoded);
    let lyrics_path = candidate.lyrics_path.as_ref();
    let lyrics = lyrics_path
        .and_then(|path| read_beside(&root.join(path), LYRICS_BYTES_MAX))
        .map(|bytes| Lyrics::from_text(&String::from_utf8_lossy(&bytes)))
        .unwrap_or_default();
    info.tags.lyrics = info.tags.lyrics.or(lyrics);
    Ok(ReadFile {
        file,
        content,
        info,
        names: names_from_path(&candidate.path),
        picture,
    })
}

impl Candidate {
    /// Refuses what can be refused before the file is read, by its name and the size it was found with.
    pub(super) fn check(&self, file_bytes_max: u64) -> Result<(), Skip> {
        self.check_name()?;
        check_size(
            u64::try_from(self.size_bytes).unwrap_or_default(),
            file_bytes_max,
        )
    }

    fn check_name(&self) -> Result<(), Skip> {
        if self.path.as_os_str().len() > PATH_BYTES_MAX {
            return Err(Skip::PathTooLong(PATH_BYTES_MAX));
        }
        if is_unsupported_name(&self.path) {
            return Err(Skip::Unsupported);
        }
        Ok(())
    }
}

fn check_size(size_bytes: u64, limit_bytes: u64) -> Result<(), Skip> {
    if size_bytes == 0 {
        return Err(Skip::Empty);
    }
    if size_bytes > limit_bytes {
        return Err(Skip::TooLarge {
            size_bytes,
            limit_bytes,
        });
    }
    Ok(())
}

/// A file beside the track, if it can be read and is not too large.
pub(super) fn read_beside(path: &Path, bytes_max: usize) -> Option<Vec<u8>> {
    let file = File::open(path).ok()?;
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .ok()?;
    (bytes.len() <= bytes_max && !bytes.is_empty()).then_some(bytes)
}

impl ReadFile {
    /// Who made the track: its tags, else its album's tags, else its path, else nobody known.
    fn artists(&self) -> Vec<String> {
        let tags = &self.info.tags;
        if !tags.artists.is_empty() {
            return tags.artists.clone();
        }
        if !tags.album_artists.is_empty() {
            return tags.album_artists.clone();
        }
        let from_path = self.names.artist.clone();
        vec![from_path.unwrap_or_else(|| UNKNOWN_ARTIST.to_owned())]
    }

    /// The album's artists and title. A tagged file without an album has none, whatever its folder is called.
    fn album(&self) -> Option<(Vec<String>, String)> {
        let tags = &self.info.tags;
        let title = match &tags.album {
            Some(title) => title.clone(),
            None if tags.title.is_none() && tags.artists.is_empty() => self.names.album.clone()?,
            None => return None,
        };
        let artists = if !tags.album_artists.is_empty() {
            tags.album_artists.clone()
        } else if tags.is_compilation {
            vec![VARIOUS_ARTISTS.to_owned()]
        } else {
            self.artists().into_iter().take(1).collect()
        };
        Some((artists, title))
    }

    /// The cover to be drawn when there is none: one per album, else one per track.
    pub(crate) fn drawn_picture(&self) -> Picture {
        let seed = match self.album() {
            Some((artists, title)) => album_key(&artists, &title),
            None => format!("{}\u{1}{}", self.artists().join("\u{1}"), self.title()),
        };
        Picture::Drawn(name_key(&seed))
    }

    fn title(&self) -> String {
        let tagged = self.info.tags.title.clone();
        tagged.unwrap_or_else(|| self.names.title.clone())
    }

    /// The rows of the track; `cover_id` is its own cover or the drawn one.
    pub(crate) fn into_track(
        self,
        source: source::Model,
        cover_id: String,
        is_cover_generated: bool,
        object_key: String,
    ) -> NewTrack {
        let (artists, title) = (self.artists(), self.title());
        let released_on = self
            .info
            .tags
            .released_on
            .clone()
            .or(self.names.year.clone());
        let album = self.album().map(|(artists, title)| NewAlbum {
            key: album_key(&artists, &title),
            title,
            artists,
            released_on: released_on.clone(),
            cover_id: cover_id.clone(),
            is_cover_generated,
        });
        let own_cover = !is_cover_generated || album.is_none();
        let (audio, tags) = (self.info.audio, self.info.tags);
        let track = track::Model {
            id: String::new(),
            content_hash: self.content.id.hash,
            audio_hash: self.content.audio_hash,
            sort_key: crate::search::sort_key(&title),
            title,
            album_id: None,
            disc_number: tags.disc_number.or(self.names.disc_number),
            track_number: tags.track_number.or(self.names.track_number),
            duration_ms: audio.duration_ms,
            released_on,
            composer: tags.composer,
            licence: tags.licence,
            copyright: tags.copyright,
            lyrics_plain: tags.lyrics.plain,
            lyrics_synced: tags.lyrics.synced,
            gain_db: tags.gain_db,
            loudness_lufs: None,
            peak: None,
            waveform: None,
            cover_id: own_cover.then_some(cover_id),
            codec: audio.codec.to_owned(),
            media_type: self.info.format.media_type().to_owned(),
            bit_rate_kbps: audio.bit_rate_kbps,
            sample_rate_hz: audio.sample_rate_hz,
            channels: audio.channels,
            size_bytes: i64::try_from(self.content.id.size_bytes).unwrap_or(i64::MAX),
            object_key,
            created_at_ms: 0,
            updated_at_ms: 0,
            analysed_at_ms: None,
            deleted_at_ms: None,
        };
        NewTrack {
            track,
            artists,
            genres: tags.genres,
            album,
            source,
            is_retried: false,
        }
    }
}

/// What tells one album from another. Long titles of one artist that begin alike would share a key if it were
/// only cut, so that the end is a hash then.
fn album_key(artists: &[String], title: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let keys: Vec<String> = artists.iter().map(|name| name_key(name)).collect();
    let key = format!("{}\u{1f}{}", keys.join("\u{1e}"), name_key(title));
    if key.chars().count() <= 255 {
        return key;
    }
    let start: String = key.chars().take(190).collect();
    format!(
        "{start}\u{1f}{}",
        super::content::hex(&Sha256::digest(&key))
    )
}
