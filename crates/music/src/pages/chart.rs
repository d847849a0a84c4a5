//! The chart: TOP 100 as it stands, or as it stood at a full hour; the newest music while there are few ranks or none.

use axum::extract::State;
use axum::response::Response;
use chassis::http::Path;
use maud::{Markup, html};
use pages::components::{Lead, Movement, empty_state, icon, list_actions, track_list};
use pages::{Lang, Page, PageRequest};

use super::PagesState;
use super::errors::{respond, respond_problem};
use super::rows::track_row;
use super::site::{HOME, site};
use super::times::{LocalTime, hour_name, local_time, parse_hour};
use crate::api::Track;
use crate::chart::api::{Chart, ChartEntry};
use crate::chart::rules::MovementKind;
use crate::chart::{has_hourly, read_hourly};
use crate::plays::HOUR_MS;
use crate::{App, Error, Result};

/// The current chart. It is the same for everybody until it is computed again, so it is rendered once.
pub(super) async fn show_chart(State(pages): State<PagesState>, request: PageRequest) -> Response {
    let shown = match pages.app.chart.live.chart(&pages.app).await {
        Ok(shown) => shown,
        Err(error) => return respond_problem(&pages, &request, error.into()).await,
    };
    let lang = request.lang();
    // Where ranks are few the newest music changes between two charts.
    let key = format!("chart {}", shown.document.digest());
    let page = async { live_page(&pages.app, lang, &shown.value).await };
    let answer = request
        .respond_cached(&pages.cache, site(lang), &key, page)
        .await;
    match answer {
        Ok(answer) => answer,
        Err(problem) => respond_problem(&pages, &request, problem).await,
    }
}

/// The chart of a full hour: `/music/charts/2026-11-23T05Z`.
pub(super) async fn show_past_chart(
    State(pages): State<PagesState>,
    Path(hour): Path<String>,
    request: PageRequest,
) -> Response {
    let page = past_page(&pages.app, request.lang(), hour).await;
    respond(&pages, &request, page).await
}

async fn live_page(app: &App, lang: Lang, chart: &Chart) -> Result<Page> {
    let now_ms = app.clock.now_ms();
    let last_hour_ms = now_ms - now_ms.rem_euclid(HOUR_MS);
    let earlier = find_hour(app, last_hour_ms).await?;
    let main = if chart.entries.is_empty() {
        without_ranks(lang, &chart.fallback)
    } else {
        html! {
            header.page-header {
                div {
                    h1 { (lang.t("chart.title")) }
                    p.page-detail {
                        (as_of(app, lang, &chart.at))
                        " · " a href="/music/chart/rules" { (lang.t("chart.rules")) }
                        @if let Some(hour) = &earlier {
                            " · " a href={ "/music/charts/" (hour) } { (lang.t("chart.past")) }
                        }
                    }
                    p.page-detail.live data-live="listening" hidden {}
                }
                (list_actions(lang))
            }
            (ranks(lang, "chart", &chart.entries))
            @if !chart.fallback.is_empty() {
                section.section data-follows data-title=(lang.t("chart.newest")) {
                    div.section-header { h2 { (lang.t("chart.newest")) } }
                    (newest_list(lang, "new", &chart.fallback))
                }
            }
        }
    };
    Ok(Page::new("chart", HOME, lang.t("chart.title"), main)
        .description(lang.t("chart.description")))
}

fn without_ranks(lang: Lang, newest: &[Track]) -> Markup {
    html! {
        header.page-header {
            div {
                h1 { (lang.t("chart.title")) }
                p.page-detail {
                    @if !newest.is_empty() { (lang.t("chart.not_yet")) " " }
                    a href="/music/chart/rules" { (lang.t("chart.rules")) }
                }
                p.page-detail.live data-live="listening" hidden {}
            }
            @if !newest.is_empty() { (list_actions(lang)) }
        }
        @if newest.is_empty() {
            (empty_state("music", lang.t("chart.no_music"), lang.t("chart.no_music_hint"), &[]))
        } @else {
            h2.visually-hidden { (lang.t("chart.newest")) }
            (newest_list(lang, "chart", newest))
        }
    }
}

fn newest_list(lang: Lang, source: &str, newest: &[Track]) -> Markup {
    let rows: Vec<_> = newest
        .iter()
        .map(|track| track_row(lang, track, Lead::None))
        .collect();
    track_list(lang, source, &rows)
}

async fn past_page(app: &App, lang: Lang, hour: String) -> Result<Page> {
    let hour_ms = parse_hour(&hour).ok_or_else(|| Error::ChartNotFound(hour.clone()))?;
    let shown = read_hourly(app, hour_ms).await?;
    let chart = shown
        .ok_or_else(|| Error::ChartNotFound(hour.clone()))?
        .value;
    let earlier = find_hour(app, hour_ms - HOUR_MS).await?;
    let later = find_hour(app, hour_ms + HOUR_MS).await?;
    let step = |hour: Option<String>, text: &'static str, name: &'static str| {
        html! {
            @if let Some(hour) = hour {
                a.button href={ "/music/charts/" (hour) } { (icon(name)) span { (lang.t(text)) } }
            }
        }
    };
    let main = html! {
        header.page-header {
            div {
                p.page-kicker { (lang.t("chart.past_kicker")) }
                h1 { (lang.t("chart.title")) }
                p.page-detail {
                    (as_of(app, lang, &chart.at)) " · " a href=(HOME) { (lang.t("chart.now")) }
                }
            }
            (list_actions(lang))
        }
        @if chart.entries.is_empty() {
            (empty_state("chart-no-axes-column", lang.t("chart.nobody"), lang.t("chart.nobody_hint"), &[]))
        } @else {
            (ranks(lang, &format!("chart:{hour}"), &chart.entries))
        }
        nav.actions.more aria-label=(lang.t("chart.other_hours")) {
            (step(earlier, "chart.earlier", "chevron-left"))
            (step(later, "chart.later", "chevron-right"))
        }
    };
    let LocalTime { time, zone } = local_time(app.chart.time_zone(), &chart.at);
    let title = lang.t_with("chart.past_title", &[("time", &time), ("zone", &zone)]);
    Ok(
        Page::new("chart", format!("/music/charts/{hour}"), title, main)
            .description(lang.t("chart.description")),
    )
}

/// The name of an hour for addresses, where a chart was kept for it.
async fn find_hour(app: &App, hour_ms: i64) -> Result<Option<String>> {
    Ok(has_hourly(app, hour_ms).await?.then(|| hour_name(hour_ms)))
}

fn ranks(lang: Lang, source: &str, entries: &[ChartEntry]) -> Markup {
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            let rank = u32::try_from(entry.rank).unwrap_or(0);
            track_row(lang, &entry.track, Lead::Rank(rank, moved(entry)))
        })
        .collect();
    track_list(lang, source, &rows)
}

fn moved(entry: &ChartEntry) -> Movement {
    let by = u32::try_from(entry.movement.by).unwrap_or(0);
    match entry.movement.kind {
        MovementKind::Up => Movement::Up(by),
        MovementKind::Down => Movement::Down(by),
        MovementKind::Same => Movement::Same,
        MovementKind::New => Movement::New,
        MovementKind::Re => Movement::Re,
    }
}

fn as_of(app: &App, lang: Lang, at: &str) -> Markup {
    let LocalTime { time, zone } = local_time(app.chart.time_zone(), at);
    let text = lang.t_with("chart.as_of", &[("time", &time), ("zone", &zone)]);
    html! { time datetime=(at) { (text) } }
}

/// What the chart says of one track, for its page.
pub(super) fn report(lang: Lang, chart: &Chart, track_id: &str) -> Markup {
    let entry = chart
        .entries
        .iter()
        .find(|entry| entry.track.id == track_id);
    html! {
        @if let Some(entry) = entry {
            section.section {
                div.section-header {
                    h2 { (lang.t("report.title")) }
                    a href="/music/chart/rules" { (lang.t("chart.rules")) }
                }
                dl.figures {
                    (figure(lang.t("report.rank"), entry.rank))
                    (figure(lang.t("report.peak"), entry.peak_rank))
                    (figure(lang.t("report.hours"), entry.hours_on_chart))
                    (figure(lang.t("report.listeners_5min"), entry.listeners_5min))
                    (figure(lang.t("report.listeners_1h"), entry.listeners_1h))
                    (figure(lang.t("report.listeners_24h"), entry.listeners_24h))
                }
            }
        }
    }
}

fn figure(name: &str, value: i64) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}
