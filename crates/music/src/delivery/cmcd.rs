//! What a player says of itself with a media request (CTA-5004): in the query string, or in four headers.

use axum::http::HeaderMap;

/// The argument that holds all keys.
const ARGUMENT: &str = "CMCD=";
/// Of the request, the object, the session and the player; names compare without case.
const HEADERS: [&str; 4] = ["cmcd-request", "cmcd-object", "cmcd-session", "cmcd-status"];

/// What we count of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// The player had run dry since its last request (`bs`).
    pub(super) has_starved: bool,
}

/// Reads the keys of a request; none where it has none.
pub(super) fn read(query: Option<&str>, headers: &HeaderMap) -> Option<Facts> {
    let argument = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .find_map(|pair| pair.strip_prefix(ARGUMENT));
    let named = HEADERS
        .iter()
        .flat_map(|name| headers.get_all(*name))
        .filter_map(|value| value.to_str().ok());
    let mut keys = argument
        .into_iter()
        .flat_map(in_query)
        .chain(named.flat_map(|list| list.split(',')))
        .peekable();
    keys.peek()?;
    // A true boolean is the bare key.
    let has_starved = keys.any(|key| key.trim() == "bs");
    Some(Facts { has_starved })
}

/// In a query the comma between two keys is encoded.
fn in_query(keys: &str) -> impl Iterator<Item = &str> {
    keys.split(',')
        .flat_map(|keys| keys.split("%2C"))
        .flat_map(|keys| keys.split("%2c"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn keys_are_found_in_the_query_and_in_headers() {
        let calm = Some(Facts { has_starved: false });
        let starved = Some(Facts { has_starved: true });
        let none = HeaderMap::new();
        for (query, read_as) in [
            ("", None),
            ("x=CMCD", None),
            ("bit_rate_kbps=64&CMCD=br%3D64%2Csf%3Dh", calm),
            ("CMCD=br%3D64%2Cbs%2Csf%3Dh", starved),
            ("CMCD=bs", starved),
            ("CMCD=sid%3D%22bs%22", calm),
        ] {
            assert_eq!(read(Some(query), &none), read_as, "{query}");
        }
        for (pairs, read_as) in [
            (&[][..], None),
            (&[("accept", "bs")], None),
            (&[("cmcd-object", "br=64,ot=a")], calm),
            (&[("cmcd-status", "bs")], starved),
            (&[("cmcd-request", "nor=\"a%2Cbs%2Cc\"")], calm),
            (
                &[("cmcd-session", "sf=h"), ("cmcd-status", "rtp=100, bs")],
                starved,
            ),
        ] {
            assert_eq!(read(None, &headers(pairs)), read_as, "{pairs:?}");
        }
    }
}
