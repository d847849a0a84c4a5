//! What was made of files and is lost is made again when it is asked for.

use futures_util::TryStreamExt as _;

use chassis::database::Database;

use super::sweep::prepare;
use crate::Migrator;
use crate::ingest::ImportOptions;
use crate::ingest::fixtures::Shelf;
use crate::store::{JobKind, Store};

async fn keys_below(shelf: &Shelf, folder: &str) -> Vec<String> {
    let listed = shelf.library.objects.list(folder);
    let objects: Vec<_> = listed.try_collect().await.unwrap();
    let mut keys: Vec<_> = objects.into_iter().map(|object| object.key).collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn a_thorough_import_makes_lost_covers_and_renditions_again() {
    testkit::each_database::<Migrator>(make_lost_ones_again).await;
}

async fn make_lost_ones_again(database: Database) {
    let shelf = Shelf::new(database);
    shelf.write_track("a.wav", 440, &[]);
    shelf.import().await;
    let store = Store::new(shelf.library.database.clone());
    prepare(&shelf, &store).await;
    let open = async || store.count_jobs(JobKind::Prepare).await.unwrap().open;
    let thorough = ImportOptions {
        is_thorough: true,
        ..ImportOptions::new(shelf.root())
    };
    let covers = keys_below(&shelf, "covers").await;
    assert_eq!(covers.len(), 3);
    shelf.import_with(&thorough).await;
    assert_eq!(open().await, 0, "nothing is lost");

    // One width of it is enough to be missed.
    let renditions = keys_below(&shelf, "renditions").await;
    let lost = [&covers[..1], &renditions].concat();
    for key in &lost {
        shelf.library.objects.delete(key).await.unwrap();
    }
    assert_eq!(shelf.import_with(&thorough).await.0.unchanged, 1);
    assert_eq!(keys_below(&shelf, "covers").await, covers);
    assert_eq!(open().await, 1);
    prepare(&shelf, &store).await;
    assert_eq!(open().await, 0);
    assert_eq!(keys_below(&shelf, "renditions").await, renditions);
    assert_eq!(shelf.import_with(&thorough).await.0.unchanged, 1);
    assert_eq!(open().await, 0, "nothing is lost any more");
}
