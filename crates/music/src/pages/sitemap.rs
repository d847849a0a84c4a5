//! `/sitemap.xml`: every kind of page, and the newest of what they are about. The rest is found by its links.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use pages::PageRequest;
use tokio::sync::Mutex;

use super::PagesState;
use crate::api::tracks::rfc3339;
use crate::store::Listed;
use crate::{Error, Result, Store};

/// How many of each kind are listed; the format ends at 50,000 addresses.
const LISTED_MAX: u64 = 5_000;
/// How long what was read from the database is told.
const FRESH_MS: u64 = 10 * 60_000;
/// Pages that are there whatever is in the library.
const FIXED: [&str; 6] = [
    "/music",
    "/music/new",
    "/music/albums",
    "/music/search",
    "/music/credits",
    "/music/chart/rules",
];

/// What was read, and when; one reader at a time, however many robots come.
#[derive(Debug, Default)]
pub(super) struct Sitemap(Mutex<Option<(i64, Arc<Listed>)>>);

impl Sitemap {
    async fn listed(&self, store: &Store, now_ms: i64) -> Result<Arc<Listed>> {
        let mut kept = self.0.lock().await;
        if let Some((read_at_ms, listed)) = &*kept
            && now_ms.abs_diff(*read_at_ms) < FRESH_MS
        {
            return Ok(Arc::clone(listed));
        }
        let listed = store.list_for_sitemap(LISTED_MAX).await;
        let listed = Arc::new(listed.map_err(Error::from)?);
        *kept = Some((now_ms, Arc::clone(&listed)));
        Ok(listed)
    }
}

pub(super) async fn show_sitemap(
    State(pages): State<PagesState>,
    request: PageRequest,
) -> Result<Response> {
    let now_ms = pages.app.clock.now_ms();
    let listed = pages.sitemap.listed(&pages.app.store, now_ms).await?;
    let headers = [
        (CONTENT_TYPE, "application/xml"),
        (CACHE_CONTROL, "public, max-age=600"),
    ];
    Ok((headers, urlset(request.origin(), &listed)).into_response())
}

/// Languages are not told here: every page names its own.
fn urlset(origin: &str, listed: &Listed) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let mut add = |kind: &str, id: &str, changed_at_ms: Option<i64>| {
        let changed = changed_at_ms.map(|at_ms| format!("<lastmod>{}</lastmod>", rfc3339(at_ms)));
        let changed = changed.unwrap_or_default();
        writeln!(xml, "<url><loc>{origin}{kind}{id}</loc>{changed}</url>")
            .expect("a string takes all text");
    };
    for path in FIXED {
        add(path, "", None);
    }
    for (id, changed_at_ms) in &listed.albums {
        add("/music/albums/", id, Some(*changed_at_ms));
    }
    for id in &listed.artists {
        add("/music/artists/", id, None);
    }
    for (id, changed_at_ms) in &listed.tracks {
        add("/music/tracks/", id, Some(*changed_at_ms));
    }
    xml.push_str("</urlset>\n");
    xml
}
