//! The waveform overview of a track.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chassis::Problem;
use chassis::http::Path;
use chassis::problem::ProblemDocument;
use pages::Rendered;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::delivery::{Kind, answer_text};
use crate::{AppState, Error, Result};

const WAVEFORM: Kind = Kind {
    content_type: "application/json",
    cache_control: "public, max-age=3600",
};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_waveform))
}

/// What a seek bar draws.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Waveform {
    /// The loudest sample of each of 400 equal stretches, 0 to 255.
    pub(crate) peaks: Vec<u8>,
}

/// Returns the waveform overview of a track.
#[utoipa::path(get, path = "/api/music/v1/tracks/{id}/waveform", tag = "media", params(("id" = String, Path)),
    responses((status = 200, body = Waveform), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn get_waveform(
    State(app): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let found = app.store.find_track_row(&id).await.map_err(Error::from)?;
    let track = found.ok_or_else(|| Error::TrackNotFound(id.clone()))?;
    let peaks = track.waveform.ok_or(Error::WaveformNotFound(id))?;
    let text = serde_json::to_string(&Waveform { peaks }).map_err(Problem::internal)?;
    Ok(answer_text(&Rendered::new(text), WAVEFORM, &headers))
}
