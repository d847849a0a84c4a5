//! The files of the web build: hashed, embedded, precompressed, cached for ever.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use bytes::Bytes;

use crate::encoding::Encoding;
use crate::etag::is_held;
use crate::{Lang, PageRequest};

mod embedded {
    use super::File;
    include!(concat!(env!("OUT_DIR"), "/files.rs"));
}

/// One file of the build and its compressed copies.
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) identity: &'static [u8],
    pub(crate) brotli: Option<&'static [u8]>,
    pub(crate) gzip: Option<&'static [u8]>,
}

/// The sources that pages name; each is a key of the build's manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The entry of the music islands.
    App,
    /// The style sheet that every page needs before it paints.
    SiteStyles,
    /// The style sheet of the player, loaded with the islands.
    PlayerStyles,
    /// The icons, one `<symbol>` each.
    Icons,
    /// hls.js, fetched when the page is idle and run on the first play.
    Hls,
}

impl Source {
    fn is(self, key: &str) -> bool {
        match self {
            Self::App => key == "islands/music/src/main.tsx",
            Self::SiteStyles => key == "styles/site.css",
            Self::PlayerStyles => key == "styles/player.css",
            Self::Icons => key == "icons/icons.svg",
            Self::Hls => key == "islands/music/src/engine/hls.ts",
        }
    }
}

static MANIFEST: LazyLock<serde_json::Value> =
    LazyLock::new(|| serde_json::from_str(embedded::MANIFEST).expect("the build writes JSON"));

static URLS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let entries = MANIFEST.as_object().into_iter().flatten();
    entries
        .filter_map(|(key, entry)| Some((key.clone(), format!("/{}", entry["file"].as_str()?))))
        .collect()
});

/// The address of a built file; absent where the build does not have it (a debug build without `web/dist`).
pub fn url(source: Source) -> Option<&'static str> {
    URLS.iter()
        .find(|(key, _)| source.is(key))
        .map(|(_, url)| url.as_str())
}

/// The scripts that the islands cannot start without, in one language. Named at once, they come side by side; a browser
/// would only find one after the other.
pub(crate) fn starting_scripts(lang: Lang) -> Vec<&'static str> {
    let entries = MANIFEST.as_object().into_iter().flatten();
    let app = entries.into_iter().find(|(key, _)| Source::App.is(key));
    let imports = app.map(|(_, entry)| &entry["imports"]);
    let imports = imports.and_then(serde_json::Value::as_array);
    let imports = imports.into_iter().flatten();
    let messages = format!("../messages/{}.json", lang.code());
    let keys = app.map(|(key, _)| key.as_str()).into_iter();
    let keys = keys.chain(imports.filter_map(serde_json::Value::as_str));
    keys.chain([messages.as_str()])
        .filter_map(|key| URLS.get(key).map(String::as_str))
        .collect()
}

/// The text of the style sheet that every page needs before it paints; empty without a web build.
pub(crate) fn site_styles() -> &'static str {
    let file = url(Source::SiteStyles).and_then(|url| find(url.trim_start_matches("/assets/")));
    file.map_or("", |file| {
        std::str::from_utf8(file.identity)
            .unwrap_or_default()
            .trim_end()
    })
}

/// True where the web build is embedded.
pub fn are_built() -> bool {
    !embedded::FILES.is_empty()
}

/// Routes of `/assets/…` and of the well-known files at the root (icons, robots, manifest).
pub fn routes() -> impl Iterator<Item = (&'static str, MethodRouter)> {
    let well_known = WELL_KNOWN.iter().map(|file| {
        let answer = move |headers: HeaderMap| async move { file.answer(&headers) };
        (file.path, get(answer))
    });
    [("/assets/{name}", get(asset)), ("/robots.txt", get(robots))]
        .into_iter()
        .chain(well_known)
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match find(&name) {
        Some(file) => answer(file, &headers),
        None => (
            StatusCode::NOT_FOUND,
            [(CACHE_CONTROL, "no-store")],
            "not found\n",
        )
            .into_response(),
    }
}

/// What robots may read, and where everything is listed.
async fn robots(request: PageRequest) -> Response {
    let rules = include_str!("../static/robots.txt");
    let text = format!("{rules}\nSitemap: {}/sitemap.xml\n", request.origin());
    ([(CACHE_CONTROL, WELL_KNOWN_CACHE_CONTROL)], text).into_response()
}

fn find(name: &str) -> Option<&'static File> {
    let index = embedded::FILES
        .binary_search_by(|file| file.name.cmp(name))
        .ok()?;
    embedded::FILES.get(index)
}

fn answer(file: &File, headers: &HeaderMap) -> Response {
    let (encoding, body) = match Encoding::negotiate(headers) {
        Encoding::Brotli if file.brotli.is_some() => (Encoding::Brotli, file.brotli),
        Encoding::Brotli | Encoding::Gzip if file.gzip.is_some() => (Encoding::Gzip, file.gzip),
        _ => (Encoding::Identity, None),
    };
    // The name carries the content's hash, so name and encoding identify the bytes.
    let etag = format!("\"{}{}\"", file.name, encoding.suffix());
    let mut response = Response::new(Body::empty());
    let answered = response.headers_mut();
    set(
        answered,
        CACHE_CONTROL,
        "public, max-age=31536000, immutable",
    );
    set(answered, VARY, "accept-encoding");
    set(answered, ETAG, &etag);
    if is_held(headers, &etag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    set(answered, CONTENT_TYPE, content_type(file.name));
    set(answered, X_CONTENT_TYPE_OPTIONS, "nosniff");
    if let Some(encoding) = encoding.header() {
        set(answered, CONTENT_ENCODING, encoding);
    }
    *response.body_mut() = Body::from(Bytes::from_static(body.unwrap_or(file.identity)));
    response
}

/// Sets a header to a value that is known to be printable ASCII.
pub(crate) fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// What has a fixed address may change behind it.
const WELL_KNOWN_CACHE_CONTROL: &str = "public, max-age=3600";

/// A file with a fixed address.
struct WellKnown {
    path: &'static str,
    body: &'static [u8],
}

static WELL_KNOWN: &[WellKnown] = &[
    WellKnown {
        path: "/favicon.svg",
        body: include_bytes!("../static/favicon.svg"),
    },
    WellKnown {
        path: "/icon-180.png",
        body: include_bytes!("../static/icon-180.png"),
    },
    WellKnown {
        path: "/icon-512.png",
        body: include_bytes!("../static/icon-512.png"),
    },
    WellKnown {
        path: "/site.webmanifest",
        body: include_bytes!("../static/site.webmanifest"),
    },
    WellKnown {
        path: "/favicon.ico",
        body: include_bytes!("../static/favicon.ico"),
    },
    WellKnown {
        path: "/llms.txt",
        body: include_bytes!("../static/llms.txt"),
    },
];

impl WellKnown {
    fn answer(&self, headers: &HeaderMap) -> Response {
        let etag = format!("\"{}\"", crate::cache::digest(self.body));
        let mut response = Response::new(Body::empty());
        let answered = response.headers_mut();
        set(answered, CACHE_CONTROL, WELL_KNOWN_CACHE_CONTROL);
        set(answered, ETAG, &etag);
        if is_held(headers, &etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        set(answered, CONTENT_TYPE, content_type(self.path));
        *response.body_mut() = Body::from(Bytes::from_static(self.body));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::http::Request;
    use axum::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    const FILE: File = File {
        name: "app-1a2b.js",
        identity: b"plain",
        brotli: Some(b"br"),
        gzip: Some(b"gz"),
    };

    async fn body(response: Response) -> Vec<u8> {
        response
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .to_vec()
    }

    fn accepting(encoding: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(encoding))])
    }

    #[tokio::test]
    async fn a_file_is_answered_in_the_best_encoding_and_for_ever() {
        for (accepted, bytes, encoding) in [
            ("br, gzip", "br", Some("br")),
            ("gzip", "gz", Some("gzip")),
            ("", "plain", None),
        ] {
            let response = answer(&FILE, &accepting(accepted));
            let headers = response.headers();
            assert_eq!(
                headers.get(CONTENT_ENCODING).map(|v| v.to_str().unwrap()),
                encoding
            );
            assert_eq!(headers[CONTENT_TYPE], "text/javascript; charset=utf-8");
            assert_eq!(
                headers[CACHE_CONTROL],
                "public, max-age=31536000, immutable"
            );
            assert_eq!(headers[VARY], "accept-encoding");
            assert_eq!(body(response).await, bytes.as_bytes());
        }
    }

    #[tokio::test]
    async fn a_held_copy_is_not_sent_again_but_another_encoding_is() {
        let mut headers = accepting("br");
        headers.insert(
            IF_NONE_MATCH,
            HeaderValue::from_static("\"app-1a2b.js-br\""),
        );
        let response = answer(&FILE, &headers);
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert!(body(response).await.is_empty());
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        assert_eq!(answer(&FILE, &headers).status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn unknown_names_are_not_found_and_robots_are_told_where_not_to_go() {
        let router = routes().fold(Router::new(), |router, (path, methods)| {
            router.route(path, methods)
        });
        let ask = |path: &str| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            router.clone().oneshot(request)
        };
        assert_eq!(
            ask("/assets/nothing.js").await.unwrap().status(),
            StatusCode::NOT_FOUND
        );
        let robots = ask("/robots.txt").await.unwrap();
        assert_eq!(robots.headers()[CONTENT_TYPE], "text/plain; charset=utf-8");
        let robots = String::from_utf8(body(robots).await).unwrap();
        assert!(
            robots.starts_with("User-agent: *\nAllow: /api/music/v1/covers/\nDisallow: /api/\n")
        );
        assert!(robots.ends_with("\nSitemap: http://localhost/sitemap.xml\n"));
        for (path, kind) in [
            ("/favicon.ico", "image/x-icon"),
            ("/site.webmanifest", "application/manifest+json"),
            ("/llms.txt", "text/plain; charset=utf-8"),
        ] {
            assert_eq!(ask(path).await.unwrap().headers()[CONTENT_TYPE], kind);
        }
    }

    #[test]
    fn the_scripts_to_start_with_are_the_app_what_it_imports_and_its_language() {
        let [korean, english] = [Lang::Ko, Lang::En].map(starting_scripts);
        if !are_built() {
            assert!(korean.is_empty() && english.is_empty());
            return;
        }
        assert_eq!(korean.first().copied(), url(Source::App));
        assert_eq!(korean.len(), english.len());
        let (last_korean, last_english) = (korean.last().unwrap(), english.last().unwrap());
        assert!(last_korean.starts_with("/assets/ko-") && last_english.starts_with("/assets/en-"));
    }

    #[test]
    fn every_source_but_hls_is_in_the_build() {
        assert!(are_built(), "web/dist is missing: run `make build`");
        for source in [
            Source::App,
            Source::SiteStyles,
            Source::PlayerStyles,
            Source::Icons,
        ] {
            let name = url(source).unwrap().trim_start_matches("/assets/");
            assert!(
                find(name).is_some_and(|file| file.brotli.is_some()),
                "{source:?}"
            );
        }
    }
}
