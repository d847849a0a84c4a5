//! The chart over HTTP.

use serde_json::json;

use crate::testing::{empty_app, insert_track};

const CHART: &str = "/api/music/v1/chart";

#[tokio::test]
async fn without_plays_there_are_no_ranks_and_the_newest_tracks_are_shown() {
    let app = empty_app().await;
    insert_track(app.database.connection(), "a", 200_000).await;
    let chart = app.get(CHART).await.json();
    assert_eq!(chart["entries"], json!([]));
    assert_eq!(chart["fallback"][0]["id"], "a");
    assert_eq!(chart["is_live"], true);
}
