//! Finding by what people type: how names become rows of one table, and what a query asks of it.
//!
//! Everything here is pure. A name is taken apart into *letters*: Latin without case or accents, Hangul as the keys
//! that type it, spaces and punctuation left out. A row is a *gram*: a run of letters from one place in a name, so
//! that any part of a name is a range of the table, found in the same bounded time on every database.

mod edit;
mod gram;
mod letters;
mod pieces;
mod query;
mod sort;

pub(crate) use edit::{Edited, one_edit};
pub(crate) use gram::{GRAM_LETTERS_MAX, Gram, NAME_LETTERS_MAX, Place, beside, of_name};
#[cfg(any(test, feature = "synthetic"))]
pub(crate) use letters::initials;
pub(crate) use pieces::{EDIT_LETTERS_MAX, pieces};
pub(crate) use query::{QUERY_CHARS_MAX, Query, Word};
pub(crate) use sort::sort_key;

/// Counted up when the same names give other rows; a library indexed by another version is indexed again.
pub(crate) const INDEX_VERSION: u32 = 1;
