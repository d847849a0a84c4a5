//! An S3-compatible store that checks signatures, for tests and rigs: `s3s` over a folder, and the faults a store has.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use chassis::config::{Reader, Sources};
use chassis::lifecycle::Tasks;
use chassis::objects;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::host::SingleDomain;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use crate::identity::SESSION_TOKEN;

/// Who may read and write everything in the store.
pub const ACCESS_KEY_ID: &str = "haas-tests";
/// The secret that belongs to it.
pub const SECRET_ACCESS_KEY: &str = "a secret that only tests know";
/// The key of an identity, which the same secret belongs to, and a token.
pub(crate) const IDENTITY_KEY_ID: &str = "haas-identity";
/// A bucket that is there from the start.
pub const BUCKET: &str = "music";
/// Below it, the first part of a request's host is a bucket.
const DOMAIN: &str = "s3.example";

/// A store that runs until it is dropped.
#[derive(Debug)]
pub struct S3 {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it does wrong.
    pub faults: Arc<Faults>,
    tasks: Tasks,
    /// Removed with the store.
    folder: Option<TempDir>,
}

/// What a store does wrong, to be switched while it runs.
#[derive(Debug, Default)]
pub struct Faults {
    slow_ms: AtomicU64,
    fail_every: AtomicU64,
    damages_uploads: AtomicBool,
    request_count: AtomicU64,
    failed_count: AtomicU64,
}

impl Faults {
    /// Lets every answer wait so long; none for no time.
    pub fn slow(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.slow_ms.store(millis, Ordering::SeqCst);
    }

    /// Answers each so-manieth request with 500: 1 is every one, 0 none.
    pub fn fail_every(&self, requests: u64) {
        self.fail_every.store(requests, Ordering::SeqCst);
    }

    /// Lets the first byte of every body arrive as another.
    pub fn damage_uploads(&self, damages: bool) {
        self.damages_uploads.store(damages, Ordering::SeqCst);
    }

    /// How many requests there were, and how many of them were answered with 500.
    pub fn counts(&self) -> (u64, u64) {
        let read = |count: &AtomicU64| count.load(Ordering::SeqCst);
        (read(&self.request_count), read(&self.failed_count))
    }

    /// What becomes of one request: an answer instead of the store's, maybe after a while.
    async fn strike(&self) -> Option<StatusCode> {
        let number = self.request_count.fetch_add(1, Ordering::SeqCst) + 1;
        let slow_ms = self.slow_ms.load(Ordering::SeqCst);
        if slow_ms > 0 {
            tokio::time::sleep(Duration::from_millis(slow_ms)).await;
        }
        let every = self.fail_every.load(Ordering::SeqCst);
        let fails = every > 0 && number.is_multiple_of(every);
        self.failed_count.fetch_add(fails.into(), Ordering::SeqCst);
        fails.then_some(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl S3 {
    /// Starts an empty store with the bucket [`BUCKET`].
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut store = Self::serve(listener, folder.path());
        store.folder = Some(folder);
        store
    }

    /// Serves a folder until it is dropped; its folders are the buckets.
    pub fn serve(listener: TcpListener, folder: &Path) -> Self {
        let address = listener.local_addr().unwrap();
        std::fs::create_dir_all(folder.join(BUCKET)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder).unwrap());
        let mut keys = SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY);
        keys.register(IDENTITY_KEY_ID.to_owned(), SECRET_ACCESS_KEY.into());
        service.set_auth(keys);
        let domain = format!("{DOMAIN}:{}", address.port());
        service.set_host(SingleDomain::new(&domain).unwrap());
        let store = Self {
            address,
            faults: Arc::default(),
            tasks: Tasks::default(),
            folder: None,
        };
        let (service, faults, tasks) = (
            service.build(),
            Arc::clone(&store.faults),
            store.tasks.clone(),
        );
        store.tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (service, faults) = (service.clone(), Arc::clone(&faults));
                tasks.spawn(serve_connection(stream, service, faults));
            }
        });
        store
    }

    /// How a service reaches the bucket: all keys of the section `music` but those that say another.
    pub fn objects(&self) -> objects::Config {
        self.objects_with(&[])
    }

    /// As [`S3::objects`], with other values for some keys.
    pub fn objects_with(&self, changes: &[(&str, &str)]) -> objects::Config {
        let given = self.variables(changes).into_iter();
        let sources = Sources {
            file: None,
            environment: given.collect(),
            flags: Vec::new(),
        };
        let mut reader = Reader::open(sources);
        let data = Path::new("/nowhere");
        let config = objects::Config::read(&mut reader.section("music"), data, "music");
        reader.finish().unwrap();
        config
    }

    /// The variables by which `haas` reaches the bucket, with other values for some keys.
    pub fn variables(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let endpoint = format!("http://{}", self.address);
        let place = format!("s3://{BUCKET}");
        let mut keys = vec![
            ("objects", place.as_str()),
            ("objects_endpoint", &endpoint),
            ("objects_access_key_id", ACCESS_KEY_ID),
            ("objects_secret_access_key", SECRET_ACCESS_KEY),
        ];
        keys.retain(|(key, _)| changes.iter().all(|(changed, _)| changed != key));
        keys.extend(changes);
        let name = |key: &str| format!("HAAS_MUSIC__{}", key.to_uppercase());
        keys.into_iter()
            .map(|(key, value)| (name(key), value.to_owned()))
            .collect()
    }

    /// The endpoint by which requests name the bucket in their host: nobody resolves it.
    pub fn endpoint_of_hosts(&self) -> String {
        format!("http://{DOMAIN}:{}", self.address.port())
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.tasks.kill();
    }
}

impl Faults {
    async fn carry(&self, body: Incoming) -> Body {
        if !self.damages_uploads.load(Ordering::SeqCst) {
            return Body::new(body);
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        let mut bytes = Vec::from(bytes);
        if let Some(first) = bytes.first_mut() {
            *first = !*first;
        }
        Body::from(bytes)
    }
}

async fn serve_connection(stream: TcpStream, store: S3Service, faults: Arc<Faults>) {
    // Else the end of an answer waits for the acknowledgement of what came before it, up to 40 ms.
    stream.set_nodelay(true).unwrap();
    let service = service_fn(move |request: Request<Incoming>| {
        let (store, faults) = (store.clone(), Arc::clone(&faults));
        async move {
            if let Some(status) = faults.strike().await {
                let mut answer = Response::new(Body::empty());
                *answer.status_mut() = status;
                return Ok::<_, Infallible>(answer);
            }
            if lacks_token(&request) {
                let mut answer = Response::new(Body::empty());
                *answer.status_mut() = StatusCode::FORBIDDEN;
                return Ok(answer);
            }
            let (parts, body) = request.into_parts();
            let request = Request::from_parts(parts, faults.carry(body).await);
            Ok(store.oneshot(request).await.unwrap().map(Body::new))
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let _ended_by_either_side = connection.await;
}

/// Whether a request is signed with the key of an identity and does not bring its token: the store itself does not ask.
fn lacks_token(request: &Request<Incoming>) -> bool {
    let header = |name| request.headers().get(name)?.to_str().ok();
    let signed = header("authorization").unwrap_or_default();
    signed.contains(IDENTITY_KEY_ID) && header("x-amz-security-token") != Some(SESSION_TOKEN)
}
