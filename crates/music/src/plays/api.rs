//! Plays over HTTP.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chassis::http::{ClientAddress, Json, Path};
use chassis::ids::new_id;
use chassis::problem::ProblemDocument;
use chassis::signing::Keys;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::{Builder, Uuid};

use super::listener::Listener;
use super::metrics::{ReportLabels, ReportOutcome};
use super::rules::{PLAY_MS_MAX, REPORT_EVERY_MS, credited_ms, qualifies_after_ms};
use super::token::PlayToken;
use super::{Plays, summaries};
use crate::store::{Charting, NewPlay, PlayWrite, Recorded, Report};
use crate::{API_PREFIX, App, AppState, Error, Result};

/// What the id of a play is made from the key of its start for.
const PLAY_ID_PURPOSE: &str = "play of a start";

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create_play))
        .routes(routes!(report_play))
        .merge(summaries::router())
}

/// A play that begins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreatePlay {
    /// What is played.
    track_id: String,
    /// A random UUID. A start sent again with the same one, because its answer was lost, is the same play and the same
    /// listener.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    key: Option<Uuid>,
    /// True when a program plays and nobody listens. Such plays chart only where the server is set up for it.
    #[serde(default)]
    is_simulated: bool,
}

/// A play that began.
#[derive(Debug, Serialize, ToSchema)]
struct Play {
    /// A UUID.
    id: String,
    /// Goes with every report; any server takes it.
    play_token: String,
    /// How much must be heard for the play to count.
    qualifies_after_ms: i64,
    /// How often to report while it plays.
    report_every_ms: i64,
}

/// What was heard of a play so far.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportPlay {
    play_token: String,
    /// Media time heard since the play began; skipping adds nothing.
    #[schema(minimum = 0)]
    heard_ms: i64,
    /// Whether the play is over.
    #[serde(default)]
    ended: bool,
}

/// What became of a report.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
struct ReportedPlay {
    /// Whether this listener counts on the chart for this track and clock hour.
    counted: bool,
}

/// Begins a play. Gives the browser its listener cookie when it has none.
#[utoipa::path(post, path = "/api/music/v1/plays", tag = "plays", request_body = CreatePlay,
    responses((status = 201, body = Play), (status = "default", body = ProblemDocument)))]
async fn create_play(
    State(app): State<AppState>,
    address: ClientAddress,
    headers: HeaderMap,
    Json(request): Json<CreatePlay>,
) -> Result<Response> {
    let now_ms = app.clock.now_ms();
    let network = address.network();
    let is_exempt = request.is_simulated && app.plays.settings.simulated_plays_chart;
    let may_be_new = is_exempt || app.plays.starts.admit(network, now_ms)?;
    let found = app
        .store
        .find_track_row(&request.track_id)
        .await
        .map_err(Error::from)?;
    let track = found.ok_or(Error::TrackNotFound(request.track_id))?;
    let keys = app
        .plays
        .keys
        .plays(&app.store, now_ms)
        .await
        .map_err(Error::from)?;
    let known = Listener::of(&headers, keys, now_ms);
    let is_new = known.is_none();
    let new_listener = || match &request.key {
        Some(key) => Listener::of_start(key, keys),
        None => Listener::random(),
    };
    let listener = known.unwrap_or_else(new_listener);
    let network_tag = if request.is_simulated {
        None
    } else {
        let tag = app
            .plays
            .keys
            .network_tag(&app.store, network.as_bytes(), now_ms)
            .await;
        Some(tag.map_err(Error::from)?)
    };
    let play_id = match &request.key {
        Some(key) => play_id_of(key, &track.id, keys),
        None => new_id(&app.clock),
    };
    let token = PlayToken {
        play_id: play_id.to_string(),
        track_id: track.id,
        listener_tag: listener.tag(keys),
        network_tag,
        is_simulated: request.is_simulated,
        // Where many new listeners come from one network, those show whose plays count.
        is_present: app.plays.settings.may_chart(request.is_simulated) && (!is_new || may_be_new),
        started_at_ms: now_ms,
        duration_ms: track.duration_ms,
    };
    app.plays
        .recorder
        .record(PlayWrite::Start(new_play(&token)))
        .await?;
    app.plays.metrics.plays_started.inc();
    let mut response = (StatusCode::CREATED, Json(play(&token, keys))).into_response();
    let location = format!("{API_PREFIX}/plays/{}", token.play_id);
    let location = location.parse().expect("an id is a header value");
    response.headers_mut().insert(header::LOCATION, location);
    if is_new {
        let cookie = listener.cookie(keys, now_ms, is_secure(&headers));
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Reports what was heard so far: while it plays and at its end, again and in any order without harm.
#[utoipa::path(put, path = "/api/music/v1/plays/{id}", tag = "plays", params(("id" = String, Path)),
    request_body = ReportPlay,
    responses((status = 200, body = ReportedPlay), (status = "default", body = ProblemDocument)))]
async fn report_play(
    State(app): State<AppState>,
    Path(id): Path<String>,
    Json(request): Json<ReportPlay>,
) -> Result<Json<ReportedPlay>> {
    let reported = record_report(&app, &id, &request).await;
    let outcome = match &reported {
        Ok(Recorded::NotCounted) => ReportOutcome::Recorded,
        Ok(Recorded::Counted) => ReportOutcome::Counted,
        Ok(Recorded::CountedBefore) => ReportOutcome::CountedBefore,
        Ok(Recorded::Limited) => ReportOutcome::Limited,
        Err(error) if error.is_outage() => ReportOutcome::Unavailable,
        Err(_) => ReportOutcome::Refused,
    };
    app.plays
        .metrics
        .reports
        .get_or_create(&ReportLabels { outcome })
        .inc();
    let counted = matches!(reported?, Recorded::Counted | Recorded::CountedBefore);
    Ok(Json(ReportedPlay { counted }))
}

async fn record_report(
    app: &App,
    id: &str,
    request: &ReportPlay,
) -> std::result::Result<Recorded, Error> {
    let now_ms = app.clock.now_ms();
    if !(0..=PLAY_MS_MAX).contains(&request.heard_ms) {
        return Err(Error::HeardOutOfRange);
    }
    let Plays {
        settings,
        keys,
        recorder,
        ..
    } = &app.plays;
    let keys = keys.plays(&app.store, now_ms).await?;
    let token = PlayToken::read(&request.play_token, keys, id, now_ms)?;
    let heard_ms =
        credited_ms(token.started_at_ms, now_ms, request.heard_ms).ok_or(Error::HeardTooSoon)?;
    let report = Report {
        is_qualified: qualifies_after_ms(token.duration_ms) <= heard_ms,
        charting: match settings.may_chart(token.is_simulated) {
            false => Charting::Never,
            true if token.is_present => Charting::Shown,
            true => Charting::ShownOnceCounted,
        },
        play_id: token.play_id,
        track_id: token.track_id,
        listener_tag: token.listener_tag,
        network_tag: token.network_tag,
        started_at_ms: token.started_at_ms,
        heard_ms,
        has_ended: request.ended,
        reported_at_ms: now_ms,
    };
    recorder.record(PlayWrite::Report(report)).await
}

/// The same for the same key and track, and nobody without the server's key can choose one.
fn play_id_of(key: &Uuid, track_id: &str, keys: &Keys) -> Uuid {
    let start = [key.as_bytes(), track_id.as_bytes()].concat();
    Builder::from_custom_bytes(keys.tag(PLAY_ID_PURPOSE, &start)).into_uuid()
}

fn new_play(token: &PlayToken) -> NewPlay {
    NewPlay {
        id: token.play_id.clone(),
        track_id: token.track_id.clone(),
        listener_tag: token.listener_tag.clone(),
        is_simulated: token.is_simulated,
        started_at_ms: token.started_at_ms,
        is_present: token.is_present,
    }
}

fn play(token: &PlayToken, keys: &Keys) -> Play {
    Play {
        id: token.play_id.clone(),
        play_token: token.sign(keys),
        qualifies_after_ms: qualifies_after_ms(token.duration_ms),
        report_every_ms: REPORT_EVERY_MS,
    }
}

/// Whether the browser came over TLS, as whoever ends it says; the header is there only where it can be believed
/// (`chassis::http`). A secure cookie would never come back without TLS.
fn is_secure(headers: &HeaderMap) -> bool {
    headers
        .get("x-forwarded-proto")
        .is_some_and(|proto| proto == "https")
}
