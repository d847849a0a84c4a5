//! A listener: a random number in a signed first-party cookie, and nothing else.

use axum::http::{HeaderMap, HeaderValue, header};
use chassis::signing::Keys;
use uuid::Uuid;

use super::keys::tag;
use super::rules::HOUR_MS;

/// The name of the cookie.
const COOKIE: &str = "haas_listener";
/// How long a browser keeps it: a year.
const COOKIE_HOURS: i64 = 365 * 24;
/// It is sent where plays begin and nowhere else, so that pages and media stay the same for everybody.
const COOKIE_PATH: &str = "/api/music/v1/plays";
/// What the cookie is signed for.
const COOKIE_PURPOSE: &str = "listener cookie";
/// What the tag is made for.
const TAG_PURPOSE: &str = "listener";
/// What a new listener is made from the key of a start for.
const START_PURPOSE: &str = "listener of a start";

/// A listener's random number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listener([u8; 16]);

impl Listener {
    /// Somebody new.
    pub(super) fn random() -> Self {
        Self(rand::random())
    }

    /// Somebody new who begins a play with a key: the same again when the start is repeated because its answer, and with
    /// it the cookie, was lost.
    pub(super) fn of_start(key: &Uuid, keys: &Keys) -> Self {
        Self(keys.tag(START_PURPOSE, key.as_bytes()))
    }

    /// Who the cookie says it is; none without a cookie, or when it is not one that we signed.
    pub(super) fn of(headers: &HeaderMap, keys: &Keys, now_ms: i64) -> Option<Self> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .filter(|(name, _)| *name == COOKIE)
            .find_map(|(_, signed)| {
                let random = keys.verify(COOKIE_PURPOSE, signed, now_ms).ok()?;
                random.try_into().ok().map(Self)
            })
    }

    /// What is stored instead of the listener.
    pub(super) fn tag(&self, keys: &Keys) -> String {
        tag(keys, TAG_PURPOSE, &self.0)
    }

    /// The header that gives a browser its cookie.
    pub(super) fn cookie(&self, keys: &Keys, now_ms: i64, is_secure: bool) -> HeaderValue {
        let signed = keys.sign(COOKIE_PURPOSE, &self.0, now_ms + COOKIE_HOURS * HOUR_MS);
        let seconds = COOKIE_HOURS * 3_600;
        let secure = if is_secure { "; Secure" } else { "" };
        let cookie = format!(
            "{COOKIE}={signed}; Path={COOKIE_PATH}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        );
        HeaderValue::try_from(cookie).expect("base64 and digits are a header value")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_795_402_800_000;

    fn keys(secret: u8) -> Keys {
        Keys::new([[secret; 32]]).unwrap()
    }

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())])
    }

    #[test]
    fn a_listener_is_known_again_by_the_cookie() {
        let listener = Listener::random();
        let cookie = listener.cookie(&keys(7), NOW_MS, false);
        let cookie = cookie
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        let found = Listener::of(
            &headers(&format!("lang=ko; {cookie}; a=b")),
            &keys(7),
            NOW_MS,
        );
        assert_eq!(found, Some(listener));
    }

    #[test]
    fn a_cookie_that_we_did_not_sign_is_nobody() {
        let forged = Listener::random().cookie(&keys(8), NOW_MS, false);
        let forged = forged
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        assert_eq!(Listener::of(&headers(&forged), &keys(7), NOW_MS), None);
        assert_eq!(Listener::of(&HeaderMap::new(), &keys(7), NOW_MS), None);
    }

    #[test]
    fn scripts_and_other_sites_never_see_the_cookie() {
        let cookie = Listener::random().cookie(&keys(7), NOW_MS, true);
        let cookie = cookie.to_str().unwrap();
        for attribute in [
            "; HttpOnly",
            "; SameSite=Lax",
            "; Secure",
            "; Max-Age=31536000",
        ] {
            assert!(cookie.contains(attribute), "{attribute}");
        }
    }
}
