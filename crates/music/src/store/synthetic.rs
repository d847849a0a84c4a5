//! Writes a made-up library, fast: for tests and benches only.

use std::collections::BTreeMap;
use std::time::Duration;

use chassis::clock::Clock;
use chassis::ids::new_id;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    IntoActiveModel, QueryOrder, QuerySelect, Statement,
};

use super::Store;
use super::entities::{
    album, album_artist, artist, chart_listener, chart_play, cover, genre, search_gram, track,
    track_artist, track_genre,
};
use super::search_index::{self, SearchKind};
use crate::plays::HOUR_MS;
use crate::synthetic::{GENRES, Library, Played};

/// Rows per statement: 28 columns of a track stay below every database's limit of parameters.
const ROWS_PER_INSERT: usize = 500;
/// Tables most of whose pages are not known to be visible to all: an index alone cannot answer for them. What another
/// session, such as PostgreSQL's own upkeep, may still see as it was is left for the next `VACUUM`.
const UNMARKED_TABLES: &str = "SELECT 1 FROM pg_class WHERE relkind = 'r' AND relallvisible < relpages / 2 \
     AND relnamespace = 'public'::regnamespace LIMIT 1";
const VACUUMS_MAX: usize = 60;
const VACUUM_PAUSE: Duration = Duration::from_secs(1);

/// The ids a library was given, in its own order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seeded {
    pub(crate) artist_ids: Vec<String>,
    pub(crate) album_ids: Vec<String>,
    pub(crate) genre_ids: Vec<String>,
    pub(crate) track_ids: Vec<String>,
}

impl Store {
    /// Writes the whole library in one transaction, beside what is there; each track is a second younger than the one before.
    pub(crate) async fn seed(&self, library: &Library, clock: &Clock) -> Result<Seeded, DbErr> {
        let now_ms = clock.now_ms();
        let ids = |count: usize| (0..count).map(|_| new_id(clock).to_string()).collect();
        let seeded = Seeded {
            artist_ids: ids(library.artists.len()),
            album_ids: ids(library.albums.len()),
            genre_ids: ids(GENRES.len()),
            track_ids: ids(library.tracks.len()),
        };
        let transaction = self.database.begin_write().await?;
        insert::<artist::Entity, _, _>(&transaction, artists(library, &seeded, now_ms)).await?;
        insert::<genre::Entity, _, _>(&transaction, genres(&seeded, now_ms)).await?;
        insert::<cover::Entity, _, _>(&transaction, covers(&seeded, now_ms)).await?;
        insert::<album::Entity, _, _>(&transaction, albums(library, &seeded, now_ms)).await?;
        insert::<album_artist::Entity, _, _>(&transaction, album_artists(library, &seeded)).await?;
        insert::<track::Entity, _, _>(&transaction, tracks(library, &seeded, now_ms)).await?;
        insert::<track_artist::Entity, _, _>(&transaction, track_artists(library, &seeded)).await?;
        insert::<track_genre::Entity, _, _>(&transaction, track_genres(library, &seeded)).await?;
        search_index::insert(&transaction, grams(library, &seeded)).await?;
        transaction.commit().await?;
        self.mark_search_index_current().await?;
        Ok(seeded)
    }

    /// Writes plays that counted, with their listeners, beside what is there.
    pub(crate) async fn seed_plays(
        &self,
        plays: Vec<Played>,
        track_count: usize,
        now_ms: i64,
    ) -> Result<(), DbErr> {
        let track_ids: Vec<String> = track::Entity::find()
            .select_only()
            .column(track::Column::Id)
            .order_by_asc(track::Column::Id)
            .limit(track_count as u64)
            .into_tuple()
            .all(self.database.connection())
            .await?;
        let mut keyed = BTreeMap::new();
        for play in plays {
            let at_ms = now_ms - play.ago_ms;
            let listener = format!("{:032x}", play.listener);
            let key = (track_ids[play.track].clone(), listener, at_ms / HOUR_MS);
            keyed.entry(key).or_insert(at_ms);
        }
        let mut listeners = BTreeMap::new();
        for ((track_id, listener, _), at_ms) in &keyed {
            let last = listeners.entry((track_id, listener)).or_insert(*at_ms);
            *last = (*last).max(*at_ms);
        }
        let listeners = listeners
            .into_iter()
            .map(|(key, at_ms)| chart_listener::Model {
                track_id: key.0.clone(),
                listener_tag: key.1.clone(),
                last_counted_at_ms: at_ms,
            });
        let plays = keyed.iter().map(|(key, at_ms)| chart_play::Model {
            track_id: key.0.clone(),
            listener_tag: key.1.clone(),
            hour: key.2,
            network_tag: None,
            counted_at_ms: *at_ms,
        });
        let transaction = self.database.begin_write().await?;
        insert::<chart_play::Entity, _, _>(&transaction, plays).await?;
        insert::<chart_listener::Entity, _, _>(&transaction, listeners).await?;
        transaction.commit().await
    }

    /// Does what PostgreSQL does by itself within a minute of so many rows; the others need nothing.
    pub(crate) async fn refresh_statistics(&self) -> Result<(), DbErr> {
        if self.database.backend() != DbBackend::Postgres {
            return Ok(());
        }
        let connection = self.database.connection();
        for _ in 0..VACUUMS_MAX {
            connection.execute_unprepared("VACUUM ANALYZE").await?;
            let unmarked = Statement::from_string(DbBackend::Postgres, UNMARKED_TABLES);
            if connection.query_one_raw(unmarked).await?.is_none() {
                return Ok(());
            }
            tokio::time::sleep(VACUUM_PAUSE).await;
        }
        Err(DbErr::Custom("VACUUM leaves pages unmarked".to_owned()))
    }
}

async fn insert<E, M, A>(
    transaction: &DatabaseTransaction,
    rows: impl Iterator<Item = M>,
) -> Result<(), DbErr>
where
    E: EntityTrait<Model = M>,
    M: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E>,
{
    let mut rows = rows.map(IntoActiveModel::into_active_model).peekable();
    while rows.peek().is_some() {
        E::insert_many(rows.by_ref().take(ROWS_PER_INSERT))
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

fn artists(library: &Library, seeded: &Seeded, now_ms: i64) -> impl Iterator<Item = artist::Model> {
    let names = library.artists.iter().zip(&seeded.artist_ids);
    names.map(move |(name, id)| artist::Model {
        id: id.clone(),
        name: name.clone(),
        name_key: format!("{} {id}", name.to_lowercase()),
        sort_key: crate::search::sort_key(name),
        created_at_ms: now_ms,
    })
}

fn genres(seeded: &Seeded, now_ms: i64) -> impl Iterator<Item = genre::Model> {
    let names = GENRES.iter().zip(&seeded.genre_ids);
    names.map(move |(name, id)| genre::Model {
        id: id.clone(),
        name: (*name).to_owned(),
        name_key: format!("{} {id}", name.to_lowercase()),
        created_at_ms: now_ms,
    })
}

/// Each album has a picture, called like it.
fn covers(seeded: &Seeded, now_ms: i64) -> impl Iterator<Item = cover::Model> {
    let ids = seeded.album_ids.iter();
    ids.map(move |id| cover::Model {
        id: id.clone(),
        is_generated: 0,
        created_at_ms: now_ms,
    })
}

fn albums(library: &Library, seeded: &Seeded, now_ms: i64) -> impl Iterator<Item = album::Model> {
    let albums = library.albums.iter().zip(&seeded.album_ids).zip(0..);
    albums.map(move |((album, id), number)| album::Model {
        id: id.clone(),
        album_key: format!("synthetic {id}"),
        title: album.title.clone(),
        sort_key: crate::search::sort_key(&album.title),
        released_on: album.released_on.clone(),
        cover_id: Some(id.clone()),
        gain_db: None,
        created_at_ms: now_ms + number * 1_000,
        updated_at_ms: now_ms + number * 1_000,
    })
}

fn album_artists(library: &Library, seeded: &Seeded) -> impl Iterator<Item = album_artist::Model> {
    let albums = library.albums.iter().zip(&seeded.album_ids);
    albums.map(|(album, id)| album_artist::Model {
        album_id: id.clone(),
        position: 0,
        artist_id: seeded.artist_ids[album.artist].clone(),
    })
}

fn tracks(library: &Library, seeded: &Seeded, now_ms: i64) -> impl Iterator<Item = track::Model> {
    let tracks = library.tracks.iter().zip(&seeded.track_ids).zip(0_i64..);
    tracks.map(move |((made, id), number)| track::Model {
        id: id.clone(),
        content_hash: format!("synthetic {id}"),
        audio_hash: format!("synthetic {id}"),
        title: made.title.clone(),
        sort_key: crate::search::sort_key(&made.title),
        album_id: Some(seeded.album_ids[made.album].clone()),
        disc_number: Some(1),
        track_number: Some(made.track_number),
        duration_ms: 120_000 + (number % 180) * 1_000,
        released_on: library.albums[made.album].released_on.clone(),
        composer: None,
        licence: Some("synthetic".to_owned()),
        copyright: None,
        lyrics_plain: None,
        lyrics_synced: None,
        gain_db: None,
        loudness_lufs: None,
        peak: None,
        waveform: None,
        cover_id: None,
        codec: "flac".to_owned(),
        media_type: "audio/flac".to_owned(),
        bit_rate_kbps: 900,
        sample_rate_hz: 44_100,
        channels: 2,
        size_bytes: 30_000_000,
        object_key: format!("synthetic/{id}"),
        created_at_ms: now_ms + number * 1_000,
        updated_at_ms: now_ms + number * 1_000,
        analysed_at_ms: None,
        deleted_at_ms: None,
    })
}

fn track_artists(library: &Library, seeded: &Seeded) -> impl Iterator<Item = track_artist::Model> {
    let tracks = library.tracks.iter().zip(&seeded.track_ids);
    tracks.map(|(made, id)| track_artist::Model {
        track_id: id.clone(),
        position: 0,
        artist_id: seeded.artist_ids[library.albums[made.album].artist].clone(),
    })
}

fn track_genres(library: &Library, seeded: &Seeded) -> impl Iterator<Item = track_genre::Model> {
    let tracks = library.tracks.iter().zip(&seeded.track_ids);
    tracks.map(|(made, id)| track_genre::Model {
        track_id: id.clone(),
        position: 0,
        genre_id: seeded.genre_ids[made.genre].clone(),
    })
}

/// In the order of the key, which is how a table is filled fastest.
fn grams(library: &Library, seeded: &Seeded) -> Vec<search_gram::Model> {
    let mut rows = Vec::new();
    for (index, (name, id)) in library.artists.iter().zip(&seeded.artist_ids).enumerate() {
        if library.albums.iter().all(|album| album.artist != index) {
            continue;
        }
        let grams = crate::search::of_name(name);
        rows.extend(
            grams
                .iter()
                .map(|row| search_index::to_row(SearchKind::Artist, id, row)),
        );
    }
    for (album, id) in library.albums.iter().zip(&seeded.album_ids) {
        let artist = library.artists[album.artist].as_str();
        let grams = search_index::of_album(&album.title, std::iter::once(artist));
        rows.extend(
            grams
                .iter()
                .map(|row| search_index::to_row(SearchKind::Album, id, row)),
        );
    }
    for (track, id) in library.tracks.iter().zip(&seeded.track_ids) {
        let album = &library.albums[track.album];
        let artist = library.artists[album.artist].as_str();
        let album = Some(album.title.as_str());
        let grams = search_index::of_track(&track.title, std::iter::once(artist), album);
        rows.extend(
            grams
                .iter()
                .map(|row| search_index::to_row(SearchKind::Track, id, row)),
        );
    }
    rows.sort();
    rows
}
