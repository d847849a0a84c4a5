//! What a request asks of a page: language, whole page or only `<main>`, which encoding, what is cached.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, SET_COOKIE, VARY,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::assets::set;
use crate::cache::Rendered;
use crate::encoding::Encoding;
use crate::etag::is_held;
use crate::lang::{Lang, cookie};
use crate::origin::{PublicOrigin, origin_of};
use crate::{Page, PageCache, Site, layout};

/// How long a chosen language is kept, in seconds.
const LANG_COOKIE_MAX_AGE_S: u32 = 365 * 24 * 60 * 60;

/// What a request asks of a page. An extractor that never refuses.
#[derive(Clone, Debug)]
pub struct PageRequest {
    lang: Lang,
    chosen: Option<Lang>,
    is_partial: bool,
    holds_styles: bool,
    origin: String,
    headers: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for PageRequest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

impl PageRequest {
    /// Reads the head of a request.
    pub fn of(parts: &Parts) -> Self {
        let headers = &parts.headers;
        let query = parts.uri.query().unwrap_or_default();
        let chosen = query
            .split('&')
            .find_map(|pair| Lang::parse(pair.strip_prefix("lang=")?));
        Self {
            lang: chosen.unwrap_or_else(|| Lang::negotiate(headers)),
            chosen,
            is_partial: headers
                .get("x-partial")
                .is_some_and(|value| value == "main"),
            holds_styles: cookie(headers, "css") == layout::styles_name(),
            origin: match parts.extensions.get::<PublicOrigin>() {
                Some(origin) => origin.as_str().to_owned(),
                None => origin_of(headers),
            },
            headers: headers.clone(),
        }
    }

    /// The language to answer in.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// `http://host`, as the public knows us; pages put it before canonical addresses.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Answers with a page rendered for this request.
    pub fn respond(&self, site: &Site, page: &Page) -> Response {
        self.answer(page.status, &self.render(site, page))
    }

    /// Answers from the cache where the same page was rendered for the same version of the data; `key` names both.
    ///
    /// # Errors
    /// What `page` fails with; failures are not kept.
    pub async fn respond_cached<E>(
        &self,
        cache: &PageCache,
        site: &Site,
        key: &str,
        page: impl Future<Output = Result<Page, E>>,
    ) -> Result<Response, E> {
        let key = format!("{key} {}", self.variant());
        if let Some(rendered) = cache.get(&key) {
            return Ok(self.answer(StatusCode::OK, &rendered));
        }
        let page = page.await?;
        let rendered = Arc::new(self.render(site, &page));
        if page.status == StatusCode::OK {
            cache.put(key, Arc::clone(&rendered));
        }
        Ok(self.answer(page.status, &rendered))
    }

    /// Everything about the request that changes a page's bytes.
    fn variant(&self) -> String {
        let part = if self.is_partial { "main" } else { "page" };
        let styles = if self.holds_styles {
            "linked"
        } else {
            "inlined"
        };
        let named = if self.chosen.is_some() { "named" } else { "" };
        format!(
            "{} {named} {part} {styles} {}",
            self.lang.code(),
            self.origin
        )
    }

    fn render(&self, site: &Site, page: &Page) -> Rendered {
        let html = if self.is_partial {
            layout::partial(site, page)
        } else {
            let visit = layout::Visit {
                lang: self.lang,
                names_lang: self.chosen.is_some(),
                origin: &self.origin,
                holds_styles: self.holds_styles,
            };
            layout::whole(site, page, &visit)
        };
        Rendered::new(html.into_string())
    }

    fn answer(&self, status: StatusCode, rendered: &Rendered) -> Response {
        let encoding = Encoding::negotiate(&self.headers);
        let etag = rendered.etag(encoding);
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        set(
            headers,
            VARY,
            "accept-encoding, accept-language, cookie, x-partial",
        );
        // Kept and asked about each time; what went wrong is not even kept.
        let kept = if status == StatusCode::OK {
            "no-cache"
        } else {
            "no-store"
        };
        set(headers, CACHE_CONTROL, kept);
        set(headers, CONTENT_LANGUAGE, self.lang.code());
        if let Some(lang) = self.chosen {
            let code = lang.code();
            let cookie =
                format!("lang={code}; Path=/; Max-Age={LANG_COOKIE_MAX_AGE_S}; SameSite=Lax");
            set(headers, SET_COOKIE, &cookie);
        }
        if status == StatusCode::OK {
            set(headers, ETAG, &etag);
            if is_held(&self.headers, &etag) {
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                return response;
            }
        }
        set(headers, CONTENT_TYPE, "text/html; charset=utf-8");
        if let Some(encoding) = encoding.header() {
            set(headers, CONTENT_ENCODING, encoding);
        }
        *response.body_mut() = Body::from(rendered.body(encoding));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use axum::http::header::{ACCEPT_ENCODING, ACCEPT_LANGUAGE, IF_NONE_MATCH};

    fn request(path: &str, headers: &[(&str, &str)]) -> PageRequest {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        PageRequest::of(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_language_in_the_address_wins_and_is_remembered() {
        let asked = request("/music?q=a&lang=en", &[(ACCEPT_LANGUAGE.as_str(), "ko")]);
        assert_eq!(asked.lang(), Lang::En);
        let response = asked.answer(StatusCode::OK, &Rendered::new(String::new()));
        assert_eq!(
            response.headers()[SET_COOKIE],
            "lang=en; Path=/; Max-Age=31536000; SameSite=Lax"
        );
        let unknown = request("/music?lang=xx", &[]);
        assert_eq!(unknown.lang(), Lang::Ko);
        let response = unknown.answer(StatusCode::OK, &Rendered::new(String::new()));
        assert!(response.headers().get(SET_COOKIE).is_none());
    }

    #[test]
    fn the_configured_address_outranks_what_a_request_says_of_its_host() {
        let asked = Request::get("/music").header("host", "evil.example");
        let (mut parts, ()) = asked.body(()).unwrap().into_parts();
        assert_eq!(PageRequest::of(&parts).origin(), "http://evil.example");
        let public: PublicOrigin = "https://music.example".parse().unwrap();
        parts.extensions.insert(public);
        assert_eq!(PageRequest::of(&parts).origin(), "https://music.example");
    }

    #[test]
    fn an_unchanged_page_is_not_sent_again_and_an_error_always_is() {
        let rendered = Rendered::new("<p>page</p>".into());
        let etag = rendered.etag(Encoding::Gzip);
        let asked = request(
            "/music",
            &[
                (ACCEPT_ENCODING.as_str(), "gzip"),
                (IF_NONE_MATCH.as_str(), &etag),
            ],
        );
        assert_eq!(
            asked.answer(StatusCode::OK, &rendered).status(),
            StatusCode::NOT_MODIFIED
        );
        assert_eq!(
            asked.answer(StatusCode::NOT_FOUND, &rendered).status(),
            StatusCode::NOT_FOUND
        );
        let missing = asked.answer(StatusCode::NOT_FOUND, &rendered);
        assert_eq!(missing.headers()[CACHE_CONTROL], "no-store");
    }

    #[test]
    fn what_changes_the_bytes_changes_the_variant() {
        let plain = request("/music", &[]).variant();
        for headers in [
            &[("x-partial", "main")][..],
            &[("host", "other")],
            &[("cookie", "lang=en")],
        ] {
            assert_ne!(request("/music", headers).variant(), plain, "{headers:?}");
        }
        assert_ne!(request("/music?lang=ko", &[]).variant(), plain);
        assert_eq!(request("/music", &[("user-agent", "any")]).variant(), plain);
    }
}
