//! Two imports at once: what the one has not committed yet, the other waits for.

use std::future::ready;
use std::sync::atomic::AtomicU64;

use chassis::database::Database;
use lofty::tag::ItemKey::TrackTitle;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _,
    DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _,
};
use testkit::each_database;

use crate::Migrator;
use crate::ingest::fixtures::Shelf;
use crate::ingest::read::read_file;
use crate::ingest::walk::walk;
use crate::store::entities::{artist, search_gram, source, track, track_artist};
use crate::store::{NewTrack, Saved, Store, index_track, neighbours};

/// How many questions the database answers while the other one comes as far as it can; it asks a tenth of them.
const ROUND_TRIPS: usize = 200;

/// One track, and the paths it stands at.
struct Library {
    shelf: Shelf,
    database: Database,
    store: Store,
    track: track::Model,
    sources: Vec<source::Model>,
}

impl Library {
    async fn new(database: Database, names: &[&str]) -> Self {
        let shelf = Shelf::new(database.clone());
        for name in names {
            shelf.write_track(name, 440, &[(TrackTitle, "One")]);
        }
        shelf.import().await;
        let tracks = track::Entity::find().all(database.connection());
        let [track] = <[_; 1]>::try_from(tracks.await.unwrap()).unwrap();
        let sources = source::Entity::find().all(database.connection());
        Self {
            store: Store::new(database.clone()),
            sources: sources.await.unwrap(),
            track,
            shelf,
            database,
        }
    }

    /// Begins what every writer of a track does: it has the track's row before it looks at its paths.
    async fn begin(&self) -> DatabaseTransaction {
        let writing = self.database.begin_write().await.unwrap();
        let row = track::Entity::find_by_id(&self.track.id).lock_exclusive();
        row.one(&writing).await.unwrap().unwrap();
        writing
    }

    /// The file of the track, as an import reads it that finds it at another path.
    fn moved(&self) -> NewTrack {
        self.read(0, "moved")
    }

    /// A file of the shelf, as an import reads it that finds it under a name.
    fn read(&self, index: usize, name: &str) -> NewTrack {
        let candidate = walk(self.shelf.root(), usize::MAX, &AtomicU64::new(0))
            .candidates
            .remove(index);
        let read = read_file(self.shelf.root(), &candidate, 1_000_000).unwrap();
        let source = source::Model {
            path_hash: name.to_owned(),
            path: format!("{name}.wav"),
            ..self.sources[0].clone()
        };
        let (cover_id, key) = (self.track.cover_id.clone(), self.track.object_key.clone());
        read.into_track(source, cover_id.unwrap(), true, key)
    }

    /// Commits when the other one has come as far as it can. It must not have come to its end.
    async fn commit_beside<T>(
        &self,
        writing: DatabaseTransaction,
        other: impl Future<Output = T>,
    ) -> T {
        let mut other = Box::pin(other);
        let far_enough = async {
            for _ in 0..ROUND_TRIPS {
                let connection = self.database.connection();
                connection.execute_unprepared("SELECT 1").await.unwrap();
            }
        };
        tokio::select! {
            biased;
            _ = &mut other => panic!("it did not wait"),
            () = far_enough => {}
        }
        writing.commit().await.unwrap();
        other.await
    }

    async fn is_deleted(&self) -> bool {
        let row = track::Entity::find_by_id(&self.track.id);
        let row = row.one(self.database.connection()).await.unwrap();
        row.unwrap().deleted_at_ms.is_some()
    }
}

#[tokio::test]
async fn a_track_whose_two_paths_go_at_once_goes_with_them() {
    each_database::<Migrator>(async |database| {
        let library = Library::new(database, &["a.wav", "b.wav"]).await;
        let [one, other] = [0, 1].map(|at: usize| library.sources[at].path_hash.as_str());
        let writing = library.begin().await;
        source::Entity::delete_by_id(one)
            .exec(&writing)
            .await
            .unwrap();
        let deleted = library.store.delete_source(other, 1);
        assert!(library.commit_beside(writing, deleted).await.unwrap());
        assert!(library.is_deleted().await);
    })
    .await;
}

#[tokio::test]
async fn a_track_that_is_deleted_while_its_file_is_found_elsewhere_is_restored() {
    each_database::<Migrator>(async |database| {
        let library = Library::new(database, &["a.wav"]).await;
        let new = Box::new(library.moved());
        let writing = library.begin().await;
        source::Entity::delete_by_id(&library.sources[0].path_hash)
            .exec(&writing)
            .await
            .unwrap();
        let mut row = library.track.clone().into_active_model();
        row.deleted_at_ms = Set(Some(1));
        row.update(&writing).await.unwrap();
        let clock = &library.shelf.library.clock;
        let saved = library
            .store
            .save_track(&new, clock, &|all| Box::pin(ready(all)));
        let saved = Box::pin(library.commit_beside(writing, saved))
            .await
            .unwrap();
        assert_eq!(saved.saved, Saved::Restored);
        assert!(!library.is_deleted().await);
    })
    .await;
}

#[tokio::test]
async fn a_track_that_is_found_elsewhere_while_its_path_goes_stays() {
    each_database::<Migrator>(async |database| {
        let library = Library::new(database, &["a.wav"]).await;
        let moved = source::Model {
            path_hash: "moved".to_owned(),
            ..library.sources[0].clone()
        };
        let writing = library.begin().await;
        source::Entity::insert(moved.into_active_model().reset_all())
            .exec_without_returning(&writing)
            .await
            .unwrap();
        let deleted = library
            .store
            .delete_source(&library.sources[0].path_hash, 1);
        assert!(!library.commit_beside(writing, deleted).await.unwrap());
        assert!(!library.is_deleted().await);
    })
    .await;
}

#[tokio::test]
async fn an_artist_whose_last_track_goes_while_the_next_one_comes_is_found() {
    each_database::<Migrator>(async |database| {
        let library = Library::new(database.clone(), &["a.wav"]).await;
        library.shelf.write_track("b.wav", 550, &[]);
        let new = Box::new(library.read(1, "b"));
        let writing = library.begin().await;
        let around = neighbours(&writing, &library.track.id).await.unwrap();
        let mut row = library.track.clone().into_active_model();
        row.deleted_at_ms = Set(Some(1));
        row.update(&writing).await.unwrap();
        track_artist::Entity::delete_many()
            .exec(&writing)
            .await
            .unwrap();
        index_track(&writing, &library.track.id, around)
            .await
            .unwrap();
        let clock = &library.shelf.library.clock;
        let saved = library
            .store
            .save_track(&new, clock, &|all| Box::pin(ready(all)));
        let saved = Box::pin(library.commit_beside(writing, saved)).await;
        assert_eq!(saved.unwrap().saved, Saved::Added);
        let artists = artist::Entity::find().all(database.connection()).await;
        let [artist] = <[_; 1]>::try_from(artists.unwrap()).unwrap();
        let grams = search_gram::Entity::find()
            .filter(search_gram::Column::SubjectId.eq(artist.id))
            .all(database.connection())
            .await
            .unwrap();
        assert!(!grams.is_empty(), "{}", artist.name);
    })
    .await;
}
