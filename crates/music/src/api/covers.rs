//! Covers: WebP in fixed widths.

use axum::extract::State;
use axum::response::Response;
use chassis::http::Path;
use chassis::problem::ProblemDocument;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::tracks::COVER_WIDTHS_PX;
use crate::delivery::{Asked, Target};
use crate::{AppState, Error, Result};

/// A cover's id: the first 32 hex digits of a SHA-256.
const ID_CHARS: usize = 32;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_cover))
}

/// Returns a cover in one width. Never changes.
#[utoipa::path(get, path = "/api/music/v1/covers/{id}/{file}", tag = "media",
    params(("id" = String, Path), ("file" = String, Path, description = "`96.webp`, `320.webp` or `640.webp`: the width in pixels")),
    responses(
        (status = 200, description = "The picture", content_type = "image/webp"),
        (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn get_cover(
    State(app): State<AppState>,
    Path((id, file)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response> {
    // The key is made of both, so nothing else may get through.
    let Some(width_px) = width_px(&file).filter(|_| is_id(&id)) else {
        return Err(Error::CoverNotFound(id).into());
    };
    let target = Target::Cover(id, width_px);
    app.delivery.deliver(&target, &asked).await
}

fn is_id(id: &str) -> bool {
    id.len() == ID_CHARS
        && id
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn width_px(file: &str) -> Option<u32> {
    let width = file.strip_suffix(".webp")?;
    COVER_WIDTHS_PX
        .into_iter()
        .find(|known| known.to_string() == width)
}
