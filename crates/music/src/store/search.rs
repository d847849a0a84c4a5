//! Finding tracks, albums and artists by what was typed.
//!
//! Steps: the letters as typed; where these found too little, all words of the query in any order; where nothing fits
//! well, the letters with one misspelling, and all words, one of them misspelled.

use std::collections::{HashMap, HashSet};

use sea_orm::DbErr;

use super::Store;
use super::search_index::SearchKind;
use super::search_scan::{Row, Scan, places_of_word};
use crate::search::{EDIT_LETTERS_MAX, Edited, Place, Query, Word, one_edit, pieces};

/// How far the rows of a word are counted to tell which is the rarest.
const COUNTED_ROWS_MAX: u64 = 500;
/// How many rows one piece of a misspelled word may give.
const PIECE_ROWS_MAX: u64 = 200;
/// How many tracks that have the rarest word at its beginning or beside are looked at for the other words of a query,
const CANDIDATES_MAX: u64 = 200;
/// how many inside a word, and of albums and artists,
const OTHER_CANDIDATES_MAX: u64 = 40;
/// and how many at once, until enough have all.
const CANDIDATES_AT_ONCE: usize = 256;
/// How many subjects are read for a misspelled word among others.
const SUSPECTS_MAX: usize = 128;

/// How well a name fits; better ones are less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Rank {
    /// The whole name.
    Exact,
    /// The beginning of the name.
    Beginning,
    /// The beginning of a word of the name.
    Word,
    /// Every word of the query, in any order.
    AllWords,
    /// The beginning of a word of a name beside: an artist of the track, its album.
    Beside,
    /// Letters inside a word.
    Inside,
    /// The whole name with one misspelling.
    EditedWhole,
    /// Part of the name with one misspelling.
    Edited,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) rank: Rank,
    run: Run,
    pub(crate) subject_id: String,
}

/// The run of letters that fits, and where it stands: the more telling place, then the shorter and earlier run is less.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Run(Place, String);

impl Run {
    fn of(gram: &str) -> Option<Self> {
        let (place, letters) = Place::part(gram)?;
        Some(Self(place, letters.to_owned()))
    }
}

/// What was found, of each kind the best first.
#[derive(Clone, Debug, Default)]
pub(crate) struct SearchHits(HashMap<SearchKind, Vec<Found>>);

impl SearchHits {
    /// The ids of one kind, best first.
    pub(crate) fn ids(&self, kind: SearchKind) -> Vec<String> {
        let found = self.0.get(&kind).map(Vec::as_slice).unwrap_or_default();
        found.iter().map(|found| found.subject_id.clone()).collect()
    }

    /// The rank of the best of one kind.
    pub(crate) fn best(&self, kind: SearchKind) -> Option<Rank> {
        Some(self.0.get(&kind)?.first()?.rank)
    }
}

/// Collects what the steps find, each subject once with its best rank.
#[derive(Debug, Default)]
struct Basket(HashMap<(SearchKind, String), (Rank, Run)>);

impl Basket {
    fn put(&mut self, row: Row, rank: Rank) {
        let (Some(kind), Some(run)) = (kind_of(&row), Run::of(&row.gram)) else {
            return;
        };
        let found = (rank, run);
        let best = self.0.entry((kind, row.subject_id));
        let best = best.or_insert_with(|| found.clone());
        if found < *best {
            *best = found;
        }
    }

    fn put_all(&mut self, rows: impl IntoIterator<Item = (Row, Rank)>) {
        for (row, rank) in rows {
            self.put(row, rank);
        }
    }

    fn count(&self, kind: SearchKind) -> usize {
        self.0.keys().filter(|(found, _)| *found == kind).count()
    }

    fn best(&self) -> Option<Rank> {
        self.0.values().map(|(rank, _)| *rank).min()
    }

    fn into_hits(self, limit: usize) -> SearchHits {
        let mut hits: HashMap<SearchKind, Vec<Found>> = HashMap::new();
        for ((kind, subject_id), (rank, run)) in self.0 {
            hits.entry(kind).or_default().push(Found {
                rank,
                run,
                subject_id,
            });
        }
        for found in hits.values_mut() {
            found.sort();
            found.truncate(limit);
        }
        SearchHits(hits)
    }
}

impl Store {
    /// Finds at most `limit` of each kind.
    pub(crate) async fn search(&self, query: &Query, limit: usize) -> Result<SearchHits, DbErr> {
        let mut basket = Basket::default();
        // Several words are hardly ever found as typed: their rows are counted at once, before it is known.
        let (typed, counts) = tokio::try_join!(
            self.find_as_typed(&query.whole, limit),
            self.count_words(&query.words, COUNTED_ROWS_MAX),
        )?;
        basket.put_all(typed);
        let mut words: &[Word] = &query.words;
        if basket.count(SearchKind::Track) < limit {
            let rows = self.rows_with_all(words, &counts, limit).await?;
            basket.put_all(rows.into_iter().map(|row| (row, Rank::AllWords)));
        } else {
            words = &[];
        }
        if basket.best().is_none_or(|best| Rank::Beside < best) {
            let (edited, of_words) = tokio::try_join!(
                self.find_edited(&query.whole),
                self.find_words_one_edited(words, &counts),
            )?;
            let meant = meant_artist(&edited);
            basket.put_all(edited);
            basket.put_all(of_words);
            if let Some((rank, name)) = meant
                && basket.count(SearchKind::Track) < limit
            {
                let scan = Scan::new(SearchKind::Track, Place::Beside, &name, limit as u64);
                let rows = self.scan(&[scan]).await?;
                basket.put_all(rows.into_iter().map(|row| (row, rank)));
            }
        }
        Ok(basket.into_hits(limit))
    }

    async fn find_as_typed(&self, typed: &Word, limit: usize) -> Result<Vec<(Row, Rank)>, DbErr> {
        let places: &[Place] = if typed.is_initials {
            &[Place::Initials, Place::LaterInitials, Place::BesideInitials]
        } else {
            &[Place::Name, Place::Word, Place::Beside, Place::Inside]
        };
        // What begins a name begins a word of it too: twice the rows leave room for the others.
        let limit = 2 * limit as u64;
        let mut scans = Vec::new();
        for kind in SearchKind::ALL {
            for place in places {
                scans.push(Scan::new(kind, *place, &typed.letters, limit));
            }
        }
        let rows = self.scan(&scans).await?.into_iter();
        Ok(rows
            .map(|row| {
                let rank = rank_as_typed(&row, typed);
                (row, rank)
            })
            .collect())
    }

    /// Rows of the rarest word whose subjects have the other words as well, at least `limit` of a kind where found.
    async fn rows_with_all(
        &self,
        words: &[Word],
        counts: &[i64],
        limit: usize,
    ) -> Result<Vec<Row>, DbErr> {
        let mut numbered: Vec<(usize, &Word)> = words.iter().enumerate().collect();
        numbered.sort_by_key(|(index, _)| counts.get(*index));
        let mut rarest_first = numbered.into_iter().map(|(_, word)| word);
        let Some(rare) = rarest_first.next() else {
            return Ok(Vec::new());
        };
        let others: Vec<&Word> = rarest_first.collect();
        let mut candidates = self.candidates(rare).await?;
        let mut kept: Vec<Row> = Vec::new();
        while !candidates.is_empty() {
            let rest = candidates.split_off(candidates.len().min(CANDIDATES_AT_ONCE));
            // Each word is asked of those that had the ones before.
            for word in &others {
                candidates = self.having(candidates, word).await?;
            }
            kept.append(&mut candidates);
            candidates = rest;
            let count = |kind: &str| kept.iter().filter(|row| row.kind == kind).count();
            candidates.retain(|row| count(&row.kind) < limit);
        }
        Ok(kept)
    }

    /// Subjects that have a word, one row of each; those with a word of their own first.
    async fn candidates(&self, word: &Word) -> Result<Vec<Row>, DbErr> {
        let places = places_of_word(word);
        let mut scans = Vec::new();
        for kind in SearchKind::ALL {
            for place in places {
                let is_likely = kind == SearchKind::Track
                    && !matches!(place, Place::Inside | Place::LaterInitials);
                let rows_max = if is_likely {
                    CANDIDATES_MAX
                } else {
                    OTHER_CANDIDATES_MAX
                };
                scans.push(Scan::new(kind, place, &word.letters, rows_max));
            }
        }
        let mut rows = self.scan(&scans).await?;
        rows.sort_by_cached_key(|row| (Run::of(&row.gram), row.subject_id.clone()));
        let mut seen = HashSet::new();
        rows.retain(|row| seen.insert(row.subject_id.clone()));
        Ok(rows)
    }

    /// Those rows whose subjects have a word, each with the best run of all words so far.
    async fn having(&self, mut rows: Vec<Row>, word: &Word) -> Result<Vec<Row>, DbErr> {
        let ids: Vec<&str> = rows.iter().map(|row| row.subject_id.as_str()).collect();
        let places = places_of_word(word);
        let found = self.grams_of(&ids, &places, &word.letters).await?;
        let mut best: HashMap<String, String> = HashMap::new();
        for (subject_id, gram) in found {
            let known = best.entry(subject_id).or_insert_with(|| gram.clone());
            if Run::of(&gram) < Run::of(known) {
                *known = gram;
            }
        }
        rows.retain_mut(|row| {
            let Some(gram) = best.remove(&row.subject_id) else {
                return false;
            };
            if Run::of(&gram) < Run::of(&row.gram) {
                row.gram = gram;
            }
            true
        });
        Ok(rows)
    }

    /// Looks for the letters with one misspelling.
    async fn find_edited(&self, typed: &Word) -> Result<Vec<(Row, Rank)>, DbErr> {
        if typed.is_initials {
            return Ok(Vec::new());
        }
        let letters: Vec<char> = typed.letters.chars().take(EDIT_LETTERS_MAX).collect();
        let pieces = pieces(&letters);
        let mut scans = Vec::new();
        for kind in SearchKind::ALL {
            for piece in &pieces {
                let mut scan = Scan::new(kind, piece.place, &piece.letters, PIECE_ROWS_MAX);
                scan.lead_letters = (piece.place == Place::Inside).then_some(piece.lead_letters);
                scans.push(scan);
            }
        }
        let rows = self.scan(&scans).await?.into_iter();
        Ok(rows
            .filter_map(|row| {
                let rank = rank_edited(&row, &letters)?;
                Some((row, rank))
            })
            .collect())
    }

    /// Takes each of the two rarest words for the misspelled one: reads what has the others, and compares.
    async fn find_words_one_edited(
        &self,
        words: &[Word],
        counts: &[i64],
    ) -> Result<Vec<(Row, Rank)>, DbErr> {
        let mut suspects: Vec<(usize, &Word)> = words.iter().enumerate().collect();
        suspects.sort_by_key(|(index, _)| counts.get(*index));
        for (suspect, word) in suspects.into_iter().take(2) {
            let letters: Vec<char> = word.letters.chars().take(EDIT_LETTERS_MAX).collect();
            if word.is_initials || pieces(&letters).is_empty() {
                continue;
            }
            let others = |index: &usize| *index != suspect;
            let other_words: Vec<Word> = (0..words.len())
                .filter(others)
                .filter_map(|index| words.get(index).cloned())
                .collect();
            let other_counts: Vec<i64> = (0..words.len())
                .filter(others)
                .filter_map(|index| counts.get(index).copied())
                .collect();
            let candidates = self
                .rows_with_all(&other_words, &other_counts, SUSPECTS_MAX)
                .await?;
            let found = self.within_one_edit(candidates, &letters).await?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// The candidates that have a word within one misspelling of the letters.
    async fn within_one_edit(
        &self,
        candidates: Vec<Row>,
        letters: &[char],
    ) -> Result<Vec<(Row, Rank)>, DbErr> {
        let suspects = candidates.iter().take(SUSPECTS_MAX);
        let ids: Vec<&str> = suspects.map(|row| row.subject_id.as_str()).collect();
        let places = [Place::Word, Place::Beside];
        let mut best: HashMap<String, String> = HashMap::new();
        for (subject_id, gram) in self.grams_of(&ids, &places, "").await? {
            let text: Vec<char> = gram.chars().skip(1).collect();
            if one_edit(letters, &text).is_some() {
                let known = best.entry(subject_id).or_insert_with(|| gram.clone());
                if Run::of(&gram) < Run::of(known) {
                    *known = gram;
                }
            }
        }
        let candidates = candidates.into_iter();
        Ok(candidates
            .filter_map(|row| {
                let gram = best.get(&row.subject_id)?.clone();
                Some((Row { gram, ..row }, Rank::Edited))
            })
            .collect())
    }
}

/// The name of the artist that a misspelling fits best: their tracks are meant too.
fn meant_artist(edited: &[(Row, Rank)]) -> Option<(Rank, String)> {
    let artists = edited
        .iter()
        .filter(|(row, _)| kind_of(row) == Some(SearchKind::Artist));
    artists
        .map(|(row, rank)| (*rank, format!("{}{}", row.lead, run_of(row))))
        .min()
}

fn kind_of(row: &Row) -> Option<SearchKind> {
    SearchKind::ALL
        .into_iter()
        .find(|kind| kind.column() == row.kind)
}

/// The letters of a row without the sign of its place.
fn run_of(row: &Row) -> String {
    row.gram.chars().skip(1).collect()
}

fn rank_as_typed(row: &Row, typed: &Word) -> Rank {
    if row.is_at(Place::Name) || row.is_at(Place::Initials) {
        if run_of(row) == typed.letters {
            return Rank::Exact;
        }
        return Rank::Beginning;
    }
    if row.is_at(Place::Word) {
        return Rank::Word;
    }
    if row.is_at(Place::Beside) || row.is_at(Place::BesideInitials) {
        return Rank::Beside;
    }
    Rank::Inside
}

fn rank_edited(row: &Row, typed: &[char]) -> Option<Rank> {
    let text: Vec<char> = row.lead.chars().chain(row.gram.chars().skip(1)).collect();
    match one_edit(typed, &text)? {
        Edited::Whole => Some(Rank::EditedWhole),
        Edited::Beginning => Some(Rank::Edited),
    }
}
