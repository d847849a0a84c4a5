//! A play as the client carries it: everything a report needs, signed.

use chassis::signing::{Keys, Refusal};
use serde::{Deserialize, Serialize};

use super::rules::PLAY_MS_MAX;
use crate::Error;

/// What tokens are signed for.
const PURPOSE: &str = "play token";

/// What was true when the play began. The names are short because players send it with every report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PlayToken {
    #[serde(rename = "p")]
    pub(super) play_id: String,
    #[serde(rename = "t")]
    pub(super) track_id: String,
    #[serde(rename = "l")]
    pub(super) listener_tag: String,
    /// Of the network the play began from; none for simulated plays, which no network limit binds.
    #[serde(rename = "n")]
    pub(super) network_tag: Option<String>,
    #[serde(rename = "s")]
    pub(super) is_simulated: bool,
    /// Whether the listener shows before the play counts.
    #[serde(rename = "v", default)]
    pub(super) is_present: bool,
    #[serde(rename = "b")]
    pub(super) started_at_ms: i64,
    #[serde(rename = "d")]
    pub(super) duration_ms: i64,
}

impl PlayToken {
    /// Signs it until the play takes no reports any more.
    pub(super) fn sign(&self, keys: &Keys) -> String {
        let payload = serde_json::to_vec(self).expect("a play token is plain data");
        keys.sign(PURPOSE, &payload, self.started_at_ms + PLAY_MS_MAX + 1)
    }

    /// Reads the token of this play; one that we did not sign, or of another play, is refused.
    pub(super) fn read(
        signed: &str,
        keys: &Keys,
        play_id: &str,
        now_ms: i64,
    ) -> Result<Self, Error> {
        let payload = keys
            .verify(PURPOSE, signed, now_ms)
            .map_err(|refusal| match refusal {
                Refusal::Expired => Error::PlayExpired,
                Refusal::Forged => Error::PlayTokenRefused,
            })?;
        serde_json::from_slice::<Self>(&payload)
            .ok()
            .filter(|token| token.play_id == play_id)
            .ok_or(Error::PlayTokenRefused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 86_400_000;

    fn keys(secret: u8) -> Keys {
        Keys::new([[secret; 32]]).unwrap()
    }

    fn token() -> PlayToken {
        PlayToken {
            play_id: "play".to_owned(),
            track_id: "track".to_owned(),
            listener_tag: "tag".to_owned(),
            network_tag: None,
            is_simulated: false,
            is_present: true,
            started_at_ms: 1_000,
            duration_ms: 2,
        }
    }

    #[test]
    fn a_token_is_good_for_its_own_play_only() {
        let signed = token().sign(&keys(7));
        assert_eq!(
            PlayToken::read(&signed, &keys(7), "play", 1_000).unwrap(),
            token()
        );
        let refused = PlayToken::read(&signed, &keys(7), "other", 1_000);
        assert!(matches!(refused, Err(Error::PlayTokenRefused)));
        let refused = PlayToken::read(&signed, &keys(8), "play", 1_000);
        assert!(matches!(refused, Err(Error::PlayTokenRefused)));
    }

    #[test]
    fn a_token_is_good_for_a_day() {
        let signed = token().sign(&keys(7));
        assert!(PlayToken::read(&signed, &keys(7), "play", 1_000 + DAY_MS).is_ok());
        let late = PlayToken::read(&signed, &keys(7), "play", 1_001 + DAY_MS);
        assert!(matches!(late, Err(Error::PlayExpired)));
    }
}
