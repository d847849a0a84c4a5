//! Letters: what is left of a text when case, accents, spaces and punctuation do not count.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// How many letters or syllables of one name are looked at.
pub(crate) const UNITS_MAX: usize = 64;

const SYLLABLE_FIRST: u32 = 0xAC00;
const SYLLABLE_COUNT: u32 = 11_172;
const VOWEL_COUNT: u32 = 21;
const FINAL_COUNT: u32 = 28;
const INITIALS: [&str; 19] = [
    "ㄱ", "ㄲ", "ㄴ", "ㄷ", "ㄸ", "ㄹ", "ㅁ", "ㅂ", "ㅃ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅉ", "ㅊ", "ㅋ",
    "ㅌ", "ㅍ", "ㅎ",
];
const VOWELS: [&str; 21] = [
    "ㅏ", "ㅐ", "ㅑ", "ㅒ", "ㅓ", "ㅔ", "ㅕ", "ㅖ", "ㅗ", "ㅗㅏ", "ㅗㅐ", "ㅗㅣ", "ㅛ", "ㅜ",
    "ㅜㅓ", "ㅜㅔ", "ㅜㅣ", "ㅠ", "ㅡ", "ㅡㅣ", "ㅣ",
];
const FINALS: [&str; 28] = [
    "", "ㄱ", "ㄲ", "ㄱㅅ", "ㄴ", "ㄴㅈ", "ㄴㅎ", "ㄷ", "ㄹ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ",
    "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅁ", "ㅂ", "ㅂㅅ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅊ", "ㅋ", "ㅌ", "ㅍ",
    "ㅎ",
];
/// U+3131 to U+3163: what a keyboard gives for a single jamo.
const COMPATIBILITY_FIRST: u32 = 0x3131;
const COMPATIBILITY_CONSONANTS: [&str; 30] = [
    "ㄱ", "ㄲ", "ㄱㅅ", "ㄴ", "ㄴㅈ", "ㄴㅎ", "ㄷ", "ㄸ", "ㄹ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ",
    "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅁ", "ㅂ", "ㅃ", "ㅂㅅ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅉ", "ㅊ", "ㅋ",
    "ㅌ", "ㅍ", "ㅎ",
];

/// A Hangul syllable, or one letter of another script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// The keys that type a syllable, in order (`값` is `ㄱㅏㅂㅅ`); otherwise the folded letter.
    pub(crate) letters: String,
    /// The first consonant of a syllable; consonants that stand alone, and letters of other scripts, are their own.
    pub(crate) initials: String,
    /// Whether a word begins here.
    pub(crate) starts_word: bool,
    /// What kind of sign it is.
    pub(crate) kind: UnitKind,
}

/// What kind of sign a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnitKind {
    /// A Hangul syllable.
    Syllable,
    /// A consonant that stands alone: part of a syllable somebody is typing, or an initial.
    Consonant,
    /// Anything else.
    Other,
}

/// Takes a text apart. A text of signs only (`÷`, `???`) is taken as those signs, so that it can be found too.
pub(crate) fn units(text: &str) -> Vec<Unit> {
    let units = read(text, char::is_alphanumeric);
    if units.is_empty() {
        return read(text, |sign| !sign.is_whitespace());
    }
    units
}

/// The letters of each word.
pub(crate) fn words(units: &[Unit]) -> Vec<&[Unit]> {
    units.chunk_by(|_, next| !next.starts_word).collect()
}

/// The first consonants of the syllables of a name, as somebody types them.
#[cfg(any(test, feature = "synthetic"))]
pub(crate) fn initials(name: &str) -> String {
    units(name)
        .into_iter()
        .filter(|unit| unit.kind == UnitKind::Syllable)
        .map(|unit| unit.initials)
        .collect()
}

fn read(text: &str, counts: impl Fn(char) -> bool) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut starts_word = true;
    for sign in text.nfc() {
        let before = units.len();
        push(&mut units, sign, starts_word, &counts);
        if units.len() > before {
            starts_word = false;
        } else if !joins(sign) {
            starts_word = true;
        }
        if units.len() >= UNITS_MAX {
            units.truncate(UNITS_MAX);
            break;
        }
    }
    units
}

/// Apostrophes and marks do not end a word: `don't` is typed `dont`.
fn joins(sign: char) -> bool {
    matches!(
        sign,
        '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '\u{200b}'..='\u{200d}' | '\u{feff}'
    ) || is_combining_mark(sign)
}

fn push(units: &mut Vec<Unit>, sign: char, starts_word: bool, counts: &impl Fn(char) -> bool) {
    if let Some(unit) = hangul(sign, starts_word) {
        units.push(unit);
        return;
    }
    let mut starts_word = starts_word;
    for part in fold(sign) {
        let unit = match hangul(part, starts_word) {
            Some(unit) => unit,
            None if counts(part) => Unit {
                letters: part.to_string(),
                initials: part.to_string(),
                starts_word,
                kind: UnitKind::Other,
            },
            None => continue,
        };
        units.push(unit);
        starts_word = false;
    }
}

/// Lower case, without accents; ligatures and wide forms taken apart.
pub(super) fn fold(sign: char) -> impl Iterator<Item = char> {
    std::iter::once(sign)
        .nfkc()
        .flat_map(char::to_lowercase)
        .flat_map(|letter| {
            spelled(letter)
                .chars()
                .chain(spelled(letter).is_empty().then_some(letter))
        })
        .nfd()
        .filter(|letter| !('\u{300}'..='\u{36f}').contains(letter))
        .nfc()
}

/// Letters whose accent is not a mark of its own.
fn spelled(letter: char) -> &'static str {
    match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ı' => "i",
        'ς' => "σ",
        _ => "",
    }
}

fn hangul(sign: char, starts_word: bool) -> Option<Unit> {
    let unit = |letters: String, initials: String, kind| Unit {
        letters,
        initials,
        starts_word,
        kind,
    };
    if let Some((initial, vowel, last)) = syllable(sign) {
        let letters = [initial, vowel, last].concat();
        return Some(unit(letters, initial.to_owned(), UnitKind::Syllable));
    }
    if let Some(keys) = consonant(sign) {
        return Some(unit(keys.to_owned(), keys.to_owned(), UnitKind::Consonant));
    }
    let keys = vowel(sign)?;
    Some(unit(keys.to_owned(), keys.to_owned(), UnitKind::Other))
}

fn syllable(sign: char) -> Option<(&'static str, &'static str, &'static str)> {
    let index = u32::from(sign).checked_sub(SYLLABLE_FIRST)?;
    if index >= SYLLABLE_COUNT {
        return None;
    }
    let initial = at(&INITIALS, index / (VOWEL_COUNT * FINAL_COUNT))?;
    let vowel = at(&VOWELS, index / FINAL_COUNT % VOWEL_COUNT)?;
    Some((initial, vowel, at(&FINALS, index % FINAL_COUNT)?))
}

/// A consonant that stands alone, as typed or as part of decomposed Hangul.
fn consonant(sign: char) -> Option<&'static str> {
    let code = u32::from(sign);
    match sign {
        'ㄱ'..='ㅎ' => at(&COMPATIBILITY_CONSONANTS, code - COMPATIBILITY_FIRST),
        '\u{1100}'..='\u{1112}' => at(&INITIALS, code - 0x1100),
        '\u{11a8}'..='\u{11c2}' => at(&FINALS, code - 0x11a7),
        _ => None,
    }
}

fn vowel(sign: char) -> Option<&'static str> {
    let code = u32::from(sign);
    match sign {
        'ㅏ'..='ㅣ' => at(&VOWELS, code - 0x314f),
        '\u{1161}'..='\u{1175}' => at(&VOWELS, code - 0x1161),
        _ => None,
    }
}

fn at(table: &[&'static str], index: u32) -> Option<&'static str> {
    table.get(usize::try_from(index).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> String {
        units(text)
            .iter()
            .map(|unit| unit.letters.as_str())
            .collect()
    }

    fn all_initials(text: &str) -> String {
        units(text)
            .iter()
            .map(|unit| unit.initials.as_str())
            .collect()
    }

    #[test]
    fn hangul_is_the_keys_that_type_it() {
        assert_eq!(letters("밤편지"), "ㅂㅏㅁㅍㅕㄴㅈㅣ");
        assert_eq!(letters("값"), "ㄱㅏㅂㅅ");
        assert_eq!(letters("과"), "ㄱㅗㅏ");
        assert_eq!(letters("ㄳ"), "ㄱㅅ");
        assert_eq!(all_initials("밤 편지"), "ㅂㅍㅈ");
        assert_eq!(all_initials("뻔한 twice"), "ㅃㅎtwice");
    }

    #[test]
    fn composed_and_decomposed_text_are_the_same() {
        for text in ["밤편지", "Sigur Rós", "ガ", "élan vital"] {
            let decomposed: String = text.nfd().collect();
            assert_eq!(units(text), units(&decomposed), "{text}");
        }
    }

    #[test]
    fn case_accents_width_and_ligatures_do_not_count() {
        assert_eq!(letters("SIGUR RÓS"), "sigurros");
        assert_eq!(letters("ＡＢＣ"), "abc");
        assert_eq!(letters("Straße"), "strasse");
        assert_eq!(letters("Ødegård Łódź"), "odegardlodz");
        assert_eq!(letters("İstanbul"), "istanbul");
        assert_eq!(letters("ΣΟΦΟΣ"), letters("σοφος"));
        assert_eq!(letters("ﬁn"), "fin");
    }

    #[test]
    fn words_begin_after_spaces_and_signs_but_not_after_an_apostrophe() {
        let count = |text: &str| words(&units(text)).len();
        assert_eq!(count("Don't stop"), 2);
        assert_eq!(count("AC/DC"), 2);
        assert_eq!(count("  (밤)편지 "), 2);
        assert_eq!(count(""), 0);
    }

    #[test]
    fn a_name_of_signs_is_its_signs() {
        assert_eq!(letters("÷"), "÷");
        assert_eq!(letters("?!"), "?!");
        assert_eq!(letters(" \t"), "");
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(units(&"가".repeat(1_000)).len(), UNITS_MAX);
    }
}
