//! Pages for what is not there and for what went wrong.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse as _, Response};
use chassis::Problem;
use chassis::problem::Cause;
use pages::components::{Action, error_page};
use pages::{Lang, Page, PageRequest};

use super::PagesState;
use super::site::{HOME, site};
use crate::Result;

/// Anything below `/music` that is not a page.
pub(crate) async fn show_not_found(
    State(_pages): State<PagesState>,
    request: PageRequest,
) -> Response {
    request.respond(
        site(request.lang()),
        &failed(request.lang(), StatusCode::NOT_FOUND),
    )
}

/// Answers with a page, or with the page of the error that stands in its place.
pub(crate) fn respond(request: &PageRequest, page: Result<Page>) -> Response {
    let lang = request.lang();
    match page {
        Ok(page) => request.respond(site(lang), &page),
        Err(problem) => respond_problem(request, problem),
    }
}

/// The page of an error. The cause travels with it to where it is logged, as with a problem document.
pub(crate) fn respond_problem(request: &PageRequest, problem: Problem) -> Response {
    let lang = request.lang();
    let mut document = problem.into_response();
    let mut response = request.respond(site(lang), &failed(lang, document.status()));
    if let Some(cause) = document.extensions_mut().remove::<Cause>() {
        response.extensions_mut().insert(cause);
    }
    if let Some(retry_after) = document.headers_mut().remove(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, retry_after);
    }
    response
}

fn failed(lang: Lang, status: StatusCode) -> Page {
    let (title, hint) = match status {
        StatusCode::NOT_FOUND => (lang.t("error.not_found"), lang.t("error.not_found_hint")),
        StatusCode::SERVICE_UNAVAILABLE => (
            lang.t("error.unavailable"),
            lang.t("error.unavailable_hint"),
        ),
        status if status.is_client_error() => {
            (lang.t("error.invalid"), lang.t("error.invalid_hint"))
        }
        _ => (lang.t("error.internal"), lang.t("error.internal_hint")),
    };
    let actions = [
        Action {
            label: lang.t("error.to_chart"),
            href: HOME,
        },
        Action {
            label: lang.t("error.to_search"),
            href: "/music/search",
        },
    ];
    Page::new(
        "error",
        HOME,
        title,
        error_page(status.as_u16(), title, hint, &actions),
    )
    .description(hint)
    .status(status)
}
