//! Ranges of the search index, several in one statement.
//!
//! Each range is read in the order of the key and cut at its limit, so that the work does not grow with the library.

use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::entities::search_gram::{self, Column};
use super::search_index::SearchKind;
use super::{Store, listed};
use crate::search::{GRAM_LETTERS_MAX, NAME_LETTERS_MAX, Place, Word};

/// Above every letter: the end of a range of beginnings.
const LAST: char = '\u{10FFFF}';

/// A range of the index: everything of one kind that goes on with these letters at this place.
#[derive(Clone, Debug)]
pub(super) struct Scan {
    pub(super) kind: SearchKind,
    pub(super) place: Place,
    pub(super) letters: String,
    /// How many letters of the word may come before, at least and at most.
    pub(super) lead_letters: Option<(usize, usize)>,
    pub(super) limit: u64,
}

/// One row that a scan found.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Row {
    pub(super) kind: String,
    pub(super) gram: String,
    pub(super) lead: String,
    pub(super) subject_id: String,
}

impl Row {
    pub(super) fn is_at(&self, place: Place) -> bool {
        self.gram.starts_with(place.sign())
    }
}

impl Scan {
    pub(super) fn new(kind: SearchKind, place: Place, letters: &str, limit: u64) -> Self {
        Self {
            kind,
            place,
            letters: letters.to_owned(),
            lead_letters: None,
            limit,
        }
    }

    fn select(&self) -> SelectStatement {
        let mut select = Query::select()
            .column((search_gram::Entity, Column::Kind))
            .column((search_gram::Entity, Column::Gram))
            .column((search_gram::Entity, Column::Lead))
            .column((search_gram::Entity, Column::SubjectId))
            .from(search_gram::Entity)
            .and_where(column(Column::Kind).eq(self.kind.column()))
            .and_where(range(column(Column::Gram), self.place, &self.letters))
            .take();
        if let Some((least, most)) = self.lead_letters {
            let letters = Expr::from(Func::char_length(column(Column::Lead)));
            select.and_where(letters.between(least as u64, most as u64));
        }
        for key in [Column::Gram, Column::Lead, Column::SubjectId] {
            select.order_by((search_gram::Entity, key), sea_orm::Order::Asc);
        }
        select.limit(self.limit).take()
    }
}

/// The places at which a word of a query may stand.
pub(super) fn places_of_word(word: &Word) -> [Place; 3] {
    if word.is_initials {
        [Place::Initials, Place::LaterInitials, Place::BesideInitials]
    } else {
        [Place::Word, Place::Beside, Place::Inside]
    }
}

fn column(column: Column) -> Expr {
    Expr::col((search_gram::Entity, column))
}

/// Everything that begins with the letters at the place.
fn range(gram: Expr, place: Place, letters: &str) -> Expr {
    let first = beginning(place, letters);
    let mut last = first.clone();
    last.push(LAST);
    gram.clone().gte(first).and(gram.lt(last))
}

/// What a gram at the place begins with when it goes on with the letters.
fn beginning(place: Place, letters: &str) -> String {
    let letters_max = match place {
        Place::Name => NAME_LETTERS_MAX,
        _ => GRAM_LETTERS_MAX,
    };
    let mut beginning = String::from(place.sign());
    beginning.extend(letters.chars().take(letters_max));
    beginning
}

/// One statement for all scans: each is a derived table, because not every database takes a limit in a union.
fn union(selects: impl Iterator<Item = SelectStatement>) -> Option<SelectStatement> {
    let mut wrapped = selects.enumerate().map(|(number, select)| {
        Query::select()
            .expr(Expr::cust("*"))
            .from_subquery(select, format!("scan_{number}"))
            .take()
    });
    let mut first = wrapped.next()?;
    first.unions(wrapped.map(|select| (UnionType::All, select)));
    Some(first)
}

impl Store {
    /// Reads the rows of every scan in one round trip, in no order.
    pub(super) async fn scan(&self, scans: &[Scan]) -> Result<Vec<Row>, DbErr> {
        let Some(statement) = union(scans.iter().map(Scan::select)) else {
            return Ok(Vec::new());
        };
        let rows = self.database.connection().query_all(&statement).await?;
        rows.iter()
            .map(|row| Row::from_query_result(row, ""))
            .collect()
    }

    /// Counts the rows of tracks with each word, none further than `rows_max` at each place.
    pub(super) async fn count_words(
        &self,
        words: &[Word],
        rows_max: u64,
    ) -> Result<Vec<i64>, DbErr> {
        let mut counts = vec![0; words.len()];
        let numbered = words.iter().zip(0_i64..).flat_map(|(word, number)| {
            places_of_word(word).map(|place| {
                let rows = Scan::new(SearchKind::Track, place, &word.letters, rows_max).select();
                Query::select()
                    .expr_as(Expr::val(number), "word")
                    .expr_as(Expr::cust("COUNT(*)"), "row_count")
                    .from_subquery(rows, "counted")
                    .take()
            })
        });
        let Some(statement) = union(numbered) else {
            return Ok(counts);
        };
        for (number, count) in self.read_pairs::<i64, i64>(&statement).await? {
            let word = usize::try_from(number)
                .ok()
                .and_then(|word| counts.get_mut(word));
            if let Some(total) = word {
                *total += count;
            }
        }
        Ok(counts)
    }

    /// Reads the grams of some subjects that go on with some letters at any of some places. All that is read stands in
    /// one index.
    pub(super) async fn grams_of(
        &self,
        subject_ids: &[&str],
        places: &[Place],
        letters: &str,
    ) -> Result<Vec<(String, String)>, DbErr> {
        let beginnings: Vec<String> = places
            .iter()
            .map(|place| beginning(*place, letters))
            .collect();
        let length = beginnings.first().map_or(0, |first| first.chars().count());
        // PostgreSQL's function takes nothing wider.
        let length = i32::try_from(length).unwrap_or(i32::MAX);
        // Not as ranges: of a few for each of hundreds of subjects `MariaDB` takes longer to plan than to read.
        let begins = Expr::from(Func::cust("SUBSTR").args([
            column(Column::Gram),
            Expr::val(1),
            Expr::val(length),
        ]));
        let statement = Query::select()
            .columns([Column::SubjectId, Column::Gram])
            .from(search_gram::Entity)
            .and_where(column(Column::SubjectId).is_in(listed(subject_ids.iter().copied())))
            .and_where(begins.is_in(beginnings))
            .take();
        self.read_pairs(&statement).await
    }
}
