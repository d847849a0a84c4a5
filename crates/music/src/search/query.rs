//! What somebody typed, as letters.

use super::letters::{Unit, UnitKind, units, words};

/// How many characters a query may have.
pub(crate) const QUERY_CHARS_MAX: usize = 100;
/// How many words of a query count; more add nothing.
const WORDS_MAX: usize = 6;

/// A query taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    /// All of it without the spaces: people leave them out and put them in where they like.
    pub(crate) whole: Word,
    /// The words; empty when there is only one.
    pub(crate) words: Vec<Word>,
}

/// Letters that somebody typed without a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// The letters.
    pub(crate) letters: String,
    /// Whether they are two or more consonants and nothing else: the initials of a name (`ㅇㅇㅇ`).
    pub(crate) is_initials: bool,
}

impl Query {
    /// Takes a query apart; none when nothing in it can be looked for.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let units = units(text);
        if units.is_empty() {
            return None;
        }
        let words: Vec<Word> = match words(&units) {
            words if words.len() < 2 => Vec::new(),
            words => words.into_iter().take(WORDS_MAX).map(Word::of).collect(),
        };
        Some(Self {
            whole: Word::of(&units),
            words,
        })
    }
}

impl Word {
    fn of(units: &[Unit]) -> Self {
        let letters: String = units.iter().map(|unit| unit.letters.as_str()).collect();
        let is_initials = 1 < letters.chars().count()
            && units.iter().all(|unit| unit.kind == UnitKind::Consonant);
        Self {
            letters,
            is_initials,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_part_words_and_do_not_count_in_the_whole() {
        let query = Query::parse(" 아이유  Palette ").unwrap();
        assert_eq!(query.whole.letters, "ㅇㅏㅇㅣㅇㅠpalette");
        let words: Vec<_> = query
            .words
            .iter()
            .map(|word| word.letters.as_str())
            .collect();
        assert_eq!(words, ["ㅇㅏㅇㅣㅇㅠ", "palette"]);
    }

    #[test]
    fn consonants_alone_are_initials_even_when_the_keyboard_joined_them() {
        let is_initials = |text: &str| Query::parse(text).unwrap().whole.is_initials;
        assert!(is_initials("ㅇㅇㅇ"));
        assert!(is_initials("ㄱㅅ"));
        assert!(is_initials("ㄳ"));
        assert!(!is_initials("ㅇ"));
        assert!(!is_initials("아ㅇ"));
        assert!(!is_initials("밤"));
    }

    #[test]
    fn nothing_to_look_for_is_no_query() {
        assert_eq!(Query::parse("  \n"), None);
        assert_eq!(Query::parse(""), None);
    }

    #[test]
    fn words_beyond_the_limit_do_not_count() {
        assert_eq!(
            Query::parse(&"가 ".repeat(40)).unwrap().words.len(),
            WORDS_MAX
        );
    }
}
