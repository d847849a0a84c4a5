//! Ranges of the search index, several in one statement.
//!
//! Each range is read in the order of the key and cut at its limit, so that the work does not grow with the library.

use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::Store;
use super::entities::search_gram::{self, Column};
use super::search_index::SearchKind;
use crate::search::{GRAM_LETTERS_MAX, NAME_LETTERS_MAX, Place, Word};

/// How many rows of the rarest word of a query are looked at for its other words.
const RARE_ROWS_MAX: u64 = 1_000;
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
    /// Words that the same subject must have as well.
    pub(super) also: Vec<Word>,
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

impl Scan {
    pub(super) fn new(kind: SearchKind, place: Place, letters: &str, limit: u64) -> Self {
        Self {
            kind,
            place,
            letters: letters.to_owned(),
            lead_letters: None,
            also: Vec::new(),
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
        if self.also.is_empty() {
            return select.limit(self.limit).take();
        }
        self.select_also(select.limit(RARE_ROWS_MAX).take())
    }

    fn select_also(&self, rows: SelectStatement) -> SelectStatement {
        let mut select = Query::select()
            .columns([Column::Kind, Column::Gram, Column::Lead, Column::SubjectId])
            .from_subquery(rows, "rare")
            .take();
        for word in &self.also {
            select.and_where(subject_has(word));
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
    let letters_max = match place {
        Place::Name => NAME_LETTERS_MAX,
        _ => GRAM_LETTERS_MAX,
    };
    let mut first = String::from(place.sign());
    first.extend(letters.chars().take(letters_max));
    let mut last = first.clone();
    last.push(LAST);
    gram.clone().gte(first).and(gram.lt(last))
}

/// Looks at the few rows of one subject. A count and not `EXISTS`, which some planners turn into a join that reads
/// every row of a common word.
fn subject_has(word: &Word) -> Expr {
    let gram = || Expr::col(("also", Column::Gram));
    let [a, b, c] = places_of_word(word).map(|place| range(gram(), place, &word.letters));
    let count = Query::select()
        .expr(Expr::cust("COUNT(*)"))
        .from_as(search_gram::Entity, "also")
        .and_where(Expr::col(("also", Column::SubjectId)).equals(("rare", Column::SubjectId)))
        .and_where(a.or(b).or(c))
        .take();
    Expr::val(0).lt(Expr::SubQuery(None, Box::new(count.into())))
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

    /// Reads the rows at the beginnings of words of these subjects, their own and those beside.
    pub(super) async fn words_of(&self, subject_ids: &[String]) -> Result<Vec<Row>, DbErr> {
        let places = range(column(Column::Gram), Place::Word, "").or(range(
            column(Column::Gram),
            Place::Beside,
            "",
        ));
        let statement = Query::select()
            .columns([Column::Kind, Column::Gram, Column::Lead, Column::SubjectId])
            .from(search_gram::Entity)
            .and_where(column(Column::SubjectId).is_in(subject_ids))
            .and_where(places)
            .take();
        let rows = self.database.connection().query_all(&statement).await?;
        rows.iter()
            .map(|row| Row::from_query_result(row, ""))
            .collect()
    }
}
