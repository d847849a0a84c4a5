//! The one inline script, the inlined styles, and the policy that allows them by hash.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::assets::site_styles;

/// Sets the theme before the first paint and loads the islands after `load`, or at once on the first action.
pub(crate) static SCRIPT: LazyLock<String> = LazyLock::new(|| squeeze(include_str!("loader.js")));

/// The `Content-Security-Policy` of every page: ourselves only, the loader and the inlined styles by hash.
/// Media may come from `media_origins`, too: scheme, host and port of each.
pub fn content_security_policy(media_origins: &[String]) -> String {
    let media = media_origins
        .iter()
        .fold(String::new(), |all, origin| all + " " + origin);
    format!(
        "default-src 'self'; script-src 'self' {}; style-src 'self' {}; img-src 'self' data: blob:; \
             media-src 'self' blob:{media}; worker-src 'self' blob:; connect-src 'self'{media}; object-src 'none'; \
             base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        hash(&SCRIPT),
        hash(site_styles())
    )
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// Joins lines. The loader has no comments and ends every statement, so that this is enough.
fn squeeze(script: &str) -> String {
    script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_exactly_what_is_inlined() {
        // Known answer: printf 'a' | sha256sum, as base64.
        assert_eq!(
            hash("a"),
            "'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='"
        );
        let policy = content_security_policy(&[]);
        assert!(policy.contains(&hash(&SCRIPT)) && policy.contains(&hash(site_styles())));
        assert!(!policy.contains("unsafe"));
    }

    #[test]
    fn the_loader_has_one_line_and_cannot_end_its_element() {
        assert!(!SCRIPT.contains('\n') && !SCRIPT.contains("</") && !SCRIPT.contains("//"));
        assert!(SCRIPT.len() < 2_500);
    }
}
