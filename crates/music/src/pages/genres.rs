//! One genre: its newest tracks, and the way to the other genres.

use axum::extract::State;
use axum::response::Response;
use chassis::http::Path;
use maud::html;
use pages::components::{Lead, Link, chips, list_actions, more_link, track_list};
use pages::{Lang, Page, PageRequest};

use super::PagesState;
use super::errors::respond;
use super::lists::{Parameters, TrackFilter, read_tracks};
use super::rows::{record_row, whole_ms};
use crate::api::Genre;
use crate::store::{GenreQuery, TrackStart};
use crate::{Error, Result, Store};

/// How many genres stand in a row of chips.
const GENRE_CHIPS: u64 = 30;

pub(super) async fn show_genre(
    State(pages): State<PagesState>,
    Path(id): Path<String>,
    request: PageRequest,
    parameters: Parameters,
) -> Response {
    let page = genre_page(&pages.app.store, request.lang(), id, &parameters).await;
    respond(&pages, &request, page).await
}

async fn genre_page(
    store: &Store,
    lang: Lang,
    id: String,
    parameters: &Parameters,
) -> Result<Page> {
    let found = store.find_genre(&id).await.map_err(Error::from)?;
    let genre = Genre::from(found.ok_or(Error::GenreNotFound(id))?);
    let filter = TrackFilter {
        genre_id: Some(&genre.id),
        ..TrackFilter::default()
    };
    let list = read_tracks(
        store,
        &genre.page_url,
        parameters,
        TrackStart::Added(None),
        filter,
    )
    .await?;
    let rows: Vec<_> = list
        .records
        .into_iter()
        .map(|record| record_row(lang, record, Lead::None))
        .collect();
    let others = genre_links(store).await?;
    let main = html! {
        (chips(lang.t("genre.all"), &others, Some(&genre.page_url)))
        header.page-header.below-chips {
            div {
                p.page-kicker { (lang.t("genre.kicker")) }
                h1 { (genre.name) }
                p.page-detail { (lang.t_count("count.tracks", whole_ms(genre.track_count))) }
            }
            (list_actions(lang))
        }
        (track_list(lang, &format!("genre:{}", genre.id), &rows))
        (more_link(lang, list.next.as_deref()))
    };
    let description = lang.t_with("genre.description", &[("name", &genre.name)]);
    let page = Page::new("genre", genre.page_url.as_str(), genre.name.as_str(), main)
        .description(description);
    Ok(if list.is_first { page } else { page.unlisted() })
}

/// Genres as chips, by name.
pub(super) async fn genre_links(store: &Store) -> Result<Vec<Link>> {
    let query = GenreQuery {
        after: None,
        limit: GENRE_CHIPS,
    };
    let records = store.list_genres(&query).await.map_err(Error::from)?;
    let link = |genre: Genre| Link {
        text: genre.name,
        href: genre.page_url,
    };
    Ok(records.into_iter().map(Genre::from).map(link).collect())
}
