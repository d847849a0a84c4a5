//! Keyed tags and signed tokens that any replica verifies with the keys in the service's database.
//!
//! HMAC-SHA256 throughout; a purpose separates what is signed for one use from every other use. Comparison takes
//! constant time. Tokens carry their version, key and expiry; they are not encrypted.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The bytes of a secret, as [`Keys::random_secret`] makes them.
pub const SECRET_BYTES: usize = 32;
/// How long a token may be, in characters.
pub const TOKEN_CHARS_MAX: usize = 1024;
/// The bytes of a tag.
pub const TAG_BYTES: usize = 16;

const VERSION: u8 = 1;
const KEY_ID_BYTES: usize = 4;
const EXPIRY_BYTES: usize = 8;
const HEAD_BYTES: usize = 1 + KEY_ID_BYTES + EXPIRY_BYTES;
const MAC_BYTES: usize = 32;

/// What a message authentication code is made for; keeps a token, a tag and a key id apart whatever they hold.
const FOR_KEY_ID: u8 = 0;
const FOR_TOKEN: u8 = 1;
const FOR_TAG: u8 = 2;

/// The keys of one service: the first signs, all verify, so that keys can be changed without refusing anybody. Cheap
/// to clone.
#[derive(Clone)]
pub struct Keys(Arc<[Key]>);

struct Key {
    id: [u8; KEY_ID_BYTES],
    mac: Hmac<Sha256>,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not a token, was changed, or was signed for another purpose or with a key we do not have.
    #[error("the token is not one of ours")]
    Forged,
    /// It is ours and its time is over.
    #[error("the token has expired")]
    Expired,
}

impl Keys {
    /// Keys made of secrets, the one that signs first; none without a secret.
    pub fn new(secrets: impl IntoIterator<Item = [u8; SECRET_BYTES]>) -> Option<Self> {
        let keys: Arc<[Key]> = secrets.into_iter().map(Key::new).collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// A new secret, to be stored where every replica of the service finds it.
    pub fn random_secret() -> [u8; SECRET_BYTES] {
        rand::random()
    }

    /// Signs a payload for one purpose until a time. The payload can be read by whoever has the token.
    pub fn sign(&self, purpose: &str, payload: &[u8], expires_at_ms: i64) -> String {
        let key = self.signing();
        let mut bytes = Vec::with_capacity(HEAD_BYTES + payload.len() + MAC_BYTES);
        bytes.push(VERSION);
        bytes.extend(key.id);
        bytes.extend(expires_at_ms.to_be_bytes());
        bytes.extend(payload);
        let mac = key.mac_of(FOR_TOKEN, purpose, &bytes).finalize();
        bytes.extend(mac.into_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Gives the payload of a token that we signed for this purpose and whose time is not over.
    pub fn verify(&self, purpose: &str, token: &str, now_ms: i64) -> Result<Vec<u8>, Refusal> {
        if token.len() > TOKEN_CHARS_MAX {
            return Err(Refusal::Forged);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(token)
            .map_err(|_undecodable| Refusal::Forged)?;
        let (signed, mac) = bytes
            .split_last_chunk::<MAC_BYTES>()
            .ok_or(Refusal::Forged)?;
        let (version, rest) = signed.split_first().ok_or(Refusal::Forged)?;
        let (id, rest) = rest
            .split_first_chunk::<KEY_ID_BYTES>()
            .ok_or(Refusal::Forged)?;
        let (expiry, payload) = rest
            .split_first_chunk::<EXPIRY_BYTES>()
            .ok_or(Refusal::Forged)?;
        let key = self
            .0
            .iter()
            .find(|key| key.id == *id)
            .ok_or(Refusal::Forged)?;
        key.mac_of(FOR_TOKEN, purpose, signed)
            .verify_slice(mac)
            .map_err(|_different| Refusal::Forged)?;
        if *version != VERSION {
            return Err(Refusal::Forged);
        }
        if now_ms >= i64::from_be_bytes(*expiry) {
            return Err(Refusal::Expired);
        }
        Ok(payload.to_vec())
    }

    /// A pseudonym of some data for one purpose: the same on every replica, and nobody without the key can undo it.
    pub fn tag(&self, purpose: &str, data: &[u8]) -> [u8; TAG_BYTES] {
        let mac = self.signing().mac_of(FOR_TAG, purpose, data).finalize();
        let bytes = mac.into_bytes();
        let tag = bytes.first_chunk::<TAG_BYTES>();
        *tag.expect("SHA-256 has 32 bytes")
    }

    fn signing(&self) -> &Key {
        self.0.first().expect("there is a key, `new` saw to it")
    }
}

impl Key {
    fn new(secret: [u8; SECRET_BYTES]) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(&secret).expect("HMAC takes keys of any length");
        let mut key = Self {
            id: [0; KEY_ID_BYTES],
            mac,
        };
        let id = key.mac_of(FOR_KEY_ID, "", &[]).finalize().into_bytes();
        key.id = *id.first_chunk().expect("SHA-256 has 32 bytes");
        key
    }

    fn mac_of(&self, kind: u8, purpose: &str, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(&[kind]);
        mac.update(&(purpose.len() as u64).to_be_bytes());
        mac.update(purpose.as_bytes());
        mac.update(bytes);
        mac
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Keys({} secret)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(secret: u8) -> Keys {
        Keys::new([[secret; SECRET_BYTES]]).unwrap()
    }

    #[test]
    fn a_token_is_what_it_was_yesterday() {
        // Python: hmac over 01 | be64(1) "p" | 01 | id | be64(1000) "hi", id = hmac(00 | be64(0))[..4], key 7 × 32.
        let token = keys(7).sign("p", b"hi", 1_000);
        assert_eq!(
            token,
            "AbuJPwMAAAAAAAAD6GhpBzkxqRgkDFBvKfw7tAC-DdJ60UGMqEaxhxXn2vYAmyQ"
        );
        assert_eq!(keys(7).verify("p", &token, 999).unwrap(), b"hi");
    }

    #[test]
    fn a_token_ends_at_its_expiry() {
        let token = keys(1).sign("play", b"", 1_000);
        assert_eq!(keys(1).verify("play", &token, 1_000), Err(Refusal::Expired));
    }

    #[test]
    fn another_purpose_or_another_key_is_refused() {
        let token = keys(1).sign("play", b"x", 1_000);
        assert_eq!(keys(1).verify("listener", &token, 0), Err(Refusal::Forged));
        assert_eq!(keys(2).verify("play", &token, 0), Err(Refusal::Forged));
    }

    #[test]
    fn an_older_key_still_verifies_and_no_longer_signs() {
        let old = keys(1).sign("play", b"x", 1_000);
        let both = Keys::new([[2; SECRET_BYTES], [1; SECRET_BYTES]]).unwrap();
        assert_eq!(both.verify("play", &old, 0).unwrap(), b"x");
        let new = both.sign("play", b"x", 1_000);
        assert_eq!(keys(1).verify("play", &new, 0), Err(Refusal::Forged));
    }

    #[test]
    fn tags_differ_by_purpose_key_and_data_and_secrets_are_not_shown() {
        let tag = keys(1).tag("network", b"a");
        assert_eq!(tag, keys(1).tag("network", b"a"));
        assert_ne!(tag, keys(1).tag("listener", b"a"));
        assert_ne!(tag, keys(2).tag("network", b"a"));
        assert_ne!(tag, keys(1).tag("network", b"b"));
        assert_eq!(format!("{:?}", keys(1)), "Keys(1 secret)");
        assert!(Keys::new([]).is_none());
    }

    proptest! {
        #[test]
        fn every_payload_comes_back(payload: Vec<u8>, expires_at_ms in 1..i64::MAX) {
            prop_assume!(payload.len() < 700);
            let token = keys(3).sign("p", &payload, expires_at_ms);
            prop_assert_eq!(keys(3).verify("p", &token, expires_at_ms - 1), Ok(payload));
        }

        #[test]
        fn any_changed_byte_is_refused(payload: [u8; 20], at: prop::sample::Index, flip in 1..=255_u8) {
            let token = keys(3).sign("p", &payload, i64::MAX);
            let mut bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let forged = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(keys(3).verify("p", &forged, 0), Err(Refusal::Forged));
        }

        #[test]
        fn any_changed_character_is_refused(at: prop::sample::Index, character: char) {
            let token = keys(3).sign("p", b"payload", i64::MAX);
            let mut characters: Vec<char> = token.chars().collect();
            let at = at.index(characters.len());
            prop_assume!(characters[at] != character);
            characters[at] = character;
            let forged: String = characters.into_iter().collect();
            prop_assert_eq!(keys(3).verify("p", &forged, 0), Err(Refusal::Forged));
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            prop_assert!(keys(3).verify("p", &text, 0).is_err());
        }
    }
}
