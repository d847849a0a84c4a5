//! The chart over HTTP.

#![expect(
    unused_qualifications,
    reason = "the macro that describes an operation qualifies the type of its parameters"
)]

use axum::extract::{Request, State};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chassis::http::{ClientAddress, Query};
use chassis::problem::ProblemDocument;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::events::{HEARTBEAT_EVERY, News};
use super::live::{Listening, read_hourly};
use super::rules::Movement;
use crate::api::Track;
use crate::plays::HOUR_MS;
use crate::{AppState, Error, Result};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_chart))
        .routes(routes!(get_listening))
        .routes(routes!(watch_chart))
}

/// A chart.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Chart {
    /// The moment it stands for: RFC 3339, UTC.
    pub(crate) at: String,
    /// The full hour of a past chart; null for the current one.
    pub(crate) hour: Option<String>,
    /// Whether it is the current one, which changes every minute.
    pub(crate) is_live: bool,
    pub(crate) entries: Vec<ChartEntry>,
    /// The newest tracks that have no rank, only while the current chart has fewer than ten.
    pub(crate) fallback: Vec<Track>,
}

/// One rank.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct ChartEntry {
    /// From 1.
    pub(crate) rank: i64,
    /// Against the last hourly chart.
    pub(crate) movement: Movement,
    /// The best rank so far.
    pub(crate) peak_rank: i64,
    /// How many hourly charts it was in.
    pub(crate) hours_on_chart: i64,
    /// Different listeners whose play counted in the last 5 minutes.
    pub(crate) listeners_5min: i64,
    /// Different listeners whose play counted in the last hour.
    pub(crate) listeners_1h: i64,
    /// Different listeners whose play counted in the last 24 hours.
    pub(crate) listeners_24h: i64,
    pub(crate) track: Track,
}

/// Which chart.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ChartQuery {
    /// A full hour of UTC (RFC 3339, with any offset) for the chart that was frozen then; the current chart without it.
    hour: Option<String>,
}

/// Returns the current chart, or the one of an hour.
#[utoipa::path(get, path = "/api/music/v1/chart", tag = "chart",
    params(ChartQuery),
    responses((status = 200, body = Chart), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn get_chart(
    State(app): State<AppState>,
    Query(query): Query<ChartQuery>,
    request: Request,
) -> Result<Response> {
    let Some(hour) = query.hour else {
        let shown = app.chart.live.chart(&app).await?;
        return Ok(shown.document.answer(request.headers()));
    };
    let hour_ms = full_hour(&hour).ok_or(Error::NotAnHour)?;
    let shown = read_hourly(&app, hour_ms).await?;
    let shown = shown.ok_or(Error::ChartNotFound(hour))?;
    Ok(shown.document.answer(request.headers()))
}

/// Returns how many listen now, and to what most do.
#[utoipa::path(get, path = "/api/music/v1/listening", tag = "chart",
    responses((status = 200, body = Listening), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn get_listening(State(app): State<AppState>, request: Request) -> Result<Response> {
    let shown = app.chart.live.listening(&app).await?;
    Ok(shown.document.answer(request.headers()))
}

/// Tells when the chart was computed (events named `chart`) and how many listen (events named `listening`).
#[utoipa::path(get, path = "/api/music/v1/chart/events", tag = "chart",
    responses((status = 200, content_type = "text/event-stream", body = News),
        (status = "default", body = ProblemDocument)))]
async fn watch_chart(State(app): State<AppState>, address: ClientAddress) -> Result<Response> {
    let events = app.chart.events.subscribe(&app, address.network()).await?;
    let heartbeat = KeepAlive::new().interval(HEARTBEAT_EVERY);
    Ok(Sse::new(events).keep_alive(heartbeat).into_response())
}

/// Reads a full hour; none for anything else.
fn full_hour(text: &str) -> Option<i64> {
    let at: Timestamp = text.parse().ok()?;
    let hour_ms = at.as_millisecond();
    (hour_ms.rem_euclid(HOUR_MS) == 0 && at.subsec_nanosecond() == 0).then_some(hour_ms)
}
