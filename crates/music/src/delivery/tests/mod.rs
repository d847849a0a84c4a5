//! Delivery through the router, over objects that can be counted, held up and broken.

mod answers;
mod away;
mod exactness;
mod hls;
mod limits;
mod objects;
mod renditions;
mod words;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode};
use chassis::clock::Clock;
use chassis::database::Database;
use chassis::lifecycle::Tasks;
use http_body_util::BodyExt as _;
use prometheus_client::registry::Registry;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, Set};
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;

use self::objects::TestObjects;
use super::Limits;
use crate::store::Migrator;
use crate::store::entities::{rendition, track};
use crate::{API_PREFIX, App, AppState, Config, api};

/// Fri, 13 Feb 2009 23:31:30 GMT, and a bit.
pub(crate) const NOW_MS: i64 = 1_234_567_890_123;

/// The service's API over a database in a temporary folder and objects in memory.
pub(crate) struct TestApp {
    pub(crate) router: Router,
    pub(crate) app: AppState,
    pub(crate) objects: TestObjects,
    pub(crate) clock: Clock,
    pub(crate) database: Database,
    pub(crate) registry: Registry,
    _folder: tempfile::TempDir,
}

/// An answer whose body was read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with_limits(Limits::default()).await
    }

    pub(crate) async fn with_limits(limits: Limits) -> Self {
        let (folder, database) = testkit::new_sqlite::<Migrator>().await;
        Self::on(folder, database, limits)
    }

    /// Over a database that is there already; what lies in files lies in `folder`.
    pub(crate) fn on(folder: tempfile::TempDir, database: Database, limits: Limits) -> Self {
        let objects = TestObjects::default();
        let clock = Clock::manual(NOW_MS);
        let mut registry = Registry::default();
        let context = chassis::service::Context {
            database: database.clone(),
            objects: objects.as_objects(),
            work: folder.path().join("work"),
            clock: clock.clone(),
            tasks: Tasks::default(),
            metrics: &mut registry,
        };
        let config = Config {
            limits,
            ..Config::default()
        };
        let app = App::new(context, &config);
        let (router, _openapi) = api::router()
            .with_state(AppState::clone(&app))
            .split_for_parts();
        Self {
            router,
            app,
            objects,
            clock,
            database,
            registry,
            _folder: folder,
        }
    }

    /// Stores a track with this original; answers its id.
    pub(crate) async fn add_track(&self, original: &[u8]) -> String {
        let id = chassis::ids::new_id(&self.clock).to_string();
        let content_hash = hex(original);
        let object_key = format!("originals/{content_hash}");
        self.put(&object_key, original).await;
        let row = track_row(&id, &content_hash, &object_key, original.len());
        self.insert(row.into_active_model()).await;
        id
    }

    /// Stores a rendition of a track made of an init part and fragments of 48 frames; answers its row.
    pub(crate) async fn add_rendition(
        &self,
        track_id: &str,
        bit_rate_kbps: i64,
        init: &[u8],
        fragments: &[&[u8]],
        frame_count: i64,
    ) -> rendition::Model {
        let id = chassis::ids::new_id(&self.clock).to_string();
        let object = [&[init], fragments].concat().concat();
        let object_key = format!("renditions/{id}.mp4");
        self.put(&object_key, &object).await;
        let fragment_bytes = fragments
            .iter()
            .flat_map(|fragment| u32::try_from(fragment.len()).unwrap().to_be_bytes());
        let row = rendition::Model {
            id,
            track_id: track_id.to_owned(),
            bit_rate_kbps,
            object_key,
            size_bytes: i64::try_from(object.len()).unwrap(),
            content_hash: hex(&object),
            sample_rate_hz: 48_000,
            init_bytes: i64::try_from(init.len()).unwrap(),
            fragment_frames: 48,
            frame_count,
            fragment_bytes: fragment_bytes.collect(),
            average_bps: bit_rate_kbps * 1000,
            peak_bps: bit_rate_kbps * 1100,
            created_at_ms: NOW_MS,
        };
        self.insert(row.clone().into_active_model()).await;
        row
    }

    /// Changes the row of a track.
    pub(crate) async fn change_track(
        &self,
        id: &str,
        change: impl FnOnce(&mut track::ActiveModel),
    ) {
        let connection = self.app.store.connection();
        let row = track::Entity::find_by_id(id).one(connection).await.unwrap();
        let mut row = row.unwrap().into_active_model();
        change(&mut row);
        row.update(connection).await.unwrap();
    }

    pub(crate) async fn put(&self, key: &str, bytes: &[u8]) {
        let bytes = Bytes::copy_from_slice(bytes);
        let put = self.objects.as_objects();
        put.put(key, bytes, "audio/mp4").await.unwrap();
    }

    pub(crate) async fn insert<A>(&self, row: A)
    where
        A: sea_orm::ActiveModelTrait + sea_orm::ActiveModelBehavior + Send,
        <A::Entity as sea_orm::EntityTrait>::Model: sea_orm::IntoActiveModel<A>,
    {
        row.insert(self.app.store.connection()).await.unwrap();
    }

    /// Sends a request and gives the answer with its body unread.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, &str)],
    ) -> Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{API_PREFIX}{path}"));
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends a GET and reads the answer to its end.
    pub(crate) async fn get(&self, path: &str, headers: &[(HeaderName, &str)]) -> Answer {
        Answer::read(self.send(Method::GET, path, headers).await).await
    }

    /// The value of a metric without labels, as `/metrics` shows it.
    pub(crate) fn metric(&self, line_start: &str) -> i64 {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).unwrap();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(line_start)?.strip_prefix(' '));
        line.map_or(0, |value| value.parse().unwrap())
    }
}

impl Answer {
    pub(crate) async fn read(response: Response<Body>) -> Self {
        let (head, body) = response.into_parts();
        Self {
            status: head.status,
            headers: head.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }

    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The `code` of a problem.
    pub(crate) fn code(&self) -> String {
        let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        problem["code"].as_str().unwrap().to_owned()
    }
}

/// Bytes that differ from place to place, so that a shift by one is seen.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_u32;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    })
    .take(length)
    .collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
}

fn track_row(id: &str, content_hash: &str, object_key: &str, size_bytes: usize) -> track::Model {
    track::Model {
        id: id.to_owned(),
        content_hash: content_hash.to_owned(),
        audio_hash: content_hash.to_owned(),
        title: "Aria".to_owned(),
        sort_key: "aria".to_owned(),
        album_id: None,
        disc_number: None,
        track_number: None,
        duration_ms: 1000,
        released_on: None,
        composer: None,
        licence: None,
        copyright: None,
        lyrics_plain: None,
        lyrics_synced: None,
        gain_db: None,
        loudness_lufs: None,
        peak: None,
        waveform: None,
        cover_id: None,
        codec: "vorbis".to_owned(),
        media_type: "audio/ogg".to_owned(),
        bit_rate_kbps: 192,
        sample_rate_hz: 48_000,
        channels: 2,
        size_bytes: i64::try_from(size_bytes).unwrap(),
        object_key: object_key.to_owned(),
        created_at_ms: NOW_MS,
        updated_at_ms: NOW_MS,
        analysed_at_ms: None,
        deleted_at_ms: None,
    }
}
