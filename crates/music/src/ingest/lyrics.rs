//! Lyrics: plain text, or lines with times as LRC.
//!
//! LRC is read as found: several times before one line, hundredths or thousandths, an `[offset:…]` in
//! milliseconds, times inside a line (dropped). It is written back in one form, sorted.

use super::text::clean_text;

/// How much text of lyrics is kept, in bytes; the smallest text column of the four databases holds it.
pub(crate) const LYRICS_BYTES_MAX: usize = 64 * 1024 - 1;
/// How much of a text is read at all, in bytes: a tag may hold megabytes of it.
const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// How many lines of synced lyrics are kept.
const LINES_MAX: usize = 2_000;
/// How long one line of synced lyrics may be, in bytes.
const LINE_BYTES_MAX: usize = 1_000;

/// A line and when it is sung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// From the start of the track.
    pub(crate) at_ms: i64,
    /// May be empty: a pause.
    pub(crate) text: String,
}

/// Lyrics as stored: plain text, LRC text, or neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lyrics {
    pub(crate) plain: Option<String>,
    pub(crate) synced: Option<String>,
}

impl Lyrics {
    /// Takes text that may be plain or LRC.
    pub(crate) fn from_text(text: &str) -> Self {
        let text = start_of(text);
        let lines = parse_lrc(text);
        if lines.is_empty() {
            return Self {
                plain: clean_text(text, LYRICS_BYTES_MAX),
                synced: None,
            };
        }
        Self::from_lines(lines)
    }

    /// Takes lines with times.
    pub(crate) fn from_lines(lines: Vec<Line>) -> Self {
        let synced = write_lrc(lines);
        Self {
            plain: None,
            synced: (!synced.is_empty()).then_some(synced),
        }
    }

    /// Fills what is missing here from the other.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            plain: self.plain.or(other.plain),
            synced: self.synced.or(other.synced),
        }
    }
}

/// Reads LRC; no line when the text has no times.
pub(crate) fn parse_lrc(text: &str) -> Vec<Line> {
    let mut offset_ms = 0;
    let mut lines = Vec::new();
    for row in start_of(text).lines() {
        let mut rest = row.trim_start_matches('\u{FEFF}').trim();
        let mut times = Vec::new();
        while let Some((tag, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
            if let Some(at_ms) = parse_time(tag) {
                times.push(at_ms);
            } else if let Some(value) = tag.strip_prefix("offset:") {
                offset_ms = value.trim().parse::<i32>().map_or(0, i64::from);
            } else if times.is_empty() {
                rest = "";
                break;
            } else {
                break;
            }
            rest = after.trim_start();
        }
        times.truncate(LINES_MAX - lines.len());
        if times.is_empty() {
            continue;
        }
        let text = clean_text(&without_word_times(rest), LINE_BYTES_MAX).unwrap_or_default();
        lines.extend(times.into_iter().map(|at_ms| Line {
            at_ms,
            text: text.clone(),
        }));
    }
    for line in &mut lines {
        line.at_ms = (line.at_ms - offset_ms).max(0);
    }
    lines.sort_by_key(|line| line.at_ms);
    lines
}

/// As much of a text as is read.
fn start_of(text: &str) -> &str {
    text.split_at(text.floor_char_boundary(TEXT_BYTES_MAX)).0
}

/// Writes LRC in order of time, at most [`LYRICS_BYTES_MAX`] bytes of whole lines.
pub(crate) fn write_lrc(mut lines: Vec<Line>) -> String {
    lines.sort_by_key(|line| line.at_ms);
    let mut text = String::new();
    for line in lines.iter().take(LINES_MAX) {
        let at_ms = line.at_ms.max(0);
        let (minutes, seconds, millis) = (at_ms / 60_000, at_ms / 1_000 % 60, at_ms % 1_000);
        let words = clean_text(&line.text.replace(['\n', '\r'], " "), LINE_BYTES_MAX);
        let words = words.unwrap_or_default();
        let row = format!("[{minutes:02}:{seconds:02}.{millis:03}]{words}\n");
        if text.len() + row.len() > LYRICS_BYTES_MAX {
            break;
        }
        text.push_str(&row);
    }
    text
}

/// `mm:ss`, `mm:ss.x`, `mm:ss.xx`, `mm:ss.xxx`; some write a colon for the point.
fn parse_time(tag: &str) -> Option<i64> {
    let (minutes, rest) = tag.split_once(':')?;
    let (seconds, fraction) = rest.split_once(['.', ':']).unwrap_or((rest, ""));
    let is_number = |part: &str, digits_max: usize| {
        part.len() <= digits_max && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if minutes.is_empty() || seconds.len() > 2 || seconds.is_empty() {
        return None;
    }
    if !(is_number(minutes, 3) && is_number(seconds, 2) && is_number(fraction, 3)) {
        return None;
    }
    let seconds: i64 = seconds.parse().ok().filter(|seconds| *seconds < 60)?;
    let millis: i64 = match fraction.len() {
        0 => 0,
        1 => fraction.parse::<i64>().ok()? * 100,
        2 => fraction.parse::<i64>().ok()? * 10,
        _ => fraction.parse().ok()?,
    };
    Some((minutes.parse::<i64>().ok()? * 60 + seconds) * 1_000 + millis)
}

/// Drops the `<mm:ss.xx>` of karaoke files.
fn without_word_times(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        match after.split_once('>') {
            Some((tag, behind)) if parse_time(tag).is_some() => rest = behind,
            _ => {
                text.push('<');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(at_ms: i64, text: &str) -> Line {
        Line {
            at_ms,
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_line_may_have_several_times_and_every_precision() {
        let text = "[ar:Someone]\n[00:12.5][01:02.25] again \n[00:01.007]first\n[00:59]\n";
        assert_eq!(
            parse_lrc(text),
            [
                line(1_007, "first"),
                line(12_500, "again"),
                line(59_000, ""),
                line(62_250, "again"),
            ]
        );
    }

    #[test]
    fn a_positive_offset_brings_lines_forward_and_none_before_the_start() {
        let lines = parse_lrc("[offset:+500]\n[00:00.20]a\n[00:02.00]b");
        assert_eq!(lines, [line(0, "a"), line(1_500, "b")]);
    }

    #[test]
    fn words_with_times_are_a_plain_line() {
        let lines = parse_lrc("[00:01.00]<00:01.00>we <00:01.50>are 1<2");
        assert_eq!(lines, [line(1_000, "we are 1<2")]);
    }

    #[test]
    fn text_without_times_is_plain() {
        let lyrics = Lyrics::from_text("[Chorus]\r\nla la");
        assert_eq!(lyrics.plain.as_deref(), Some("[Chorus]\nla la"));
        assert_eq!(lyrics.synced, None);
    }

    #[test]
    fn a_long_line_with_many_times_is_cut_and_read_in_no_time() {
        // 2,000 copies of it, each cleaned, would be 8 GB.
        let text = "[00:01.00]".repeat(3_000) + &"x".repeat(4_000_000);
        let lines = parse_lrc(&text);
        assert_eq!(lines.len(), LINES_MAX);
        assert_eq!(lines[0].text.len(), LINE_BYTES_MAX);
    }

    #[test]
    fn lyrics_longer_than_the_limit_are_cut_between_lines() {
        let lines = (0..2_000)
            .map(|at| line(at * 10, &"x".repeat(900)))
            .collect();
        let text = write_lrc(lines);
        assert!(text.len() <= LYRICS_BYTES_MAX && text.ends_with("x\n"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            times in proptest::collection::vec(0..5_000_000_i64, 0..40),
            word in "[a-z가-힣]{1,20}",
        ) {
            let mut lines: Vec<Line> = times.iter().map(|at| line(*at, &word)).collect();
            lines.sort_by_key(|line| line.at_ms);
            prop_assert_eq!(parse_lrc(&write_lrc(lines.clone())), lines);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "(\\PC|\n|\\[|\\]|:|<|>|[0-9]){0,300}") {
            let _ = Lyrics::from_text(&text);
        }
    }
}
