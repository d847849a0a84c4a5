//! The rows a name gives the index.

use std::collections::BTreeSet;

use super::letters::{Unit, UnitKind, units};

/// How many letters of a whole name its first row holds.
pub(crate) const NAME_LETTERS_MAX: usize = 64;
/// How many letters every other row holds.
pub(crate) const GRAM_LETTERS_MAX: usize = 20;
/// How many letters of its word before a row are kept, to tell a misspelling.
pub(crate) const LEAD_LETTERS_MAX: usize = 16;

/// Where in a name a row begins, the more telling first; the first sign of its gram, so that each place is a range of
/// its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    /// The whole name, from its beginning.
    Name,
    /// Any word of the name, the first one too.
    Word,
    /// Any word of a name that stands beside: the artists of a track, its album.
    Beside,
    /// Inside a word of the name.
    Inside,
    /// The initials of the whole name.
    Initials,
    /// Initials from a later syllable of the name.
    LaterInitials,
    /// The initials of a name that stands beside.
    BesideInitials,
}

impl Place {
    const ALL: [Self; 7] = [
        Self::Name,
        Self::Word,
        Self::Beside,
        Self::Inside,
        Self::Initials,
        Self::LaterInitials,
        Self::BesideInitials,
    ];

    /// Parts a gram into its place and its letters.
    pub(crate) fn part(gram: &str) -> Option<(Self, &str)> {
        Self::ALL
            .into_iter()
            .find_map(|place| Some((place, gram.strip_prefix(place.sign())?)))
    }

    /// The first sign of a gram; no letter is one of these.
    pub(crate) fn sign(self) -> char {
        match self {
            Self::Name => '^',
            Self::Word => '_',
            Self::Inside => '.',
            Self::Beside => ':',
            Self::Initials => '=',
            Self::LaterInitials => '-',
            Self::BesideInitials => ';',
        }
    }
}

/// One row: a run of letters from one place in a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Gram {
    /// The sign of the place, then the letters.
    pub(crate) gram: String,
    /// The letters of the same word before the run; empty at the beginning of a word.
    pub(crate) lead: String,
}

/// The rows of a thing's own name.
pub(crate) fn of_name(name: &str) -> BTreeSet<Gram> {
    let units = units(name);
    let mut grams = BTreeSet::new();
    if units.is_empty() {
        return grams;
    }
    grams.insert(run(Place::Name, &units, NAME_LETTERS_MAX));
    let mut lead = String::new();
    for (index, unit) in units.iter().enumerate() {
        let rest = units.get(index..).unwrap_or_default();
        if unit.starts_word {
            lead.clear();
            grams.insert(run(Place::Word, rest, GRAM_LETTERS_MAX));
        } else {
            let mut gram = run(Place::Inside, rest, GRAM_LETTERS_MAX);
            gram.lead = last_letters(&lead, LEAD_LETTERS_MAX);
            grams.insert(gram);
        }
        lead.push_str(&unit.letters);
        if unit.kind == UnitKind::Syllable && 0 < index {
            grams.insert(initials(Place::LaterInitials, rest));
        }
    }
    if has_syllable(&units) {
        grams.insert(initials(Place::Initials, &units));
    }
    grams
}

/// The rows of a name that stands beside.
pub(crate) fn beside(name: &str) -> BTreeSet<Gram> {
    let units = units(name);
    let mut grams: BTreeSet<Gram> = (0..units.len())
        .filter_map(|index| units.get(index..))
        .filter(|rest| rest.first().is_some_and(|unit| unit.starts_word))
        .map(|rest| run(Place::Beside, rest, GRAM_LETTERS_MAX))
        .collect();
    if has_syllable(&units) {
        grams.insert(initials(Place::BesideInitials, &units));
    }
    grams
}

fn has_syllable(units: &[Unit]) -> bool {
    units.iter().any(|unit| unit.kind == UnitKind::Syllable)
}

fn run(place: Place, units: &[Unit], letters_max: usize) -> Gram {
    let letters = units.iter().flat_map(|unit| unit.letters.chars());
    gram(place, letters, letters_max)
}

fn initials(place: Place, units: &[Unit]) -> Gram {
    let letters = units.iter().flat_map(|unit| unit.initials.chars());
    gram(place, letters, GRAM_LETTERS_MAX)
}

fn gram(place: Place, letters: impl Iterator<Item = char>, letters_max: usize) -> Gram {
    let mut gram = String::from(place.sign());
    gram.extend(letters.take(letters_max));
    Gram {
        gram,
        lead: String::new(),
    }
}

fn last_letters(lead: &str, letters_max: usize) -> String {
    let count = lead.chars().count();
    lead.chars()
        .skip(count.saturating_sub(letters_max))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(grams: &BTreeSet<Gram>) -> Vec<(&str, &str)> {
        grams
            .iter()
            .map(|row| (row.gram.as_str(), row.lead.as_str()))
            .collect()
    }

    #[test]
    fn a_korean_name_gives_runs_of_keys_and_of_initials() {
        assert_eq!(
            rows(&of_name("밤 편지")),
            [
                ("-ㅈ", ""),
                ("-ㅍㅈ", ""),
                (".ㅈㅣ", "ㅍㅕㄴ"),
                ("=ㅂㅍㅈ", ""),
                ("^ㅂㅏㅁㅍㅕㄴㅈㅣ", ""),
                ("_ㅂㅏㅁㅍㅕㄴㅈㅣ", ""),
                ("_ㅍㅕㄴㅈㅣ", ""),
            ]
        );
    }

    #[test]
    fn a_latin_name_gives_no_initials() {
        assert_eq!(
            rows(&of_name("Jet!")),
            [(".et", "j"), (".t", "je"), ("^jet", ""), ("_jet", "")]
        );
    }

    #[test]
    fn a_name_beside_gives_its_words_only() {
        assert_eq!(
            rows(&beside("아이유 (IU)")),
            [(":iu", ""), (":ㅇㅏㅇㅣㅇㅠiu", ""), (";ㅇㅇㅇiu", "")]
        );
    }

    #[test]
    fn the_rows_of_a_name_are_few_and_short_however_long_it_is() {
        let grams = of_name(&"끝없는 이야기 ".repeat(50));
        assert!(grams.len() <= 2 * 64 + 2, "{}", grams.len());
        assert!(grams.iter().all(|row| row.gram.chars().count() <= 65));
        assert!(of_name("").is_empty());
    }
}
