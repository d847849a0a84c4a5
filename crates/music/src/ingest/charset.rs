//! Text that a tag calls Latin-1 and that was written in something else: what old programs did on Korean machines, and
//! careless ones with UTF-8 everywhere.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use encoding_rs::EUC_KR;

const SYLLABLES: RangeInclusive<char> = '가'..='힣';
/// Bytes of the pairs of KS X 1001. What CP949 adds to them pairs accented letters with plain ones, as Latin-1 text does.
const PAIRED: RangeInclusive<u8> = 0xA1..=0xFE;

/// The text as it was meant. It stays as it is wherever it may truly be Latin-1.
pub(super) fn as_meant(text: &str) -> Cow<'_, str> {
    match latin1_bytes(text).and_then(|bytes| decode(&bytes)) {
        Some(meant) => Cow::Owned(meant),
        None => Cow::Borrowed(text),
    }
}

/// The bytes that were read as Latin-1; none where all is ASCII or something is no Latin-1.
fn latin1_bytes(text: &str) -> Option<Vec<u8>> {
    if text.is_ascii() {
        return None;
    }
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}

fn decode(bytes: &[u8]) -> Option<String> {
    let utf_8 = || str::from_utf8(bytes).ok().map(str::to_owned);
    // Two bytes can be both. Beside Latin letters they are more likely one of those, else a syllable.
    if bytes.iter().any(u8::is_ascii_alphanumeric) {
        return utf_8().or_else(|| korean(bytes));
    }
    korean(bytes).or_else(utf_8)
}

fn korean(bytes: &[u8]) -> Option<String> {
    let chunks = bytes.chunk_by(|one, other| one.is_ascii() == other.is_ascii());
    let mut foreign = chunks.filter(|chunk| !chunk.is_ascii());
    let is_paired = |chunk: &[u8]| {
        chunk.len().is_multiple_of(2) && chunk.iter().all(|byte| PAIRED.contains(byte))
    };
    if !foreign.all(is_paired) {
        return None;
    }
    let text = EUC_KR.decode_without_bom_handling_and_without_replacement(bytes)?;
    is_korean(&text).then(|| text.into_owned())
}

/// Whether all that is not ASCII is Hangul, or a sign beside it. A lone syllable within a Latin word is two accented
/// letters: `CORAÇÃO`.
fn is_korean(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let is_sign = |c: char| matches!(c, '·' | '…' | '‘'..='”' | '\u{3000}'..='\u{303F}' | '\u{FF01}'..='\u{FF5E}');
    let mut runs = chars
        .chunk_by(|one, other| kind(*one) == kind(*other))
        .peekable();
    let mut before = Kind::Other;
    let mut syllables = 0;
    while let Some(run) = runs.next() {
        let here = run.first().copied().map_or(Kind::Other, kind);
        let after = runs
            .peek()
            .and_then(|next| next.first())
            .copied()
            .map_or(Kind::Other, kind);
        if here == Kind::Syllable {
            syllables += run.len();
            if run.len() == 1 && (before == Kind::Latin || after == Kind::Latin) {
                return false;
            }
        }
        before = here;
    }
    let is_known = |c: &char| c.is_ascii() || SYLLABLES.contains(c) || is_sign(*c);
    0 < syllables && chars.iter().all(is_known)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Syllable,
    Latin,
    Other,
}

fn kind(c: char) -> Kind {
    if SYLLABLES.contains(&c) {
        Kind::Syllable
    } else if c.is_ascii_alphabetic() {
        Kind::Latin
    } else {
        Kind::Other
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As a tag reader gives bytes that it takes for Latin-1.
    fn as_latin1(bytes: &[u8]) -> String {
        bytes.iter().copied().map(char::from).collect()
    }

    fn in_euc_kr(text: &str) -> String {
        as_latin1(&EUC_KR.encode(text).0)
    }

    #[test]
    fn korean_is_read_as_korean() {
        for text in [
            "보고싶다",
            "거위의 꿈",
            "비",
            "IU - 좋은 날 (Good Day)",
            "봄·여름…",
            "2NE1 노래",
        ] {
            assert_eq!(as_meant(&in_euc_kr(text)), text);
        }
    }

    #[test]
    fn utf_8_is_read_as_utf_8() {
        for text in [
            "Björk",
            "Che cos'è",
            "O Amor é Tudo",
            "A · B",
            "© 2020 X",
            "보고싶다",
            "東京",
        ] {
            assert_eq!(as_meant(&as_latin1(text.as_bytes())), text);
        }
    }

    #[test]
    fn latin_1_stays() {
        for text in [
            "Björk",
            "Motörhead",
            "Åland",
            "CORAÇÃO",
            "Créée",
            "Ångström",
            "Nº 1",
            "It\u{92}s",
            "Sigur Rós",
            "ascii",
            "보고싶다",
            "",
        ] {
            assert_eq!(as_meant(text), text);
        }
    }

    proptest! {
        #[test]
        fn hangul_comes_through(pairs in prop::collection::vec([0xB0_u8..=0xC8, 0xA1..=0xFE], 1..20)) {
            let bytes = pairs.concat();
            let (text, _, _) = EUC_KR.decode(&bytes);
            let written = as_latin1(&bytes);
            prop_assert_eq!(as_meant(&written), text);
        }

        #[test]
        fn nothing_panics(text in "\\PC*", bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            as_meant(&text);
            as_meant(&as_latin1(&bytes));
        }
    }
}
