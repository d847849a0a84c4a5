//! How the chart is counted, in the words of the rules that compute it.

use axum::extract::State;
use axum::response::Response;
use maud::html;
use pages::{Page, PageRequest};

use super::PagesState;
use super::errors::respond;
use super::site::HOME;

pub(super) async fn show_rules(State(pages): State<PagesState>, request: PageRequest) -> Response {
    let lang = request.lang();
    let zone = pages.app.chart.time_zone().iana_name().unwrap_or("UTC");
    let night = lang.t_with("rules.night_text", &[("zone", zone)]);
    let sections = [
        (lang.t("rules.play"), lang.t("rules.play_text")),
        (lang.t("rules.score"), lang.t("rules.score_text")),
        (lang.t("rules.night"), &night),
        (lang.t("rules.tie"), lang.t("rules.tie_text")),
        (lang.t("rules.movement"), lang.t("rules.movement_text")),
        (lang.t("rules.limits"), lang.t("rules.limits_text")),
        (lang.t("rules.privacy"), lang.t("rules.privacy_text")),
    ];
    let main = html! {
        article.prose {
            h1 { (lang.t("nav.chart_rules")) }
            p { (lang.t("rules.summary")) }
            @for (title, text) in sections { h2 { (title) } p { (text) } }
            p { a href=(HOME) { (lang.t("error.to_chart")) } }
        }
    };
    let page = Page::new(
        "chart-rules",
        "/music/chart/rules",
        lang.t("nav.chart_rules"),
        main,
    )
    .description(lang.t("rules.summary"));
    respond(&pages, &request, Ok(page)).await
}
