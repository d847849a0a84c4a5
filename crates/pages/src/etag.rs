//! Whether a client already has a representation (RFC 9110, section 13.1.2).

use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;

/// True where `If-None-Match` names this entity tag. Weak and strong tags compare alike here, as the RFC wants.
pub(crate) fn is_held(headers: &HeaderMap, etag: &str) -> bool {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || strong(tag) == strong(etag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_of_several_tags_may_match_weak_or_strong() {
        let mut headers = HeaderMap::new();
        assert!(!is_held(&headers, "\"a\""));
        headers.insert(IF_NONE_MATCH, "\"b\", W/\"a\"".parse().unwrap());
        assert!(is_held(&headers, "\"a\""));
        assert!(!is_held(&headers, "\"c\""));
        headers.insert(IF_NONE_MATCH, "*".parse().unwrap());
        assert!(is_held(&headers, "\"c\""));
    }
}
