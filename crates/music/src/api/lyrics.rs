//! The lyrics of a track.

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
use crate::ingest::lyrics::{Line, parse_lrc};
use crate::store::entities::track;
use crate::{AppState, Error, Result};

/// Short: who corrects the tags wants to see it.
const LYRICS: Kind = Kind {
    content_type: "application/json",
    cache_control: "public, max-age=300",
};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_lyrics))
}

/// The words of a track: as plain text, as lines with times, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Lyrics {
    /// With line breaks, as tagged.
    pub(crate) plain: Option<String>,
    /// In the order in which they are sung; null when no times are known.
    pub(crate) lines: Option<Vec<LyricsLine>>,
}

/// A line and when it is sung.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LyricsLine {
    /// From the start of the track.
    pub(crate) at_ms: i64,
    /// Empty where the singing pauses.
    pub(crate) text: String,
}

impl Lyrics {
    /// The lyrics of a track, if it has any.
    pub(crate) fn of(track: &track::Model) -> Option<Self> {
        let lines: Vec<LyricsLine> = parse_lrc(track.lyrics_synced.as_deref().unwrap_or_default())
            .into_iter()
            .map(|Line { at_ms, text }| LyricsLine { at_ms, text })
            .collect();
        let lyrics = Self {
            plain: track.lyrics_plain.clone(),
            lines: (!lines.is_empty()).then_some(lines),
        };
        (lyrics.plain.is_some() || lyrics.lines.is_some()).then_some(lyrics)
    }
}

/// Returns the lyrics of a track.
#[utoipa::path(get, path = "/api/music/v1/tracks/{id}/lyrics", tag = "media", params(("id" = String, Path)),
    responses((status = 200, body = Lyrics), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn get_lyrics(
    State(app): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let found = app.store.find_track_row(&id).await.map_err(Error::from)?;
    let track = found.ok_or_else(|| Error::TrackNotFound(id.clone()))?;
    let lyrics = Lyrics::of(&track).ok_or(Error::LyricsNotFound(id))?;
    let text = serde_json::to_string(&lyrics).map_err(Problem::internal)?;
    Ok(answer_text(&Rendered::new(text), LYRICS, &headers))
}
