//! The keys of plays: made once per installation, the network's once per day.

use std::sync::Mutex;

use chassis::signing::Keys as SigningKeys;
use sea_orm::DbErr;
use tokio::sync::OnceCell;

use crate::Store;

/// The name of the keys of listeners and plays.
const PLAYS_KEY: &str = "plays";
/// What the names of network keys begin with; the day follows.
const NETWORK_KEY_PREFIX: &str = "network-";
const DAY_MS: i64 = 86_400_000;
/// Network keys older than this are deleted: from then on nobody can say which network a tag meant.
const NETWORK_KEY_KEPT_MS: i64 = 2 * DAY_MS;

/// Reads the keys on first need, so that a replica starts while the database is away.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    plays: OnceCell<SigningKeys>,
    network: Mutex<Option<(i64, SigningKeys)>>,
}

impl Keys {
    /// The keys of listeners and plays.
    pub(super) async fn plays(&self, store: &Store, now_ms: i64) -> Result<&SigningKeys, DbErr> {
        let read = || store.get_or_create_keys(PLAYS_KEY, now_ms);
        self.plays.get_or_try_init(read).await
    }

    /// The tag of a network on this day (UTC). Its key is forgotten after two days, and with it what the tag meant.
    pub(super) async fn network_tag(
        &self,
        store: &Store,
        network: &[u8],
        now_ms: i64,
    ) -> Result<String, DbErr> {
        let day = now_ms.div_euclid(DAY_MS);
        if let Some(keys) = self.known_network_keys(day) {
            return Ok(tag(&keys, "network", network));
        }
        let name = format!("{NETWORK_KEY_PREFIX}{day}");
        let keys = store.get_or_create_keys(&name, now_ms).await?;
        let tag = tag(&keys, "network", network);
        *self.network.lock().expect("nobody panics while holding it") = Some((day, keys));
        Ok(tag)
    }

    fn known_network_keys(&self, day: i64) -> Option<SigningKeys> {
        let known = self.network.lock().expect("nobody panics while holding it");
        known
            .as_ref()
            .filter(|(of_day, _)| *of_day == day)
            .map(|(_, keys)| keys.clone())
    }
}

/// Deletes the keys of networks that are old enough, also where nobody plays any more.
pub(crate) async fn forget_networks(store: &Store, now_ms: i64) -> Result<(), DbErr> {
    let before_ms = now_ms - NETWORK_KEY_KEPT_MS;
    store
        .delete_keys_made_before(NETWORK_KEY_PREFIX, before_ms)
        .await
}

/// A keyed tag as it is stored: 32 hexadecimal digits.
pub(super) fn tag(keys: &SigningKeys, purpose: &str, value: &[u8]) -> String {
    let tag = keys.tag(purpose, value);
    format!("{:032x}", u128::from_be_bytes(tag))
}
