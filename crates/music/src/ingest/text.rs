//! Text of unknown origin, made fit to be stored, compared and shown.

use unicode_normalization::UnicodeNormalization;

/// How long a name or title may be, in characters; the width of the columns.
pub(crate) const NAME_CHARS_MAX: usize = 255;
/// How long a copyright notice may be, in characters.
pub(crate) const NOTICE_CHARS_MAX: usize = 2_000;

/// Cleans a line: NFC, no control or direction-changing characters, single spaces, at most `chars_max`
/// characters. None when nothing that can be seen is left.
pub(crate) fn clean_line(text: &str, chars_max: usize) -> Option<String> {
    let spaced: String = text
        .chars()
        .take(chars_max.saturating_mul(4))
        .filter(|c| !is_invisible(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .nfc()
        .collect();
    let mut line = String::with_capacity(spaced.len());
    for word in spaced.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let line: String = line.chars().take(chars_max).collect();
    let line = line.trim_end().to_owned();
    line.contains(|c| !is_joiner(c)).then_some(line)
}

/// Cleans text of several lines: as [`clean_line`], but lines stay, and at most `bytes_max` bytes.
pub(crate) fn clean_text(text: &str, bytes_max: usize) -> Option<String> {
    let mut clean = String::with_capacity(text.len().min(bytes_max));
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    for c in unified.nfc().filter(|c| !is_invisible(*c)) {
        let c = if c.is_control() && c != '\n' { ' ' } else { c };
        if clean.len() + c.len_utf8() > bytes_max {
            break;
        }
        clean.push(c);
    }
    let clean = clean.trim().to_owned();
    (!clean.is_empty()).then_some(clean)
}

/// What two spellings of one name share: compatibility form, lower case, single spaces, no joiners.
pub(crate) fn name_key(name: &str) -> String {
    let seen = name.nfkc().filter(|c| !is_joiner(*c));
    let folded: String = seen.flat_map(char::to_lowercase).nfc().collect();
    let key = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    key.chars().take(NAME_CHARS_MAX).collect()
}

/// Zero-width, byte order and direction-changing characters: they make two names look alike or a line read backwards.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// What joins the letters around it, or keeps them apart: part of how Persian, Indic scripts and emoji are written.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn control_and_direction_characters_do_not_survive() {
        assert_eq!(
            clean_line(" A\u{0}B\t\u{202E}C \n", 255).as_deref(),
            Some("A B C")
        );
        assert_eq!(clean_line("\u{0}\u{200B} ", 255), None);
    }

    #[test]
    fn a_decomposed_name_is_stored_composed() {
        assert_eq!(
            clean_line("\u{1112}\u{1161}\u{11AB}", 255).as_deref(),
            Some("한")
        );
    }

    #[test]
    fn spellings_of_one_name_share_a_key() {
        assert_eq!(name_key("ＢＴＳ"), name_key("bts"));
        assert_eq!(name_key("Sigur  Rós"), "sigur rós");
    }

    #[test]
    fn lines_of_a_text_survive_and_its_end_is_cut() {
        assert_eq!(clean_text("a\r\nb\rc", 100).as_deref(), Some("a\nb\nc"));
        assert_eq!(clean_text("한글", 4).as_deref(), Some("한"));
    }

    proptest! {
        #[test]
        fn a_clean_line_is_short_and_stays_as_it_is(text in ".{0,400}") {
            if let Some(line) = clean_line(&text, 50) {
                prop_assert!(line.chars().count() <= 50);
                prop_assert!(!line.chars().any(char::is_control));
                prop_assert_eq!(clean_line(&line, 50), Some(line));
            }
        }
    }
}
