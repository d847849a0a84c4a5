//! Audio as one file: the original or a rendition, with byte ranges.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use chassis::Problem;
use chassis::http::{Path, Query};
use chassis::problem::ProblemDocument;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::delivery::{Asked, BIT_RATES_KBPS, Target};
use crate::{AppState, Error, Result};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(stream_track))
        .routes(routes!(get_media))
}

#[derive(Debug, Deserialize)]
struct StreamQuery {
    bit_rate_kbps: Option<u32>,
}

/// Streams a track as one file: the original, or a rendition.
///
/// Understands `Range` in every form (several ranges are answered as `multipart/byteranges`), `If-Range` and the
/// other conditions. Answers of more than 1 MiB are limited in number: beyond it 503 with `Retry-After`.
#[utoipa::path(get, path = "/api/music/v1/tracks/{id}/stream", tag = "media",
    params(("id" = String, Path), 
        ("bit_rate_kbps" = Option<u32>, Query, description = "64, 128 or 256: a rendition; absent: the original"),
        ("CMCD" = Option<String>, Query, description = "What the player reports of itself, by CTA-5004; counted, never kept")),
    responses(
        (status = 200, description = "The whole file", content_type = "audio/*"),
        (status = 206, description = "The ranges asked for", content_type = "audio/*"),
        (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn stream_track(
    State(app): State<AppState>,
    Path(id): Path<String>,
    Query(query): Query<StreamQuery>,
    RawQuery(raw_query): RawQuery,
    asked: Asked,
) -> Result<Response> {
    let target = match query.bit_rate_kbps {
        None => Target::Original(id),
        Some(bit_rate_kbps) if BIT_RATES_KBPS.contains(&bit_rate_kbps) => {
            Target::TrackRendition(id, bit_rate_kbps)
        }
        Some(_) => return Err(Problem::invalid("bit_rate_kbps must be 64, 128 or 256")),
    };
    app.delivery
        .count_cmcd(raw_query.as_deref(), &asked.headers);
    app.delivery.deliver(&target, &asked).await
}

/// Returns a rendition's fragmented MP4: what HLS playlists point into with byte ranges. Never changes.
#[utoipa::path(get, path = "/api/music/v1/media/{file}", tag = "media",
    params(("file" = String, Path, description = "The rendition's id and `.mp4`"),
        ("CMCD" = Option<String>, Query, description = "What the player reports of itself, by CTA-5004; counted, never kept")),
    responses(
        (status = 200, description = "The whole file", content_type = "audio/mp4"),
        (status = 206, description = "The ranges asked for", content_type = "audio/mp4"),
        (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn get_media(
    State(app): State<AppState>,
    Path(file): Path<String>,
    RawQuery(raw_query): RawQuery,
    asked: Asked,
) -> Result<Response> {
    let Some(id) = file.strip_suffix(".mp4") else {
        return Err(Error::RenditionNotFound(file).into());
    };
    app.delivery
        .count_cmcd(raw_query.as_deref(), &asked.headers);
    let target = Target::Rendition(id.to_owned());
    app.delivery.deliver(&target, &asked).await
}
