use chassis::clock::Clock;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use super::Api;
use crate::store::entities::{search_gram, track, track_artist};
use crate::synthetic::Library;

/// Changes a track as ingest does: the row, then the index, in one transaction.
async fn change(api: &Api, id: &str, change: impl FnOnce(&mut track::ActiveModel)) {
    relink(api, id, Vec::new(), change).await;
}

/// Changes a track and takes away whose it is, or brings that back; gives whose it was.
async fn relink(
    api: &Api,
    id: &str,
    links: Vec<track_artist::Model>,
    change: impl FnOnce(&mut track::ActiveModel),
) -> Vec<track_artist::Model> {
    let database = &api.app.database;
    let row = track::Entity::find_by_id(id)
        .one(database.connection())
        .await
        .unwrap();
    let mut row = row.unwrap().into_active_model();
    change(&mut row);
    let writing = database.begin_write().await.unwrap();
    let before = crate::store::neighbours(&writing, id).await.unwrap();
    let row = row.update(&writing).await.unwrap();
    let of_track = || track_artist::Entity::find().filter(track_artist::Column::TrackId.eq(id));
    let old = of_track().all(&writing).await.unwrap();
    if row.deleted_at_ms.is_some() {
        let of_track = track_artist::Column::TrackId.eq(id);
        let links = track_artist::Entity::delete_many().filter(of_track);
        links.exec(&writing).await.unwrap();
    }
    for link in links {
        let link = link.into_active_model();
        track_artist::Entity::insert(link)
            .exec_without_returning(&writing)
            .await
            .unwrap();
    }
    crate::store::index_track(&writing, id, before)
        .await
        .unwrap();
    writing.commit().await.unwrap();
    old
}

async fn all_rows(api: &Api) -> Vec<search_gram::Model> {
    let connection = api.app.database.connection();
    let mut rows = search_gram::Entity::find().all(connection).await.unwrap();
    rows.sort();
    rows
}

async fn rebuild(api: &Api) {
    let mut after = String::new();
    while let Some(last) = api.store.rebuild_search_index_after(&after).await.unwrap() {
        after = last;
    }
}

#[tokio::test]
async fn a_new_title_is_found_and_the_old_one_is_not() {
    Api::on_each(&Library::new(12), |api| async move {
        let id = api.seeded.track_ids[3].clone();
        change(&api, &id, |row| row.title = Set("쿼카의 하루".to_owned())).await;
        let tracks = api.get("/search?q=쿼카").await.json()["tracks"].take();
        assert_eq!(tracks[0]["id"], id.as_str());
        change(&api, &id, |row| row.title = Set("Quokka".to_owned())).await;
        let result = api.get("/search?q=쿼카").await.json();
        assert!(result["top"].is_null(), "{result}");
        assert_eq!(
            api.get("/search?q=quok").await.json()["top"]["track"]["id"],
            id.as_str()
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_leaves_no_row_and_comes_back_whole() {
    Api::on_each(&Library::new(7), |api| async move {
        let before = all_rows(&api).await;
        let mut links = Vec::new();
        for id in &api.seeded.track_ids {
            let delete = |row: &mut track::ActiveModel| row.deleted_at_ms = Set(Some(1));
            links.push(relink(&api, id, Vec::new(), delete).await);
        }
        let rows = all_rows(&api).await;
        assert!(rows.iter().all(|row| row.kind == "version"), "{rows:?}");
        for (id, links) in api.seeded.track_ids.iter().zip(links) {
            let restore = |row: &mut track::ActiveModel| row.deleted_at_ms = Set(None);
            relink(&api, id, links, restore).await;
        }
        assert_eq!(all_rows(&api).await, before);
    })
    .await;
}

#[tokio::test]
async fn an_album_that_loses_its_last_track_is_not_found_any_more() {
    Api::on_each(&Library::new(21), |api| async move {
        let [album_id, other_id] = [2, 0].map(|index: usize| api.seeded.album_ids[index].clone());
        let track_id = api.seeded.track_ids[20].clone();
        change(&api, &track_id, |row| row.album_id = Set(Some(other_id))).await;
        let rows = all_rows(&api).await;
        assert!(rows.iter().all(|row| row.subject_id != album_id));
        assert!(rows.iter().any(|row| row.subject_id == track_id));
    })
    .await;
}

#[tokio::test]
async fn a_rebuild_of_a_lost_index_is_the_same_and_of_a_whole_one_changes_nothing() {
    Api::on_each(&Library::new(230), |api| async move {
        let before = all_rows(&api).await;
        rebuild(&api).await;
        assert_eq!(all_rows(&api).await, before);
        let connection = api.app.database.connection();
        search_gram::Entity::delete_many()
            .exec(connection)
            .await
            .unwrap();
        assert!(!api.store.is_search_index_current().await.unwrap());
        rebuild(&api).await;
        api.store.mark_search_index_current().await.unwrap();
        assert!(api.store.is_search_index_current().await.unwrap());
        assert_eq!(all_rows(&api).await, before);
    })
    .await;
}

#[tokio::test]
async fn a_library_indexed_by_other_rules_is_indexed_again_when_the_service_starts() {
    let (folder, database) = testkit::new_sqlite::<crate::store::Migrator>().await;
    let store = crate::store::Store::new(database.clone());
    store
        .seed(&Library::new(120), &Clock::manual(0))
        .await
        .unwrap();
    search_gram::Entity::delete_many()
        .exec(database.connection())
        .await
        .unwrap();
    let app = testkit::App::start_on(folder, database, |context| {
        crate::start(context, &crate::Config::default())
    });
    while !store.is_search_index_current().await.unwrap() {
        tokio::task::yield_now().await;
    }
    let result = app.get("/api/music/v1/search?q=a").await.json();
    assert!(!result["top"].is_null());
    app.stop().await;
}
