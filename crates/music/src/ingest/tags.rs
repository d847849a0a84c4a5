//! What a file says about itself, read by lofty and cleaned.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Seek as _};
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use lofty::config::ParseOptions;
use lofty::file::{AudioFile as _, FileType, TaggedFileExt as _};
use lofty::id3::v2::{
    Frame, Id3v2Tag, SyncTextContentType, SynchronizedTextFrame, TimestampFormat,
};
use lofty::mp4::{Mp4Codec, Mp4File};
use lofty::mpeg::MpegFile;
use lofty::picture::PictureType;
use lofty::probe::Probe;
use lofty::tag::{ItemKey, ItemValue, Tag, TagType};

use super::charset;
use super::format::Format;
use super::guests;
use super::kind::check_kind;
use super::lyrics::{Line, Lyrics};
use super::skip::Skip;
use super::text::{NAME_CHARS_MAX, NOTICE_CHARS_MAX, clean_line};

/// How long a track may be, in hours.
pub(crate) const DURATION_HOURS_MAX: u64 = 24;
/// Rates that music has, in Hz. A tiny file of one sample per second would become a day of audio.
const SAMPLE_RATES_HZ: RangeInclusive<u32> = 4_000..=768_000;
/// How many channels a track may have.
const CHANNELS_MAX: u8 = 32;
/// How many artists or genres of one track are kept.
const VALUES_MAX: usize = 20;
/// How large an embedded picture may be, in bytes.
pub(crate) const PICTURE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Gains beyond this are mistakes, in dB.
const GAIN_DB_MAX: f64 = 40.0;
/// `R128_TRACK_GAIN` aims at -23 LUFS, ours at -18.
const R128_TO_REPLAY_GAIN_DB: f64 = 5.0;

/// A file as it describes itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FileInfo {
    pub(crate) format: Format,
    pub(crate) audio: Audio,
    pub(crate) tags: Tags,
}

/// What the container says of the audio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Audio {
    pub(crate) codec: &'static str,
    pub(crate) duration_ms: i64,
    pub(crate) bit_rate_kbps: i64,
    pub(crate) sample_rate_hz: i64,
    pub(crate) channels: i64,
}

impl Audio {
    /// Refuses what is longer than any music.
    pub(crate) fn check_duration(&self) -> Result<(), Skip> {
        let seconds = u64::try_from(self.duration_ms / 1_000).unwrap_or_default();
        if seconds > DURATION_HOURS_MAX * 3_600 {
            return Err(Skip::TooLong(DURATION_HOURS_MAX));
        }
        Ok(())
    }
}

/// The tags, cleaned; nothing in them is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tags {
    pub(crate) title: Option<String>,
    pub(crate) artists: Vec<String>,
    pub(crate) album: Option<String>,
    pub(crate) album_artists: Vec<String>,
    pub(crate) is_compilation: bool,
    pub(crate) genres: Vec<String>,
    pub(crate) disc_number: Option<i64>,
    pub(crate) track_number: Option<i64>,
    pub(crate) released_on: Option<String>,
    pub(crate) composer: Option<String>,
    pub(crate) licence: Option<String>,
    pub(crate) copyright: Option<String>,
    pub(crate) gain_db: Option<f64>,
    pub(crate) lyrics: Lyrics,
    pub(crate) picture: Option<Vec<u8>>,
}

/// Reads a file's tags and properties. A panic of the tag reader is a [`Skip`], too.
pub(crate) fn read_tags(file: &mut File, format: Format) -> Result<FileInfo, Skip> {
    catch_unwind(AssertUnwindSafe(|| read(file, format))).unwrap_or(Err(Skip::Panicked))
}

/// Tells the format by content, and refuses a name that says another.
pub(crate) fn read_format(file: &mut File, path: &Path) -> Result<Format, Skip> {
    check_kind(file)?;
    let probed = catch_unwind(AssertUnwindSafe(|| Ok(probe(file)?.file_type())));
    let file_type = probed
        .unwrap_or(Err(Skip::Panicked))?
        .ok_or(Skip::NotAudio)?;
    let format = Format::from_file_type(file_type).ok_or(Skip::Unsupported)?;
    format.check_name(path)?;
    Ok(format)
}

fn probe(file: &mut File) -> Result<Probe<BufReader<&mut File>>, Skip> {
    file.rewind()?;
    Ok(Probe::new(BufReader::new(file))
        .options(ParseOptions::new())
        .guess_file_type()?)
}

fn read(file: &mut File, format: Format) -> Result<FileInfo, Skip> {
    let probe = probe(file)?;
    let file_type = probe.file_type().ok_or(Skip::NotAudio)?;
    let tagged = probe.read().map_err(|error| broken(&error))?;
    let properties = tagged.properties();
    let duration = properties.duration();
    let sample_rate_hz = properties.sample_rate().unwrap_or_default();
    let channels = properties.channels().unwrap_or_default();
    if sample_rate_hz == 0 || channels == 0 {
        return Err(Skip::NotAudio);
    }
    if !SAMPLE_RATES_HZ.contains(&sample_rate_hz) || channels > CHANNELS_MAX {
        return Err(Skip::Implausible {
            sample_rate_hz,
            channels,
        });
    }
    let mut audio = Audio {
        codec: format.codec(),
        duration_ms: i64::try_from(duration.as_millis()).unwrap_or(i64::MAX),
        bit_rate_kbps: i64::from(
            properties
                .audio_bitrate()
                .or(properties.overall_bitrate())
                .unwrap_or_default(),
        ),
        sample_rate_hz: i64::from(sample_rate_hz),
        channels: i64::from(channels),
    };
    audio.check_duration()?;
    let mut tags = merge(tagged.primary_tag(), tagged.tags());
    match file_type {
        FileType::Mp4 => audio.codec = mp4_codec(file)?,
        FileType::Mpeg if tagged.tag(TagType::Id3v2).is_some() => {
            tags.lyrics = id3_synced_lyrics(file).or(tags.lyrics);
        }
        _ => {}
    }
    Ok(FileInfo {
        format,
        audio,
        tags,
    })
}

fn broken(error: &(dyn std::error::Error + 'static)) -> Skip {
    let text = clean_line(&chassis::problem::chain(error), 200);
    Skip::Broken(text.unwrap_or_else(|| "its structure cannot be followed".to_owned()))
}

/// Takes each field from the format's own tag, else from any other.
fn merge(primary: Option<&Tag>, all: &[Tag]) -> Tags {
    let sources: Vec<&Tag> = primary.into_iter().chain(all).collect();
    let values = |keys: &[ItemKey]| -> Vec<String> {
        let found = sources
            .iter()
            .flat_map(|tag| keys.iter().map(|key| list(tag, *key)))
            .find(|values| !values.is_empty());
        found.unwrap_or_default()
    };
    let line = |keys: &[ItemKey], chars_max: usize| {
        let texts = sources
            .iter()
            .flat_map(|tag| keys.iter().flat_map(|key| texts(tag, *key)));
        texts
            .into_iter()
            .find_map(|text| clean_line(&text, chars_max))
    };
    let number = |key: ItemKey| line(&[key], 20).and_then(|text| leading_number(&text));
    let lyrics = [ItemKey::Lyrics, ItemKey::UnsyncLyrics]
        .iter()
        .flat_map(|key| sources.iter().flat_map(|tag| texts(tag, *key)))
        .map(|text| Lyrics::from_text(&text))
        .fold(Lyrics::default(), Lyrics::or);
    Tags {
        title: line(&[ItemKey::TrackTitle], NAME_CHARS_MAX),
        artists: guests::apart(values(&[ItemKey::TrackArtists, ItemKey::TrackArtist])),
        album: line(&[ItemKey::AlbumTitle], NAME_CHARS_MAX),
        album_artists: values(&[ItemKey::AlbumArtists, ItemKey::AlbumArtist]),
        is_compilation: line(&[ItemKey::FlagCompilation], 5).is_some_and(|flag| flag == "1"),
        genres: values(&[ItemKey::Genre]),
        disc_number: number(ItemKey::DiscNumber),
        track_number: number(ItemKey::TrackNumber),
        released_on: [
            ItemKey::RecordingDate,
            ItemKey::ReleaseDate,
            ItemKey::Year,
            ItemKey::OriginalReleaseDate,
        ]
        .iter()
        .find_map(|key| line(&[*key], 40).and_then(|text| date(&text))),
        composer: {
            let names = values(&[ItemKey::Composer]).join(", ");
            clean_line(&names, NAME_CHARS_MAX)
        },
        licence: line(&[ItemKey::License, ItemKey::CopyrightUrl], NAME_CHARS_MAX),
        copyright: line(&[ItemKey::CopyrightMessage], NOTICE_CHARS_MAX),
        gain_db: replay_gain(
            line(&[ItemKey::ReplayGainTrackGain], 20).as_deref(),
            line(&[ItemKey::R128TrackGain], 20).as_deref(),
        ),
        lyrics,
        picture: sources.iter().find_map(|tag| picture(tag)),
    }
}

fn texts(tag: &Tag, key: ItemKey) -> impl Iterator<Item = Cow<'_, str>> {
    let is_unicode = !matches!(tag.tag_type(), TagType::Id3v1 | TagType::Id3v2);
    tag.get_items(key)
        .filter_map(move |item| match item.value() {
            ItemValue::Text(text) | ItemValue::Locator(text) if is_unicode => {
                Some(Cow::Borrowed(text.as_str()))
            }
            ItemValue::Text(text) | ItemValue::Locator(text) => Some(charset::as_meant(text)),
            ItemValue::Binary(_) => None,
        })
}

/// Several values: repeated fields, or one field with `;`, ` / ` or NUL between them. `AC/DC` stays whole.
fn list(tag: &Tag, key: ItemKey) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    let found: Vec<Cow<'_, str>> = texts(tag, key).collect();
    for part in found
        .iter()
        .flat_map(|text| text.split(['\0', ';']))
        .flat_map(|text| text.split(" / "))
    {
        if let Some(value) = clean_line(part, NAME_CHARS_MAX)
            && !values.contains(&value)
            && values.len() < VALUES_MAX
        {
            values.push(value);
        }
    }
    values
}

fn picture(tag: &Tag) -> Option<Vec<u8>> {
    tag.get_picture_type(PictureType::CoverFront)
        .or_else(|| tag.pictures().first())
        .map(|picture| picture.data().to_vec())
        .filter(|data| !data.is_empty() && data.len() <= PICTURE_BYTES_MAX)
}

/// `3`, `03`, `3/12`; zero and more than four digits name nothing.
fn leading_number(text: &str) -> Option<i64> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits
        .parse()
        .ok()
        .filter(|number| (1..=9_999).contains(number))
}

/// `2012`, `2012-12`, `2012-12-15`, with anything behind; a month or day that cannot be is dropped.
fn date(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, ['-', '/', '.']);
    let digits = |part: &str, length: usize| -> Option<u32> {
        let number: String = part.chars().take_while(char::is_ascii_digit).collect();
        number.parse().ok().filter(|_| number.len() == length)
    };
    let year = digits(parts.next()?, 4).filter(|year| (1000..=2999).contains(year))?;
    let month = parts.next().and_then(|part| digits(part, 2));
    let day = parts.next().and_then(|part| digits(part, 2));
    Some(match (month, day) {
        (Some(month @ 1..=12), Some(day @ 1..=31)) => format!("{year:04}-{month:02}-{day:02}"),
        (Some(month @ 1..=12), _) => format!("{year:04}-{month:02}"),
        _ => format!("{year:04}"),
    })
}

/// `-7.03 dB`, or the 1/256 dB of R128 tags.
fn replay_gain(gain: Option<&str>, r128: Option<&str>) -> Option<f64> {
    let gain = gain
        .map(|text| text.trim_end_matches(|c: char| c.is_alphabetic() || c == ' '))
        .and_then(|text| text.replace(',', ".").parse::<f64>().ok());
    let r128 = r128
        .and_then(|text| text.parse::<f64>().ok())
        .map(|steps| steps / 256.0 + R128_TO_REPLAY_GAIN_DB);
    gain.or(r128)
        .filter(|gain| gain.is_finite() && gain.abs() <= GAIN_DB_MAX)
}

/// What an MP4 file holds; refuses what is protected or no audio we know.
fn mp4_codec(file: &mut File) -> Result<&'static str, Skip> {
    file.rewind()?;
    let options = ParseOptions::new().read_cover_art(false);
    let mp4 = Mp4File::read_from(&mut BufReader::new(&mut *file), options)
        .map_err(|error| broken(&error))?;
    if mp4.properties().is_drm_protected() {
        return Err(Skip::Protected);
    }
    match mp4.properties().codec() {
        Some(Mp4Codec::AAC) => Ok("aac"),
        Some(Mp4Codec::ALAC) => Ok("alac"),
        Some(Mp4Codec::FLAC) => Ok("flac"),
        Some(Mp4Codec::MP3) => Ok("mp3"),
        _ => Err(Skip::Unsupported),
    }
}

/// The `SYLT` frame, which lofty leaves unread in its common tag.
fn id3_synced_lyrics(file: &mut File) -> Lyrics {
    let options = ParseOptions::new()
        .read_cover_art(false)
        .read_properties(false);
    if file.rewind().is_err() {
        return Lyrics::default();
    }
    let mpeg = MpegFile::read_from(&mut BufReader::new(&mut *file), options).ok();
    let lines = mpeg
        .as_ref()
        .and_then(MpegFile::id3v2)
        .map(synced_lines)
        .unwrap_or_default();
    Lyrics::from_lines(lines)
}

fn synced_lines(tag: &Id3v2Tag) -> Vec<Line> {
    tag.into_iter()
        .filter_map(|frame| match frame {
            Frame::Binary(frame) if frame.id().as_str() == "SYLT" => {
                SynchronizedTextFrame::parse(&frame.data, frame.flags()).ok()
            }
            _ => None,
        })
        .find(|frame| {
            frame.timestamp_format == TimestampFormat::MS
                && frame.content_type == SyncTextContentType::Lyrics
        })
        .map(|frame| frame.content)
        .unwrap_or_default()
        .into_iter()
        .map(|(at_ms, text)| Line {
            at_ms: i64::from(at_ms),
            text: text.trim_start_matches('\n').to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_values_are_split_but_not_a_name_with_a_slash() {
        let mut tag = Tag::new(TagType::VorbisComments);
        tag.push(lofty::tag::TagItem::new(
            ItemKey::TrackArtist,
            ItemValue::Text("AC/DC; Björk / 아이유".to_owned()),
        ));
        tag.push(lofty::tag::TagItem::new(
            ItemKey::TrackArtist,
            ItemValue::Text("Björk".to_owned()),
        ));
        assert_eq!(
            list(&tag, ItemKey::TrackArtist),
            ["AC/DC", "Björk", "아이유"]
        );
    }

    #[test]
    fn dates_keep_what_can_be_a_date() {
        assert_eq!(date("2012-12-15T10:00:00").as_deref(), Some("2012-12-15"));
        assert_eq!(date("2012-13-40").as_deref(), Some("2012"));
        assert_eq!(date("2012-02").as_deref(), Some("2012-02"));
        assert_eq!(date("0000"), None);
        assert_eq!(date("unknown"), None);
    }

    #[test]
    fn gains_are_read_in_both_scales_and_nonsense_is_not() {
        assert_eq!(replay_gain(Some("-7.03 dB"), None), Some(-7.03));
        assert_eq!(replay_gain(Some("+1,5 dB"), None), Some(1.5));
        assert_eq!(replay_gain(None, Some("-512")), Some(3.0));
        assert_eq!(replay_gain(Some(""), None), None);
        assert_eq!(replay_gain(Some("NaN"), None), None);
        assert_eq!(replay_gain(Some("1e9 dB"), None), None);
    }

    #[test]
    fn numbers_are_read_before_the_slash() {
        assert_eq!(leading_number("03/12"), Some(3));
        assert_eq!(leading_number("0"), None);
        assert_eq!(leading_number("99999"), None);
    }
}
