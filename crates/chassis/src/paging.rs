//! Keyset paging: `{items, next}`, where `next` is an opaque cursor that names the last row's key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::nul;
use crate::problem::Problem;

/// How many items a page has when the caller does not say.
pub const PAGE_ITEMS_DEFAULT: u64 = 50;
/// How many items a page has at most.
pub const PAGE_ITEMS_MAX: u64 = 200;
/// How many bytes the JSON of a key has at most: the longest name a list may be sorted by (255 letters of four bytes, or
/// of six where JSON escapes them), an id and a number. A request head has room for it.
const KEY_BYTES_MAX: usize = 2048;
/// How long a cursor may be.
pub const CURSOR_BYTES_MAX: usize = KEY_BYTES_MAX.div_ceil(3) * 4;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items of this page, in the order asked for.
    pub items: Vec<T>,
    /// Give it back as `cursor` to get the next page; null on the last one.
    pub next: Option<String>,
}

/// The paging part of a query string.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PageQuery {
    /// How many items, 1 to [`PAGE_ITEMS_MAX`].
    pub limit: Option<u64>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The number of items asked for, or a problem that says what is accepted.
    pub fn limit(&self) -> Result<u64, Problem> {
        match self.limit {
            None => Ok(PAGE_ITEMS_DEFAULT),
            Some(limit) if (1..=PAGE_ITEMS_MAX).contains(&limit) => Ok(limit),
            Some(_) => Err(Problem::invalid(format!(
                "limit must be 1 to {PAGE_ITEMS_MAX}"
            ))),
        }
    }

    /// The key to go on after, or none for the first page.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        self.cursor.as_deref().map(decode_cursor).transpose()
    }
}

impl<T> Page<T> {
    /// Makes a page of rows that were read with one row more than `limit`; `key` names a row's place in the order.
    pub fn from_rows<R, K: Serialize>(
        mut rows: Vec<R>,
        limit: u64,
        key: impl Fn(&R) -> K,
        item: impl FnMut(R) -> T,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = if has_more {
            rows.last().map(|row| encode_cursor(&key(row)))
        } else {
            None
        };
        Self {
            items: rows.into_iter().map(item).collect(),
            next,
        }
    }
}

/// Writes a key as an opaque cursor.
pub fn encode_cursor<K: Serialize>(key: &K) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).expect("a paging key is plain data"))
}

/// Reads a cursor back; anything that [`encode_cursor`] did not write is a problem, never a panic.
pub fn decode_cursor<K: DeserializeOwned>(cursor: &str) -> Result<K, Problem> {
    let refused = || Problem::invalid("cursor is not one that a page gave as next");
    if cursor.len() > CURSOR_BYTES_MAX {
        return Err(refused());
    }
    let bytes = URL_SAFE_NO_PAD
        .decode(cursor)
        .map_err(|_undecodable| refused())?;
    if nul::is_in_json(&bytes) {
        return Err(refused());
    }
    serde_json::from_slice(&bytes).map_err(|_unreadable| refused())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_the_next_only_when_there_are_more_rows() {
        let page = Page::from_rows(vec![1, 2, 3], 2, |row| *row, |row| row * 10);
        assert_eq!(page.items, [10, 20]);
        assert_eq!(decode_cursor::<i32>(&page.next.unwrap()).unwrap(), 2);
        assert!(
            Page::from_rows(vec![1, 2], 2, |row| *row, |row| row)
                .next
                .is_none()
        );
    }

    proptest::proptest! {
        /// A name a list is sorted by has up to 255 letters, of any script.
        #[test]
        fn whatever_a_page_gives_as_next_is_taken(name in "[^\\x00]{255}", at_ms: i64) {
            let key = ("title", at_ms, name, "0196b8f0-0000-7000-8000-000000000000".to_owned());
            let cursor = encode_cursor(&key);
            let read: (String, i64, String, String) = decode_cursor(&cursor).unwrap();
            proptest::prop_assert_eq!((read.0.as_str(), read.1, read.2, read.3), key);
        }
    }

    #[test]
    fn a_cursor_with_nul_is_refused() {
        assert!(decode_cursor::<String>(&encode_cursor(&"a\0b")).is_err());
    }

    #[test]
    fn a_limit_of_zero_is_refused() {
        let query = PageQuery {
            limit: Some(0),
            cursor: None,
        };
        assert_eq!(query.limit().unwrap_err().code(), "invalid");
    }
}
