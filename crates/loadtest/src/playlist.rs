//! HLS playlists (RFC 8216), as far as audio on demand needs them.

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use url::Url;

use crate::quality::Rate;

/// More segments than a day of music has.
const SEGMENTS_MAX: usize = 50_000;
/// How long one segment, and all of a track, may play. Times are added up: what a server says must not leave what they can hold.
const SEGMENT_MAX: Duration = Duration::from_hours(1);
const TRACK_MAX: Duration = Duration::from_hours(24);

/// Why a playlist cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlaylistError {
    /// Something else was answered.
    #[error("it is no HLS playlist: it does not begin with #EXTM3U")]
    NoPlaylist,
    /// A playlist without anything to play.
    #[error("the playlist names nothing to play")]
    Empty,
    /// A line that cannot be read.
    #[error("line {0} of the playlist cannot be read")]
    Line(usize),
    /// It goes on while it is listened to.
    #[error(
        "the playlist is a live one (#EXT-X-ENDLIST is missing): only those that end are listened to"
    )]
    Live,
    /// Its bytes are no music before they are deciphered.
    #[error("the playlist is encrypted (#EXT-X-KEY): only what is not is listened to")]
    Encrypted,
    /// More than anybody listens to.
    #[error("the playlist has more than {SEGMENTS_MAX} segments, or than a day of music")]
    TooLong,
}

/// One quality of a master playlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) url: Url,
    /// The average is the most where the playlist does not say it.
    pub(crate) rate: Rate,
}

/// Bytes that are asked for at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) url: Url,
    /// The whole where there is none.
    pub(crate) range: Option<Range<u64>>,
}

/// A stretch of media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) resource: Resource,
    pub(crate) length: Duration,
}

/// One quality of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MediaPlaylist {
    /// What a decoder needs before the first segment.
    pub(crate) init: Option<Resource>,
    pub(crate) segments: Vec<Segment>,
}

impl MediaPlaylist {
    /// How long it plays.
    pub(crate) fn length(&self) -> Duration {
        self.segments.iter().map(|segment| segment.length).sum()
    }

    /// The first segment that ends after a time, and when it begins.
    pub(crate) fn after(&self, time: Duration) -> Option<(&Segment, Duration)> {
        let mut ends = Duration::ZERO;
        self.segments.iter().find_map(|segment| {
            let begins = ends;
            ends += segment.length;
            (time < ends).then_some((segment, begins))
        })
    }
}

/// What a playlist's address leads to. A copy shares what it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Playlist {
    /// Qualities, the lowest first.
    Master(Rc<[Variant]>),
    Media(Rc<MediaPlaylist>),
}

/// How many playlists are kept for those who come later.
const KEPT_MAX: usize = 10_000;
/// How many bytes their texts and what was read from them may take.
const KEPT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The playlists that listeners have read: who reads the same text from the same address shares what it says.
#[derive(Debug, Default)]
pub(crate) struct Playlists(RefCell<Kept>);

#[derive(Debug, Default)]
struct Kept {
    read: HashMap<Url, (Vec<u8>, Playlist)>,
    bytes: usize,
}

impl Playlists {
    /// Reads a playlist that came from an address.
    pub(crate) fn read(&self, body: &[u8], address: &Url) -> Result<Playlist, PlaylistError> {
        let mut kept = self.0.borrow_mut();
        if let Some((known, playlist)) = kept.read.get(address)
            && known == body
        {
            return Ok(playlist.clone());
        }
        let playlist = Playlist::read(&String::from_utf8_lossy(body), address)?;
        kept.take(address, body, &playlist);
        Ok(playlist)
    }
}

impl Kept {
    /// Keeps what an address says now, where there is room.
    fn take(&mut self, address: &Url, body: &[u8], playlist: &Playlist) {
        if let Some((body, playlist)) = self.read.remove(address) {
            self.bytes -= body.len() + playlist.bytes();
        }
        let bytes = self.bytes + body.len() + playlist.bytes();
        if self.read.len() < KEPT_MAX && bytes <= KEPT_BYTES_MAX {
            let read = (body.to_vec(), playlist.clone());
            self.read.insert(address.clone(), read);
            self.bytes = bytes;
        }
    }
}

impl Playlist {
    /// Reads a playlist that came from an address.
    pub(crate) fn read(text: &str, address: &Url) -> Result<Self, PlaylistError> {
        let mut lines = (1..).zip(text.lines().map(str::trim));
        match lines.next() {
            Some((_, first)) if first.trim_start_matches('\u{feff}') == "#EXTM3U" => {}
            _ => return Err(PlaylistError::NoPlaylist),
        }
        let mut reader = Reader::new(address);
        for (number, line) in lines {
            reader.take(line).ok_or(PlaylistError::Line(number))?;
            if SEGMENTS_MAX < reader.segments.len() || TRACK_MAX < reader.track {
                return Err(PlaylistError::TooLong);
            }
        }
        reader.finish()
    }

    /// About how much memory it takes: many times what its text does where that is terse.
    fn bytes(&self) -> usize {
        match self {
            Self::Master(variants) => {
                let each = variants.iter();
                each.map(|variant| size_of::<Variant>() + variant.url.as_str().len())
                    .sum()
            }
            Self::Media(media) => {
                let each = media.segments.iter();
                each.map(|segment| size_of::<Segment>() + segment.resource.url.as_str().len())
                    .sum()
            }
        }
    }
}

/// What the lines so far have said.
struct Reader<'a> {
    address: &'a Url,
    variants: Vec<Variant>,
    segments: Vec<Segment>,
    /// How long its segments play.
    track: Duration,
    init: Option<Resource>,
    /// Of the variant whose address comes next.
    rate: Option<Rate>,
    /// Of the segment whose address comes next.
    length: Option<Duration>,
    range: Option<(u64, Option<u64>)>,
    has_end: bool,
    is_encrypted: bool,
}

impl<'a> Reader<'a> {
    fn new(address: &'a Url) -> Self {
        Self {
            address,
            variants: Vec::new(),
            segments: Vec::new(),
            track: Duration::ZERO,
            init: None,
            rate: None,
            length: None,
            range: None,
            has_end: false,
            is_encrypted: false,
        }
    }

    /// Takes a line; none where it cannot be read. Tags that are not known mean nothing to a listener.
    fn take(&mut self, line: &str) -> Option<()> {
        if let Some(attributes) = line.strip_prefix("#EXT-X-STREAM-INF:") {
            let max = attribute(attributes, "BANDWIDTH")?.parse().ok()?;
            let average = match attribute(attributes, "AVERAGE-BANDWIDTH") {
                Some(text) => text.parse().ok()?,
                None => max,
            };
            self.rate = Some(Rate { average, max });
        } else if let Some(attributes) = line.strip_prefix("#EXT-X-MAP:") {
            let url = self.address.join(attribute(attributes, "URI")?).ok()?;
            let range = match attribute(attributes, "BYTERANGE") {
                Some(text) => {
                    let (length, offset) = byte_range(text)?;
                    let offset = offset.unwrap_or_default();
                    Some(offset..offset.checked_add(length)?)
                }
                None => None,
            };
            self.init = Some(Resource { url, range });
        } else if let Some(text) = line.strip_prefix("#EXTINF:") {
            let seconds: f64 = text.split(',').next()?.trim().parse().ok()?;
            let length = Duration::try_from_secs_f64(seconds).ok()?;
            self.length = (length <= SEGMENT_MAX).then_some(length);
            self.length?;
        } else if let Some(text) = line.strip_prefix("#EXT-X-BYTERANGE:") {
            self.range = Some(byte_range(text)?);
        } else if let Some(attributes) = line.strip_prefix("#EXT-X-KEY:") {
            self.is_encrypted |= attribute(attributes, "METHOD") != Some("NONE");
        } else if line == "#EXT-X-ENDLIST" {
            self.has_end = true;
        } else if !line.is_empty() && !line.starts_with('#') {
            self.take_address(line)?;
        }
        Some(())
    }

    fn take_address(&mut self, line: &str) -> Option<()> {
        let url = self.address.join(line).ok()?;
        if let Some(rate) = self.rate.take() {
            self.variants.push(Variant { url, rate });
            return Some(());
        }
        let length = self.length.take()?;
        let range = match self.range.take() {
            Some((length, offset)) => {
                let offset = offset.unwrap_or_else(|| self.end_of(&url));
                Some(offset..offset.checked_add(length)?)
            }
            None => None,
        };
        self.track += length;
        self.segments.push(Segment {
            resource: Resource { url, range },
            length,
        });
        Some(())
    }

    /// Where the segment before ends, if it is a part of the same resource.
    fn end_of(&self, url: &Url) -> u64 {
        let before = self.segments.last().map(|segment| &segment.resource);
        let same = before.filter(|resource| resource.url == *url);
        same.and_then(|resource| Some(resource.range.as_ref()?.end))
            .unwrap_or_default()
    }

    fn finish(mut self) -> Result<Playlist, PlaylistError> {
        if !self.variants.is_empty() {
            self.variants.sort_by_key(|variant| variant.rate.max);
            return Ok(Playlist::Master(self.variants.into()));
        }
        if self.segments.is_empty() {
            return Err(PlaylistError::Empty);
        }
        if self.is_encrypted {
            return Err(PlaylistError::Encrypted);
        }
        if !self.has_end {
            return Err(PlaylistError::Live);
        }
        Ok(Playlist::Media(Rc::new(MediaPlaylist {
            init: self.init,
            segments: self.segments,
        })))
    }
}

/// The value of an attribute: what stands in quotes may hold commas.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = attributes;
    while let Some((key, after)) = rest.split_once('=') {
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => {
                let (value, after) = quoted.split_once('"')?;
                (value, after.strip_prefix(',').unwrap_or(after))
            }
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if key.trim() == name {
            return Some(value.trim());
        }
        rest = next;
    }
    None
}

/// `LENGTH` or `LENGTH@OFFSET`, in bytes.
fn byte_range(text: &str) -> Option<(u64, Option<u64>)> {
    match text.trim().split_once('@') {
        Some((length, offset)) => Some((length.parse().ok()?, Some(offset.parse().ok()?))),
        None => Some((text.trim().parse().ok()?, None)),
    }
}
