//! Pages for what is not there and for what went wrong.

use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use chassis::Problem;
use chassis::http::ErrorPages;
use chassis::problem::Cause;
use maud::{Markup, html};
use pages::components::{Action, Lead, error_page, track_list};
use pages::{Lang, Page, PageRequest};

use super::PagesState;
use super::rows::track_row;
use super::site::{HOME, site};
use crate::{App, Result};

/// How many tracks a page that lost its way offers.
const OFFERED_TRACKS: usize = 5;
/// The longest part of an address that is offered as something to search for, in characters.
const GUESS_CHARS_MAX: usize = 40;

/// Anything below `/music` that is not a page.
pub(super) async fn show_not_found(
    State(pages): State<PagesState>,
    request: PageRequest,
    uri: Uri,
) -> Response {
    // People type it, and some programs add it.
    if let Some(path) = uri.path().strip_suffix('/') {
        let query = uri.query().map(|query| format!("?{query}"));
        return Redirect::permanent(&format!("{path}{}", query.unwrap_or_default()))
            .into_response();
    }
    show_error(&pages.app, &request, StatusCode::NOT_FOUND, uri.path()).await
}

/// Pages for the errors of everything around this service, where a browser asks.
pub(crate) fn error_pages(pages: PagesState) -> ErrorPages {
    ErrorPages::new(move |parts: Parts, status| {
        let pages = PagesState::clone(&pages);
        async move {
            let request = PageRequest::of(&parts);
            show_error(&pages.app, &request, status, parts.uri.path()).await
        }
    })
}

/// Answers with a page, or with the page of the error that stands in its place.
pub(super) async fn respond(
    pages: &PagesState,
    request: &PageRequest,
    page: Result<Page>,
) -> Response {
    match page {
        Ok(page) => request.respond(site(request.lang()), &page),
        Err(problem) => respond_problem(pages, request, problem).await,
    }
}

/// The page of an error. The cause travels with it to where it is logged, as with a problem document.
pub(super) async fn respond_problem(
    pages: &PagesState,
    request: &PageRequest,
    problem: Problem,
) -> Response {
    let mut document = problem.into_response();
    let mut response = show_error(&pages.app, request, document.status(), "").await;
    if let Some(cause) = document.extensions_mut().remove::<Cause>() {
        response.extensions_mut().insert(cause);
    }
    if let Some(retry_after) = document.headers_mut().remove(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, retry_after);
    }
    response
}

async fn show_error(app: &App, request: &PageRequest, status: StatusCode, path: &str) -> Response {
    let lang = request.lang();
    let (title, hint) = words(lang, status);
    let guess = (status == StatusCode::NOT_FOUND)
        .then(|| guess(path))
        .flatten();
    let offered = if status == StatusCode::NOT_FOUND {
        offer(app, lang).await
    } else {
        Markup::default()
    };
    let main = html! {
        (error_page(status.as_u16(), title, hint, &ways_on(lang, guess.as_deref())))
        (offered)
    };
    let page = Page::new("error", HOME, title, main)
        .description(hint)
        .status(status);
    request.respond(site(lang), &page)
}

fn words(lang: Lang, status: StatusCode) -> (&'static str, &'static str) {
    let (title, hint) = match status {
        StatusCode::NOT_FOUND => ("error.not_found", "error.not_found_hint"),
        StatusCode::METHOD_NOT_ALLOWED => ("error.method", "error.method_hint"),
        StatusCode::PAYLOAD_TOO_LARGE => ("error.too_large", "error.too_large_hint"),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            ("error.unavailable", "error.unavailable_hint")
        }
        status if status.is_client_error() => ("error.invalid", "error.invalid_hint"),
        _ => ("error.internal", "error.internal_hint"),
    };
    (lang.t(title), lang.t(hint))
}

/// To the chart, and to the search: for what the address names, where it reads like words.
fn ways_on(lang: Lang, guess: Option<&str>) -> [Action; 2] {
    let chart = Action {
        label: lang.t("error.to_chart").to_owned(),
        href: HOME.to_owned(),
    };
    let search = match guess {
        Some(words) => Action {
            label: lang.t_with("error.to_search_for", &[("query", words)]),
            href: super::search::href(words),
        },
        None => Action {
            label: lang.t("error.to_search").to_owned(),
            href: super::search::PATH.to_owned(),
        },
    };
    [chart, search]
}

/// `/music/albums/singularity-ii` → `singularity ii`; none where the last part of the path is an id or a number.
fn guess(path: &str) -> Option<String> {
    let last = path.rsplit('/').find(|part| !part.is_empty())?;
    // As in a query, so that escapes are read; a plus is a space in old links.
    let (last, _) = form_urlencoded::parse(last.as_bytes()).next()?;
    if last
        .chars()
        .any(|letter| letter.is_control() || letter == char::REPLACEMENT_CHARACTER)
    {
        return None;
    }
    let last = last.rsplit_once('.').map_or(&*last, |(name, _end)| name);
    let words = last.replace(['-', '_'], " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let letters = words
        .chars()
        .filter(|letter| letter.is_alphabetic())
        .count();
    let digits = words.chars().filter(char::is_ascii_digit).count();
    let is_words = digits < letters && 1 < letters && words.chars().count() <= GUESS_CHARS_MAX;
    is_words.then_some(words)
}

/// What many hear now, or what is new: no way back is better than a song.
async fn offer(app: &App, lang: Lang) -> Markup {
    // What cannot be read is not offered; the page is about something else.
    let Ok(shown) = app.chart.live.chart(app).await else {
        return Markup::default();
    };
    let ranked = shown.value.entries.iter().map(|entry| &entry.track);
    let tracks = ranked.chain(&shown.value.fallback);
    let rows: Vec<_> = tracks
        .take(OFFERED_TRACKS)
        .map(|track| track_row(lang, track, Lead::None))
        .collect();
    html! {
        @if !rows.is_empty() {
            section.section {
                div.section-header { h2 { (lang.t("error.meanwhile")) } }
                (track_list(lang, "chart", &rows))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_like_words_is_offered_to_the_search_and_ids_are_not() {
        for (path, words) in [
            ("/music/albums/singularity-ii", Some("singularity ii")),
            ("/nonsense", Some("nonsense")),
            ("/music/%EB%B3%84_%EB%B9%9B/", Some("별 빛")),
            ("/music/old.html", Some("old")),
            ("/music/tracks/0198c5ee-0000-7000-8000-000000000000", None),
            ("/wp-login.php%00", None),
            ("/%ff%fe", None),
            ("/2024", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(guess(path).as_deref(), words, "{path}");
        }
        assert_eq!(guess(&"a".repeat(41)), None);
    }
}
