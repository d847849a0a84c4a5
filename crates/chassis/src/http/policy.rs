use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// Powers no page of ours uses.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// The headers that tell a browser what a page of ours may do.
#[derive(Clone, Debug)]
pub struct Policy {
    content_security: HeaderValue,
}

impl Policy {
    /// A policy that allows our own scripts and the inline scripts with these hashes (as [`script_hash`] gives them).
    pub fn new<H: AsRef<str>>(script_hashes: impl IntoIterator<Item = H>) -> Self {
        let hashes = script_hashes.into_iter();
        let scripts = hashes.fold("script-src 'self'".to_owned(), |scripts, hash| {
            format!("{scripts} '{}'", hash.as_ref())
        });
        let text = format!(
            "default-src 'self'; {scripts}; img-src 'self' data: blob:; media-src 'self' blob:; \
             worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'"
        );
        let content_security =
            HeaderValue::from_str(&text).expect("hashes are base64 and the rest is ours");
        Self { content_security }
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

/// The hash by which a policy allows one inline script: `sha256-…`.
pub fn script_hash(script: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(script)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_one_browsers_compute() {
        // From the CSP specification's example: alert('Hello, world.');
        assert_eq!(
            script_hash("alert('Hello, world.');"),
            "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="
        );
    }
}
