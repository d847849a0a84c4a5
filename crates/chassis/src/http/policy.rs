use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// Powers no page of ours uses.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// The headers that tell a browser what a page of ours may do.
#[derive(Clone, Debug)]
pub struct Policy {
    content_security: HeaderValue,
}

impl Policy {
    /// `content_security` goes on every page that does not bring its own.
    pub fn new(content_security: &str) -> Self {
        let content_security = HeaderValue::from_str(content_security);
        Self {
            content_security: content_security.expect("a policy is made of letters and marks"),
        }
    }

    /// Adds what is missing; a handler that set its own header keeps it.
    pub(super) fn apply(&self, headers: &mut HeaderMap) {
        headers
            .entry(header::X_CONTENT_TYPE_OPTIONS)
            .or_insert(HeaderValue::from_static("nosniff"));
        if !is_document(headers) {
            return;
        }
        headers
            .entry(header::CONTENT_SECURITY_POLICY)
            .or_insert_with(|| self.content_security.clone());
        headers
            .entry(header::REFERRER_POLICY)
            .or_insert(HeaderValue::from_static("same-origin"));
        headers
            .entry(PERMISSIONS_POLICY)
            .or_insert(HeaderValue::from_static(PERMISSIONS));
    }
}

/// What a browser may open as a page of its own and run: HTML and SVG.
fn is_document(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| {
        let value = value.as_bytes();
        value.starts_with(b"text/html") || value.starts_with(b"image/svg+xml")
    })
}
