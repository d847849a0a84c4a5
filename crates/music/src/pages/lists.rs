//! What list pages share: where the list goes on, and the link to the rest.

use std::collections::BTreeMap;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use chassis::paging::{decode_cursor, encode_cursor};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::Album;
use crate::store::{AlbumQuery, AlbumStart, TrackQuery, TrackRecord, TrackStart};
use crate::{Error, Result, Store};

/// How many tracks a list page shows.
const TRACKS_PER_PAGE: u64 = 100;
/// How many tracks of one album its page shows: an album is played as a whole.
const ALBUM_TRACKS_PER_PAGE: u64 = 500;
/// How many cards a grid shows.
const CARDS_PER_PAGE: u64 = 60;

/// The query of a page. Whatever it holds can be read: a link with nonsense behind it still shows a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters(BTreeMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _state: &S,
    ) -> std::result::Result<Self, Self::Rejection> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let pairs = query.map(|Query(pairs)| pairs).unwrap_or_default();
        Ok(Self(pairs.into_iter().collect()))
    }
}

impl Parameters {
    /// The value of a parameter, where it has one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The place in the list that the page goes on after.
    pub(super) fn cursor<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        self.get("cursor").map(decode_cursor).transpose()
    }
}

/// One page of a list of tracks.
pub(super) struct TrackPage {
    pub(super) records: Vec<TrackRecord>,
    /// Where it goes on.
    pub(super) next: Option<String>,
    /// Whether it is the first page; the others are not listed by search engines.
    pub(super) is_first: bool,
}

/// Reads the page of a list that the address asks for. `path` is the list's own address, `first` its order.
pub(super) async fn read_tracks(
    store: &Store,
    path: &str,
    parameters: &Parameters,
    first: TrackStart,
    filter: TrackFilter<'_>,
) -> Result<TrackPage> {
    let after: Option<TrackStart> = parameters.cursor()?;
    let after = after.filter(|after| after.has_order_of(&first));
    let is_first = after.is_none();
    let from = after.unwrap_or(first);
    let per_page = if filter.album_id.is_some() {
        ALBUM_TRACKS_PER_PAGE
    } else {
        TRACKS_PER_PAGE
    };
    let query = TrackQuery {
        artist_id: filter.artist_id.map(str::to_owned),
        album_id: filter.album_id.map(str::to_owned),
        genre_id: filter.genre_id.map(str::to_owned),
        from: from.clone(),
        limit: per_page + 1,
    };
    let mut records = store.list_tracks(&query).await.map_err(Error::from)?;
    let has_more = take_page(&mut records, per_page);
    let last = records.last().filter(|_| has_more);
    let next = last.map(|record| next_href(path, &from.after(&record.track)));
    Ok(TrackPage {
        records,
        next,
        is_first,
    })
}

/// Which tracks a list holds; all of them unless something is said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TrackFilter<'a> {
    pub(super) artist_id: Option<&'a str>,
    pub(super) album_id: Option<&'a str>,
    pub(super) genre_id: Option<&'a str>,
}

/// One page of a list of albums.
pub(super) struct AlbumPage {
    pub(super) albums: Vec<Album>,
    /// Where it goes on.
    pub(super) next: Option<String>,
    /// Whether it is the first page; the others are not listed by search engines.
    pub(super) is_first: bool,
}

/// Reads the page of a list of albums that begins at `after`, or at the beginning of the order `first`; of one artist
/// where one is given. `path` is the list's own address.
pub(super) async fn read_albums(
    store: &Store,
    path: &str,
    after: Option<AlbumStart>,
    first: AlbumStart,
    artist_id: Option<&str>,
) -> Result<AlbumPage> {
    let after = after.filter(|after| after.has_order_of(&first));
    let is_first = after.is_none();
    let from = after.unwrap_or(first);
    let query = AlbumQuery {
        artist_id: artist_id.map(str::to_owned),
        genre_id: None,
        from: from.clone(),
        limit: CARDS_PER_PAGE + 1,
    };
    let mut records = store.list_albums(&query).await.map_err(Error::from)?;
    let has_more = take_page(&mut records, CARDS_PER_PAGE);
    let last = records.last().filter(|_| has_more);
    let next = last.map(|record| next_href(path, &from.after(&record.album)));
    Ok(AlbumPage {
        albums: records.into_iter().map(Album::from).collect(),
        next,
        is_first,
    })
}

/// Takes the row that was read beyond the page away again; says whether there was one.
fn take_page<R>(rows: &mut Vec<R>, limit: u64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    has_more
}

/// The address of what follows; `path` may have a query of its own.
fn next_href<K: Serialize>(path: &str, after: &K) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}cursor={}", encode_cursor(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    async fn parameters(uri: &str) -> Parameters {
        let (mut parts, ()) = Request::get(uri).body(()).unwrap().into_parts();
        let Ok(read) = Parameters::from_request_parts(&mut parts, &()).await;
        read
    }

    #[tokio::test]
    async fn a_place_survives_the_address_and_nonsense_is_refused() {
        let href = next_href("/music/albums?sort=title", &("key".to_owned(), 7));
        assert!(href.starts_with("/music/albums?sort=title&cursor="));
        let read = parameters(&href).await;
        assert_eq!(read.get("sort"), Some("title"));
        assert_eq!(
            read.cursor::<(String, i32)>().unwrap(),
            Some(("key".to_owned(), 7))
        );
        let nonsense = parameters("/music/albums?cursor=%00&cursor=x&q=").await;
        assert!(nonsense.cursor::<(String, i32)>().is_err());
        assert_eq!(nonsense.get("q"), None);
        assert_eq!(nonsense.cursor::<i32>().unwrap_err().status(), 400);
    }

    #[test]
    fn the_row_beyond_the_page_only_says_that_there_is_more() {
        let mut rows = vec![1, 2, 3];
        assert!(take_page(&mut rows, 2));
        assert_eq!(rows, [1, 2]);
        assert!(!take_page(&mut rows, 2));
    }
}
