//! HLS playlists.

use axum::extract::{Request, State};
use axum::response::Response;
use chassis::http::Path;
use chassis::problem::ProblemDocument;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::delivery::{BIT_RATES_KBPS, Kind, PLAYLIST_LIFETIME, Playlist, answer_text};
use crate::{AppState, Error, Result};

const CONTENT_TYPE: &str = "application/vnd.apple.mpegurl";
/// Bit rates may still be added to it.
const MASTER: Kind = Kind {
    content_type: CONTENT_TYPE,
    cache_control: "public, max-age=60",
};
/// Stays as it is unless the track is encoded anew, or the URL in it is signed anew.
const MEDIA: Kind = Kind {
    content_type: CONTENT_TYPE,
    cache_control: "public, max-age=3600",
};
const _: () = assert!(PLAYLIST_LIFETIME.as_secs() == 3_600, "as in the header");

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_master_playlist))
        .routes(routes!(get_media_playlist))
}

/// Returns the HLS master playlist of a track: one variant for each bit rate that is ready.
#[utoipa::path(get, path = "/api/music/v1/tracks/{id}/hls.m3u8", tag = "media",
    params(("id" = String, Path),
        ("CMCD" = Option<String>, Query, description = "What the player reports of itself, by CTA-5004; of requests for media it is counted, here it is let pass")),
    responses(
        (status = 200, description = "The playlist", content_type = "application/vnd.apple.mpegurl"),
        (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn get_master_playlist(
    State(app): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response> {
    let playlist = app.delivery.playlist(&id, Playlist::Master).await?;
    Ok(answer_text(&playlist, MASTER, request.headers()))
}

/// Returns the HLS media playlist of a track in one bit rate: byte ranges of one object.
#[utoipa::path(get, path = "/api/music/v1/tracks/{id}/hls/{file}", tag = "media",
    params(("id" = String, Path), ("file" = String, Path, description = "`64.m3u8`, `128.m3u8` or `256.m3u8`: the bit rate in kbit/s"),
        ("CMCD" = Option<String>, Query, description = "What the player reports of itself, by CTA-5004; of requests for media it is counted, here it is let pass")),
    responses(
        (status = 200, description = "The playlist", content_type = "application/vnd.apple.mpegurl"),
        (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn get_media_playlist(
    State(app): State<AppState>,
    Path((id, file)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let named = BIT_RATES_KBPS
        .into_iter()
        .find(|kbps| file.strip_suffix(".m3u8") == Some(&kbps.to_string()));
    let kbps = named.ok_or(Error::RenditionNotFound(file))?;
    let playlist = app.delivery.playlist(&id, Playlist::Media(kbps)).await?;
    Ok(answer_text(&playlist, MEDIA, request.headers()))
}
