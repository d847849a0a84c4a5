//! HLS playlists (RFC 8216), as far as audio on demand needs them.

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address() -> Url {
        Url::parse("http://a.test/music/1/hls.m3u8").unwrap()
    }

    #[test]
    fn qualities_are_read_lowest_first_with_what_they_take_on_average() {
        let text = "#EXTM3U\n#EXT-X-VERSION:7\n\
            #EXT-X-STREAM-INF:BANDWIDTH=300000,AVERAGE-BANDWIDTH=260000,CODECS=\"mp4a.40.2,x\"\nhigh.m3u8\n\
            #EXT-X-STREAM-INF:CODECS=\"mp4a.40.2\",BANDWIDTH=70000\n/low.m3u8\n";
        let Ok(Playlist::Master(variants)) = Playlist::read(text, &address()) else {
            panic!("a master playlist");
        };
        let read: Vec<_> = variants
            .iter()
            .map(|variant| (variant.url.as_str(), variant.rate.average, variant.rate.max))
            .collect();
        assert_eq!(
            read,
            [
                ("http://a.test/low.m3u8", 70_000, 70_000),
                ("http://a.test/music/1/high.m3u8", 260_000, 300_000)
            ]
        );
    }

    #[test]
    fn segments_are_ranges_of_one_resource_or_whole_ones() {
        let text = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXT-X-MAP:URI=\"a.mp4\",BYTERANGE=\"700@0\"\n\
            #EXTINF:2.048,\n#EXT-X-BYTERANGE:1000@700\na.mp4\n\
            #EXTINF:2.048,title, with a comma\n#EXT-X-BYTERANGE:900\na.mp4\n\
            #EXTINF:1.5,\nb.mp4\n#EXT-X-ENDLIST\n";
        let Ok(Playlist::Media(media)) = Playlist::read(text, &address()) else {
            panic!("a media playlist");
        };
        assert_eq!(media.init.clone().unwrap().range, Some(0..700));
        let segments: Vec<_> = media
            .segments
            .iter()
            .map(|segment| (segment.length.as_millis(), segment.resource.range.clone()))
            .collect();
        assert_eq!(
            segments,
            [
                (2048, Some(700..1700)),
                (2048, Some(1700..2600)),
                (1500, None)
            ]
        );
    }

    #[test]
    fn the_same_text_is_shared_and_another_one_is_not() {
        let playlists = Playlists::default();
        let media = |text: &str| match playlists.read(text.as_bytes(), &address()) {
            Ok(Playlist::Media(media)) => media,
            other => panic!("{other:?}"),
        };
        let first = media("#EXTM3U\n#EXTINF:1,\na\n");
        assert!(Rc::ptr_eq(&first, &media("#EXTM3U\n#EXTINF:1,\na\n")));
        let longer = media("#EXTM3U\n#EXTINF:2,\na\n");
        assert_eq!(longer.segments[0].length, Duration::from_secs(2));
        assert!(Rc::ptr_eq(&longer, &media("#EXTM3U\n#EXTINF:2,\na\n")));
    }

    #[test]
    fn no_more_bytes_are_kept_than_a_number() {
        let playlists = Playlists::default();
        let text = |number| format!("#EXTM3U\n#{number}\n{}", "#EXTINF:1,\na\n".repeat(40_000));
        for number in 0..20 {
            let url = address().join(&format!("{}.m3u8", number % 19)).unwrap();
            assert!(playlists.read(text(number).as_bytes(), &url).is_ok());
        }
        let kept = playlists.0.borrow();
        let counted = kept
            .read
            .values()
            .map(|(body, playlist)| body.len() + playlist.bytes());
        assert_eq!(kept.bytes, counted.sum::<usize>());
        assert!(kept.bytes <= KEPT_BYTES_MAX, "{}", kept.bytes);
        assert!((2..19).contains(&kept.read.len()), "{}", kept.read.len());
    }

    #[test]
    fn what_is_no_playlist_is_refused() {
        let read = |text| Playlist::read(text, &address()).unwrap_err();
        assert_eq!(read("<!doctype html>"), PlaylistError::NoPlaylist);
        assert_eq!(read(""), PlaylistError::NoPlaylist);
        assert_eq!(read("#EXTM3U\n"), PlaylistError::Empty);
        assert_eq!(
            read("#EXTM3U\n#EXTINF:soon,\na.mp4\n"),
            PlaylistError::Line(2)
        );
        assert_eq!(read("#EXTM3U\na.mp4\n"), PlaylistError::Line(2));
        let huge = format!(
            "#EXTM3U\n#EXTINF:1,\n#EXT-X-BYTERANGE:{0}@{0}\na\n",
            u64::MAX
        );
        assert_eq!(read(&huge), PlaylistError::Line(4));
        let endless = format!("#EXTM3U\n{}", "#EXTINF:1,\na\n".repeat(SEGMENTS_MAX + 1));
        assert_eq!(read(&endless), PlaylistError::TooLong);
    }

    #[test]
    fn a_segment_is_no_longer_than_an_hour_and_a_track_than_a_day() {
        let read = |lengths: &[&str]| {
            let segments = lengths
                .iter()
                .map(|length| format!("#EXTINF:{length},\na\n"));
            let text: String = segments.collect();
            Playlist::read(&format!("#EXTM3U\n{text}"), &address()).err()
        };
        assert_eq!(read(&["3600"; 24]), None);
        assert_eq!(read(&["3600"; 25]), Some(PlaylistError::TooLong));
        for length in ["3600.001", "1e19", "inf", "NaN", "-1"] {
            assert_eq!(
                read(&["1", length]),
                Some(PlaylistError::Line(4)),
                "{length}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(
            lines in prop::collection::vec(
                prop_oneof![
                    Just("#EXT-X-STREAM-INF:BANDWIDTH=1".to_owned()),
                    Just("#EXT-X-BYTERANGE:5".to_owned()),
                    "#EXTINF:[-0-9e.]{0,8},",
                    "#EXT-X-MAP:URI=\"[a-z]{0,3}\"?(,BYTERANGE=\"?[0-9@]{0,4}\"?)?",
                    "[a-z:/]{0,9}",
                    any::<String>(),
                ],
                0..20,
            ),
        ) {
            let _ = Playlist::read(&format!("#EXTM3U\n{}", lines.join("\n")), &address());
        }
    }
}
