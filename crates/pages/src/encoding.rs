//! Which content encoding a client takes (RFC 9110, section 12.5.3).

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;

/// The encodings we hold copies in, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `br`.
    Brotli,
    /// `gzip`.
    Gzip,
    /// As it is.
    Identity,
}

impl Encoding {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    /// The best encoding that the client accepts.
    pub fn negotiate(headers: &HeaderMap) -> Self {
        let accepted = || {
            headers
                .get_all(ACCEPT_ENCODING)
                .iter()
                .filter_map(|value| value.to_str().ok())
                .flat_map(|value| value.split(','))
                .map(|part| part.split_once(';').unwrap_or((part, "")))
                .map(|(name, parameters)| (name.trim(), parameters))
        };
        let takes = |wanted: &str| {
            let named = accepted().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            let any = || accepted().find(|(name, _)| *name == "*");
            let liked = named.or_else(any);
            liked.is_some_and(|(_, parameters)| quality(parameters) > 0.0)
        };
        if takes("br") {
            Self::Brotli
        } else if takes("gzip") {
            Self::Gzip
        } else {
            Self::Identity
        }
    }

    /// The value of `Content-Encoding`, absent for plain bytes.
    pub fn header(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// Tells copies of one thing apart in a strong `ETag`.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => "-br",
            Self::Gzip => "-gz",
            Self::Identity => "",
        }
    }
}

/// `;q=0.5` → 0.5; 1 where nothing is said.
pub(crate) fn quality(parameters: &str) -> f32 {
    parameters
        .split(';')
        .filter_map(|parameter| parameter.trim().strip_prefix("q="))
        .find_map(|value| value.parse().ok())
        .unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(value: &str) -> Encoding {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, value.parse().unwrap());
        Encoding::negotiate(&headers)
    }

    #[test]
    fn the_smallest_accepted_copy_is_taken() {
        assert_eq!(negotiated("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(negotiated("gzip, deflate"), Encoding::Gzip);
        assert_eq!(negotiated("*"), Encoding::Brotli);
        assert_eq!(negotiated("deflate"), Encoding::Identity);
        assert_eq!(Encoding::negotiate(&HeaderMap::new()), Encoding::Identity);
    }

    #[test]
    fn a_refused_encoding_is_not_taken() {
        assert_eq!(negotiated("br;q=0, gzip"), Encoding::Gzip);
        assert_eq!(negotiated("br;q=0, *;q=0.1"), Encoding::Gzip);
        assert_eq!(negotiated("br; q=0.0, gzip; q=0"), Encoding::Identity);
    }
}
