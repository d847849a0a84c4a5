//! Artists, albums and genres as tags name them: one row per normalised name, spelled as the first track spells it that
//! names it. A track whose tags change takes its spelling along.

use chassis::clock::Clock;
use chassis::ids;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use super::albums::live_album;
use super::artists::live_artist;
use super::entities::{
    album, album_artist, artist, cover, genre, track, track_artist, track_genre,
};
use super::genres::live_genre;
use super::imports::{NewAlbum, NewTrack};
use super::search_index::artist_ids_of_album;
use crate::ingest::text::name_key;
use crate::search::sort_key;

/// Finds or makes the album; gives it a real cover for a generated one, and follows a track that changed.
pub(super) async fn save_album(
    writing: &DatabaseTransaction,
    new: &NewAlbum,
    known_track: Option<&track::Model>,
    is_retagged: bool,
    clock: &Clock,
) -> Result<String, DbErr> {
    let now_ms = clock.now_ms();
    let found = album::Entity::find()
        .filter(album::Column::AlbumKey.eq(&new.key))
        .one(writing)
        .await?;
    let Some(mut row) = found else {
        return insert_album(writing, new, clock).await;
    };
    let before = row.clone();
    let had =
        |value: Option<&String>, of_track: Option<&String>| value.is_none() || value == of_track;
    let old_cover = known_track.and_then(|track| track.cover_id.as_ref());
    let is_album_cover_generated = match &row.cover_id {
        Some(id) => cover::Entity::find_by_id(id)
            .one(writing)
            .await?
            .is_none_or(|cover| cover.is_generated == 1),
        None => true,
    };
    if is_album_cover_generated
        || (!new.is_cover_generated && had(row.cover_id.as_ref(), old_cover))
    {
        row.cover_id = Some(new.cover_id.clone());
    }
    let old_date = known_track.and_then(|track| track.released_on.as_ref());
    if new.released_on.is_some() && had(row.released_on.as_ref(), old_date) {
        row.released_on.clone_from(&new.released_on);
    }
    let is_of_track = known_track.is_some_and(|track| track.album_id.as_ref() == Some(&row.id));
    if (is_retagged && is_of_track) || live_album(&row.id).one(writing).await?.is_none() {
        row.title.clone_from(&new.title);
        row.sort_key = sort_key(&new.title);
        let linked = artist_ids_of_album(writing, &row.id).await?;
        save_artists(writing, &new.artists, &linked, clock).await?;
    }
    if row != before {
        row.updated_at_ms = now_ms;
        row.clone()
            .into_active_model()
            .reset_all()
            .update(writing)
            .await?;
    }
    Ok(row.id)
}

async fn insert_album(
    writing: &DatabaseTransaction,
    new: &NewAlbum,
    clock: &Clock,
) -> Result<String, DbErr> {
    let now_ms = clock.now_ms();
    let row = album::Model {
        id: ids::new_id(clock).to_string(),
        album_key: new.key.clone(),
        title: new.title.clone(),
        sort_key: sort_key(&new.title),
        released_on: new.released_on.clone(),
        cover_id: Some(new.cover_id.clone()),
        gain_db: None,
        created_at_ms: now_ms,
        updated_at_ms: now_ms,
    };
    let id = row.id.clone();
    album::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(writing)
        .await?;
    let artist_ids = save_artists(writing, &new.artists, &[], clock).await?;
    let links = (0..)
        .zip(artist_ids)
        .map(|(position, artist_id)| album_artist::ActiveModel {
            album_id: Set(id.clone()),
            position: Set(position),
            artist_id: Set(artist_id),
        });
    album_artist::Entity::insert_many(links)
        .exec_without_returning(writing)
        .await?;
    Ok(id)
}

/// Writes the artists and genres of a track where they differ. Says whether they did.
pub(super) async fn save_names(
    writing: &DatabaseTransaction,
    track_id: &str,
    new: &NewTrack,
    is_retagged: bool,
    clock: &Clock,
) -> Result<bool, DbErr> {
    let linked_artists = linked_artists(writing, track_id).await?;
    let linked_genres = linked_genres(writing, track_id).await?;
    let following = |linked: &Vec<String>| {
        if is_retagged {
            linked.clone()
        } else {
            Vec::new()
        }
    };
    let respelled = following(&linked_artists);
    let artist_ids = save_artists(writing, &new.artists, &respelled, clock).await?;
    let respelled = following(&linked_genres);
    let mut genre_ids = Vec::new();
    for name in &new.genres {
        genre_ids.push(save_genre(writing, name, &respelled, clock).await?);
    }
    let genre_ids = distinct(genre_ids);
    let (artists_change, genres_change) =
        (linked_artists != artist_ids, linked_genres != genre_ids);
    if artists_change {
        link_artists(writing, track_id, artist_ids).await?;
    }
    if genres_change {
        link_genres(writing, track_id, genre_ids).await?;
    }
    Ok(artists_change || genres_change)
}

/// Two spellings of one name have one id.
fn distinct(ids: Vec<String>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::with_capacity(ids.len());
    for id in ids {
        if !distinct.contains(&id) {
            distinct.push(id);
        }
    }
    distinct
}

/// The artists of a track so far, in order.
async fn linked_artists(
    writing: &DatabaseTransaction,
    track_id: &str,
) -> Result<Vec<String>, DbErr> {
    track_artist::Entity::find()
        .select_only()
        .column(track_artist::Column::ArtistId)
        .filter(track_artist::Column::TrackId.eq(track_id))
        .order_by_asc(track_artist::Column::Position)
        .into_tuple()
        .all(writing)
        .await
}

/// The genres of a track so far, in order.
async fn linked_genres(
    writing: &DatabaseTransaction,
    track_id: &str,
) -> Result<Vec<String>, DbErr> {
    track_genre::Entity::find()
        .select_only()
        .column(track_genre::Column::GenreId)
        .filter(track_genre::Column::TrackId.eq(track_id))
        .order_by_asc(track_genre::Column::Position)
        .into_tuple()
        .all(writing)
        .await
}

async fn link_artists(
    writing: &DatabaseTransaction,
    track_id: &str,
    artist_ids: Vec<String>,
) -> Result<(), DbErr> {
    track_artist::Entity::delete_many()
        .filter(track_artist::Column::TrackId.eq(track_id))
        .exec(writing)
        .await?;
    let links = (0..)
        .zip(artist_ids)
        .map(|(position, artist_id)| track_artist::ActiveModel {
            track_id: Set(track_id.to_owned()),
            position: Set(position),
            artist_id: Set(artist_id),
        });
    track_artist::Entity::insert_many(links)
        .exec_without_returning(writing)
        .await?;
    Ok(())
}

async fn link_genres(
    writing: &DatabaseTransaction,
    track_id: &str,
    genre_ids: Vec<String>,
) -> Result<(), DbErr> {
    track_genre::Entity::delete_many()
        .filter(track_genre::Column::TrackId.eq(track_id))
        .exec(writing)
        .await?;
    let links = (0..)
        .zip(genre_ids)
        .map(|(position, genre_id)| track_genre::ActiveModel {
            track_id: Set(track_id.to_owned()),
            position: Set(position),
            genre_id: Set(genre_id),
        });
    track_genre::Entity::insert_many(links)
        .exec_without_returning(writing)
        .await?;
    Ok(())
}

/// Finds or makes the artists. `linked` are those of the same track or album before: they follow its spelling.
async fn save_artists(
    writing: &DatabaseTransaction,
    names: &[String],
    linked: &[String],
    clock: &Clock,
) -> Result<Vec<String>, DbErr> {
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        ids.push(save_artist(writing, name, linked, clock).await?);
    }
    Ok(distinct(ids))
}

async fn save_artist(
    writing: &DatabaseTransaction,
    name: &str,
    linked: &[String],
    clock: &Clock,
) -> Result<String, DbErr> {
    let key = name_key(name);
    let found = artist::Entity::find()
        .filter(artist::Column::NameKey.eq(&key))
        .one(writing)
        .await?;
    if let Some(found) = found {
        let id = found.id.clone();
        if found.name != name
            && (linked.contains(&id) || live_artist(&id).one(writing).await?.is_none())
        {
            let mut row = found.into_active_model();
            row.name = Set(name.to_owned());
            row.sort_key = Set(sort_key(name));
            row.update(writing).await?;
        }
        return Ok(id);
    }
    let row = artist::Model {
        id: ids::new_id(clock).to_string(),
        name: name.to_owned(),
        name_key: key,
        sort_key: sort_key(name),
        created_at_ms: clock.now_ms(),
    };
    let id = row.id.clone();
    artist::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(writing)
        .await?;
    Ok(id)
}

async fn save_genre(
    writing: &DatabaseTransaction,
    name: &str,
    linked: &[String],
    clock: &Clock,
) -> Result<String, DbErr> {
    let key = name_key(name);
    let found = genre::Entity::find()
        .filter(genre::Column::NameKey.eq(&key))
        .one(writing)
        .await?;
    if let Some(found) = found {
        let id = found.id.clone();
        if found.name != name
            && (linked.contains(&id) || live_genre(&id).one(writing).await?.is_none())
        {
            let mut row = found.into_active_model();
            row.name = Set(name.to_owned());
            row.update(writing).await?;
        }
        return Ok(id);
    }
    let row = genre::Model {
        id: ids::new_id(clock).to_string(),
        name: name.to_owned(),
        name_key: key,
        created_at_ms: clock.now_ms(),
    };
    let id = row.id.clone();
    genre::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(writing)
        .await?;
    Ok(id)
}
