//! What tests of this crate share.

use sea_orm::{ActiveModelTrait as _, DatabaseConnection, Set};
use testkit::App;

use crate::store::entities::track;
use crate::{Config, Migrator, start};

/// The service in process, without any tracks; its clock starts at a full hour, 14:00 in Seoul.
pub(crate) async fn empty_app() -> App {
    app_set_up(Config::default()).await
}

/// The service in process with a configuration of its own.
pub(crate) async fn app_set_up(config: Config) -> App {
    App::start::<Migrator>(|context| start(context, &config)).await
}

/// Adds a track of a length.
pub(crate) async fn insert_track(connection: &DatabaseConnection, id: &str, duration_ms: i64) {
    let row = track::ActiveModel {
        id: Set(id.to_owned()),
        content_hash: Set(id.to_owned()),
        audio_hash: Set(id.to_owned()),
        title: Set(format!("Track {id}")),
        sort_key: Set(id.to_owned()),
        duration_ms: Set(duration_ms),
        codec: Set("flac".to_owned()),
        media_type: Set("audio/flac".to_owned()),
        bit_rate_kbps: Set(900),
        sample_rate_hz: Set(44_100),
        channels: Set(2),
        size_bytes: Set(1),
        object_key: Set(id.to_owned()),
        created_at_ms: Set(0),
        updated_at_ms: Set(0),
        album_id: Set(None),
        disc_number: Set(None),
        track_number: Set(None),
        released_on: Set(None),
        composer: Set(None),
        licence: Set(None),
        copyright: Set(None),
        lyrics_plain: Set(None),
        lyrics_synced: Set(None),
        gain_db: Set(None),
        loudness_lufs: Set(None),
        peak: Set(None),
        waveform: Set(None),
        cover_id: Set(None),
        analysed_at_ms: Set(None),
        deleted_at_ms: Set(None),
    };
    row.insert(connection).await.unwrap();
}
