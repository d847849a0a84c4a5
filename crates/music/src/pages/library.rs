//! What a listener keeps on this device: an island fills the page.

use axum::extract::State;
use axum::response::Response;
use maud::html;
use pages::{Page, PageRequest};

use super::PagesState;
use super::errors::respond;

pub(super) async fn show_library(
    State(pages): State<PagesState>,
    request: PageRequest,
) -> Response {
    let lang = request.lang();
    let main = html! {
        header.page-header {
            div {
                h1 { (lang.t("nav.library")) }
                p.page-detail { (lang.t("library.detail")) }
            }
        }
        div data-island="library" { noscript { p { (lang.t("library.needs_script")) } } }
    };
    let page = Page::new("library", "/music/library", lang.t("nav.library"), main)
        .description(lang.t("library.detail"))
        .unlisted();
    respond(&pages, &request, Ok(page)).await
}
