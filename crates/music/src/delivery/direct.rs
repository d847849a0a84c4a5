//! Media that players fetch from the object store or a CDN themselves: playlists then name absolute URLs, signed for a
//! while. Requests for media that come here are answered here: players must not be redirected (Apple's rule 8.18).

use std::time::Duration;

use chassis::clock::Clock;
use chassis::config::{Secret, Section};
use chassis::objects::Objects;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::ingest::hex;
use crate::store::entities::rendition;
use crate::{API_PREFIX, Error};

/// How long a URL is good at least, when nobody says otherwise: a listener may pause for the night.
const LIFETIME: Duration = Duration::from_hours(24);
/// No store signs for longer.
const LIFETIME_MAX: Duration = Duration::from_hours(7 * 24);
/// A URL is good for as long as its playlist may be kept and its track be played so many times.
const PLAYS: u32 = 2;

/// Who hands media to players.
#[derive(Clone, Debug, Default)]
pub(crate) enum MediaDelivery {
    /// This server.
    #[default]
    Server,
    /// The object store.
    Store { lifetime: Duration },
    /// A CDN in front of the object store.
    Cdn {
        /// What stands in front of an object's key, without a slash at the end.
        base: String,
        /// Signs, where the CDN wants it.
        key: Option<Secret>,
        lifetime: Duration,
    },
}

/// A choice that cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum NoSigner {
    /// A folder.
    #[error(
        "music.media_delivery is \"store\", but music.objects is no bucket: only a bucket signs URLs"
    )]
    NoBucket,
    /// A session token, or the identity of a pod or an instance.
    #[error(
        "music.media_delivery is \"store\", but the key of music.objects ends within hours, and URLs with it: give it a key \
         that stays (music.objects_access_key_id)"
    )]
    KeyEnds,
}

impl MediaDelivery {
    pub(crate) fn read(section: &mut Section<'_>) -> Self {
        #[derive(Clone)]
        enum By {
            Server,
            Store,
            Cdn,
        }
        let by = section.choice(
            "media_delivery",
            "server",
            &[("server", By::Server), ("store", By::Store), ("cdn", By::Cdn)],
            "Who hands media to players: this server; the object store, by signed URLs in the playlists; or a CDN in front of it.",
        );
        let lifetime = section.duration(
            "media_url_lifetime",
            LIFETIME,
            Duration::from_mins(10)..=LIFETIME_MAX,
            "How long a URL of the store or the CDN is good at least; for long tracks it is longer.",
        );
        let base = section.parsed(
            "cdn_url",
            Base(String::new()),
            "a URL such as \"https://cdn.example/music\", below which the CDN has what the bucket has below its prefix",
            "The CDN that hands media to players.",
        );
        let key = section.secret(
            "cdn_key",
            "an even number of hex digits",
            "Signs URLs of the CDN with tokens (`hdnts=exp=…~acl=…~hmac=…`, HMAC-SHA256 in hex) as Akamai and Google \
             Media CDN check them. Without it they are not signed.",
        );
        if key
            .as_ref()
            .is_some_and(|key| unhex(key.reveal()).is_none())
        {
            section.refuse_secret("cdn_key", "an even number of hex digits");
        }
        match by {
            By::Server => Self::Server,
            By::Store => Self::Store { lifetime },
            By::Cdn => {
                if base.0.is_empty() {
                    section.refuse_missing("cdn_url", "music.media_delivery = \"cdn\" needs it");
                }
                Self::Cdn {
                    base: base.0,
                    key,
                    lifetime,
                }
            }
        }
    }

    /// What pages must allow browsers to fetch media from, beside this server: scheme, host and port.
    pub(crate) fn origin(&self, objects: &Objects) -> Result<Option<String>, NoSigner> {
        match self {
            Self::Server => Ok(None),
            Self::Store { .. } => {
                let origin = objects.origin().ok_or(NoSigner::NoBucket)?;
                if !objects.signs_lastingly() {
                    return Err(NoSigner::KeyEnds);
                }
                Ok(Some(origin))
            }
            Self::Cdn { base, .. } => Ok(Some(origin_of(base).to_owned())),
        }
    }

    /// Where a player gets the bytes of a rendition.
    pub(super) async fn url(
        &self,
        rendition: &rendition::Model,
        objects: &Objects,
        clock: &Clock,
    ) -> Result<String, Error> {
        let own = || format!("{API_PREFIX}/media/{}.mp4", rendition.id);
        match self {
            Self::Server => Ok(own()),
            Self::Store { lifetime } => {
                let lifetime = outliving(rendition, *lifetime);
                let signed = objects.sign(&rendition.object_key, lifetime).await;
                Ok(signed.map_err(Error::Sign)?.unwrap_or_else(own))
            }
            Self::Cdn {
                base,
                key,
                lifetime,
            } => {
                let url = format!("{base}/{}", rendition.object_key);
                let Some(key) = key else {
                    return Ok(url);
                };
                let lifetime = outliving(rendition, *lifetime);
                let lifetime_s = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
                let expires_at_s = clock.now_ms() / 1_000 + lifetime_s;
                let path = url.get(origin_of(&url).len()..).unwrap_or_default();
                let token = token(key, path, expires_at_s);
                Ok(format!("{url}?hdnts={token}"))
            }
        }
    }
}

/// How long a URL must be good, so that nobody who began to play a track is refused its end.
fn outliving(rendition: &rendition::Model, lifetime: Duration) -> Duration {
    let frames = u64::try_from(rendition.frame_count).unwrap_or_default();
    let rate = u64::try_from(rendition.sample_rate_hz)
        .unwrap_or_default()
        .max(1);
    let track = Duration::from_secs(frames.saturating_mul(super::FRAME_SAMPLES) / rate);
    let whole = super::PLAYLIST_LIFETIME + track.saturating_mul(PLAYS);
    whole.max(lifetime).min(LIFETIME_MAX)
}

/// Akamai's edge authorization token for one path.
fn token(key: &Secret, path: &str, expires_at_s: i64) -> String {
    let said = format!("exp={expires_at_s}~acl={path}");
    let key = unhex(key.reveal()).unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length is taken");
    mac.update(said.as_bytes());
    format!("{said}~hmac={}", hex(&mac.finalize().into_bytes()))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let bytes = pairs.iter().map(|[high, low]| {
        let byte = digit(*high)? * 16 + digit(*low)?;
        u8::try_from(byte).ok()
    });
    let bytes: Option<Vec<u8>> = bytes.collect();
    bytes.filter(|bytes| rest.is_empty() && !bytes.is_empty())
}

/// Scheme, host and port of an absolute URL.
fn origin_of(url: &str) -> &str {
    let host_at = url.find("://").map_or(0, |at| at + 3);
    let host = url.get(host_at..).unwrap_or_default();
    let end = host.find('/').map_or(url.len(), |end| host_at + end);
    url.get(..end).unwrap_or(url)
}

/// The beginning of absolute URLs, or nothing.
struct Base(String);

impl std::str::FromStr for Base {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim_end_matches('/');
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        // What would end a line of a playlist or a rule of the pages' policy is no URL.
        let is_plain = |letter: char| letter.is_ascii_graphic() && !"\"'?#;,\\@".contains(letter);
        let is_good = rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_plain));
        (text.is_empty() || is_good)
            .then(|| Self(text.to_owned()))
            .ok_or(())
    }
}

impl std::fmt::Display for Base {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendition(minutes: i64) -> rendition::Model {
        rendition::Model {
            id: "r".to_owned(),
            track_id: "t".to_owned(),
            bit_rate_kbps: 128,
            object_key: "renditions/ab/abcd.mp4".to_owned(),
            size_bytes: 1,
            content_hash: "abcd".to_owned(),
            sample_rate_hz: 48_000,
            init_bytes: 1,
            fragment_frames: 48,
            frame_count: minutes * 60 * 48_000 / 1_024,
            fragment_bytes: Vec::new(),
            average_bps: 1,
            peak_bps: 1,
            created_at_ms: 0,
        }
    }

    fn cdn(key: Option<&str>) -> MediaDelivery {
        MediaDelivery::Cdn {
            base: "https://cdn.example:8443/music".to_owned(),
            key: key.map(Secret::new),
            lifetime: Duration::from_hours(1),
        }
    }

    #[tokio::test]
    async fn a_cdn_is_named_with_a_token_for_this_path_and_time() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::in_folder(folder.path()).unwrap();
        let clock = Clock::manual(1_700_000_000_000);
        let plain = "https://cdn.example:8443/music/renditions/ab/abcd.mp4";
        let (track, open) = (rendition(3), cdn(None));
        let url = open.url(&track, &objects, &clock).await;
        assert_eq!(url.unwrap(), plain);
        // printf 'exp=1700003958~acl=/music/renditions/ab/abcd.mp4' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00ff
        let said = "exp=1700003958~acl=/music/renditions/ab/abcd.mp4";
        let mac = "9578422644effa6585abe6808ae158fef08054153fe9e940bce048baf0838b5b";
        let expected = format!("{plain}?hdnts={said}~hmac={mac}");
        let signed = cdn(Some("00ff"));
        let url = signed.url(&track, &objects, &clock).await;
        assert_eq!(url.unwrap(), expected);
        let origin = cdn(None).origin(&objects).unwrap();
        assert_eq!(origin.as_deref(), Some("https://cdn.example:8443"));
        let store = MediaDelivery::Store { lifetime: LIFETIME };
        assert!(store.origin(&objects).is_err());
    }

    #[test]
    fn a_url_outlives_its_track() {
        let hour = Duration::from_hours(1);
        // An hour for the playlist, and twice 179 s.
        let short = outliving(&rendition(3), hour);
        assert_eq!(short, Duration::from_secs(3_600 + 2 * 179));
        assert_eq!(outliving(&rendition(3), LIFETIME), LIFETIME);
        let long = outliving(&rendition(10 * 60), hour);
        assert!(long > Duration::from_hours(20), "{long:?}");
        assert_eq!(outliving(&rendition(100_000), hour), LIFETIME_MAX);
    }

    #[test]
    fn a_base_is_an_absolute_url_without_anything_behind_its_path() {
        let read = |text: &str| text.parse::<Base>().ok().map(|base| base.0);
        assert_eq!(read(""), Some(String::new()));
        let good = "https://cdn.example/music";
        assert_eq!(read(&format!("{good}/")), Some(good.to_owned()));
        for text in [
            "cdn.example",
            "https://",
            "https://a/b?c",
            "https://a b",
            "https://a/\nb",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
