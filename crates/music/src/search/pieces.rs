//! Where to look for what was misspelled: around one edit, the beginning or the rest of a word is right.

use super::gram::Place;

/// How many letters a word needs before a misspelling is forgiven; shorter words are near to everything.
pub(crate) const EDIT_LETTERS_MIN: usize = 4;
/// How many letters of a word are compared.
pub(crate) const EDIT_LETTERS_MAX: usize = 16;

/// Rows that may hold the misspelled word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Where the letters stand.
    pub(crate) place: Place,
    /// Letters that are right.
    pub(crate) letters: String,
    /// How many letters of the word come before them, at least and at most.
    pub(crate) lead_letters: (usize, usize),
}

/// The pieces of a word, one of which is right whichever letter is wrong. Empty when the word is too short.
///
/// With an edit at letter `i`, the `i` letters before it are right, and so is everything after it; the longer of the two
/// is looked for. Only two letters swapped in the very middle leave neither, so that swap is looked for by itself.
pub(crate) fn pieces(letters: &[char]) -> Vec<Piece> {
    if letters.len() < EDIT_LETTERS_MIN {
        return Vec::new();
    }
    let middle = letters.len() / 2;
    let begin = |length: usize| Piece {
        place: Place::Word,
        letters: letters.iter().take(length).collect(),
        lead_letters: (0, 0),
    };
    let mut lengths = vec![
        letters.len() - 1,
        usize::midpoint(letters.len(), middle),
        middle,
    ];
    lengths.dedup();
    let mut pieces: Vec<Piece> = lengths.into_iter().map(begin).collect();
    for start in 1..letters.len() {
        let rest = letters.get(start..).unwrap_or_default();
        if !begins_a_row(rest) {
            continue;
        }
        pieces.push(Piece {
            place: Place::Inside,
            letters: rest.iter().collect(),
            lead_letters: (start - 1, start + 1),
        });
        if middle <= start {
            break;
        }
    }
    pieces.push(Piece {
        place: Place::Word,
        letters: letters.iter().skip(1).collect(),
        lead_letters: (0, 0),
    });
    let mut swapped = letters.to_vec();
    swapped.swap(middle - 1, middle);
    pieces.push(Piece {
        place: Place::Word,
        letters: swapped.into_iter().collect(),
        lead_letters: (0, 0),
    });
    pieces
}

/// A row of Hangul begins where a syllable does: at a consonant with a vowel after it.
fn begins_a_row(rest: &[char]) -> bool {
    let is_vowel = |letter: &char| matches!(letter, 'ㅏ'..='ㅣ');
    match rest {
        ['ㄱ'..='ㅎ', next, ..] => is_vowel(next),
        [first, ..] => !is_vowel(first),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::{Gram, of_name, one_edit};

    fn finds(typed: &[char], rows: impl Iterator<Item = Gram>) -> bool {
        let pieces = pieces(typed);
        rows.into_iter().any(|row| {
            let letters = [row.lead.as_str(), row.gram.get(1..).unwrap()].concat();
            let letters: Vec<char> = letters.chars().collect();
            let lead_letters = row.lead.chars().count();
            one_edit(typed, &letters).is_some()
                && pieces.iter().any(|piece| {
                    row.gram
                        .starts_with(&format!("{}{}", piece.place.sign(), piece.letters))
                        && (piece.lead_letters.0..=piece.lead_letters.1).contains(&lead_letters)
                })
        })
    }

    proptest! {
        /// Every way to misspell a Latin word by one edit leaves a piece that finds it.
        #[test]
        fn one_edit_is_always_found(
            word in "[a-e]{5,12}", at in 0_usize..12, letter in "[a-f]", kind in 0..4,
        ) {
            let mut typed: Vec<char> = word.chars().collect();
            let at = at % typed.len();
            let letter = letter.chars().next().unwrap();
            match kind {
                0 => typed[at] = letter,
                1 => typed.insert(at, letter),
                // The first letter left out is found as a part of the name.
                2 => { typed.remove(at.max(1)); }
                _ => { if at + 1 < typed.len() { typed.swap(at, at + 1); } }
            }
            prop_assert!(finds(&typed, of_name(&word).into_iter()), "{typed:?}");
        }

        /// So does every wrong key in a Korean word.
        #[test]
        fn one_wrong_key_is_always_found(word in "[가-힣]{3,5}", at in 0_usize..20, key in "[ㄱㅁㅏㅛ]") {
            let units = crate::search::letters::units(&word);
            let mut typed: Vec<char> = units.iter().flat_map(|unit| unit.letters.chars()).collect();
            let at = at % typed.len();
            typed[at] = key.chars().next().unwrap();
            typed.truncate(EDIT_LETTERS_MAX);
            prop_assert!(finds(&typed, of_name(&word).into_iter()), "{typed:?}");
        }
    }

    #[test]
    fn short_words_are_not_misspelled() {
        assert!(pieces(&['a', 'b', 'c']).is_empty());
    }
}
