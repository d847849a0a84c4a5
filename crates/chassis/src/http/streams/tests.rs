use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use futures_util::FutureExt as _;
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http2::{Connection, SendRequest};
use hyper::server::conn::http1;
use hyper_util::rt::TokioExecutor;
use prometheus_client::metrics::counter::Counter;
use tokio::io::{DuplexStream, duplex};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::*;

impl Transport for DuplexStream {
    const IS_TLS: bool = true;

    async fn hears_more(&mut self) -> bool {
        true
    }

    async fn part(self) {}
}

/// The smallest window of a client: what it takes unread.
const WINDOW_BYTES: u32 = 64 << 10;
const LONG_BYTES: usize = 1 << 20;
const LIMIT: Duration = Duration::from_mins(1);

type Client = SendRequest<Empty<Bytes>>;
type Wire = Connection<TokioIo<DuplexStream>, Empty<Bytes>, TokioExecutor>;

/// A served connection: both ends of the client, the stop, and the server's task.
struct Connected {
    client: Client,
    wire: Option<Wire>,
    /// What the client does on its own.
    beside: JoinSet<()>,
    tasks: Tasks,
    stalled: Counter,
    served: JoinSet<()>,
    /// Lets `/gated` end.
    gate: watch::Sender<bool>,
}

fn routes(gate: watch::Receiver<bool>) -> Router {
    let gated = move || {
        let mut gate = gate.clone();
        let last = async move {
            gate.wait_for(|is_open| *is_open).await.unwrap();
            Ok::<_, std::io::Error>("the end")
        };
        async { Body::from_stream(last.into_stream()) }
    };
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/long", get(|| async { vec![b'x'; LONG_BYTES] }))
        .route(
            "/leave",
            get(|| async { ([("connection", "close")], "leave") }),
        )
        .route("/gated", get(gated))
}

async fn connect() -> Connected {
    let (near, far) = duplex(16 << 10);
    let (gate, is_open) = watch::channel(false);
    let (tasks, stalled) = (Tasks::default(), Counter::default());
    let serving = Serving {
        builder: http1::Builder::new(),
        app: routes(is_open).into(),
        idle_timeout: LIMIT,
        rest_after: Duration::ZERO,
        stopping: tasks.stopping().clone(),
    };
    let limit = SendLimit {
        timeout: LIMIT,
        stalled: stalled.clone(),
    };
    let streams = Streams::new(Arc::new(serving), tasks.clone(), Arc::new(limit));
    let mut served = JoinSet::new();
    served.spawn(async move { streams.serve(far, [192, 0, 2, 1].into()).await });
    let mut builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    builder.initial_stream_window_size(WINDOW_BYTES);
    let (client, wire) = builder.handshake(TokioIo::new(near)).await.unwrap();
    Connected {
        client,
        wire: Some(wire),
        beside: JoinSet::new(),
        tasks,
        stalled,
        served,
        gate,
    }
}

impl Connected {
    /// From now on what arrives is read.
    fn read_on(&mut self) {
        let wire = self.wire.take().unwrap();
        self.beside.spawn(wire.map(|_ended| ()));
    }

    fn ask(
        &mut self,
        path: &str,
    ) -> impl Future<Output = hyper::Result<Response<Incoming>>> + use<> {
        let request = Request::get(format!("https://music.test{path}"));
        self.client
            .send_request(request.body(Empty::new()).unwrap())
    }

    async fn text(&mut self, path: &str) -> String {
        let answer = self.ask(path).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let body = answer.into_body().collect().await.unwrap();
        String::from_utf8(body.to_bytes().to_vec()).unwrap()
    }

    async fn ended(&mut self) {
        self.served.join_next().await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn many_requests_are_answered_at_once_whole() {
    let mut connected = connect().await;
    connected.read_on();
    let gated = connected.ask("/gated").await.unwrap();
    for _ in 0..3 {
        assert_eq!(connected.text("/").await, "hello");
        assert_eq!(connected.text("/long").await, "x".repeat(LONG_BYTES));
    }
    let answer = connected.ask("/long").await.unwrap();
    assert_eq!(answer.headers()["content-length"], LONG_BYTES.to_string());
    connected.gate.send(true).unwrap();
    let body = gated.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "the end");
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_what_is_in_flight_end_and_takes_nothing_new() {
    let mut connected = connect().await;
    connected.read_on();
    let gated = connected.ask("/gated").await.unwrap();
    let tasks = connected.tasks.clone();
    let mut stop = JoinSet::new();
    stop.spawn(async move { tasks.stop(10 * LIMIT).await });
    // What is asked before the client was told is answered.
    while connected.ask("/").await.is_ok() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    connected.gate.send(true).unwrap();
    let body = gated.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "the end");
    connected.ended().await;
    assert!(stop.join_next().await.unwrap().unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_vanished_does_not_hold_a_stop_up() {
    let mut connected = connect().await;
    // The handshake and one request, and then nothing is read any more.
    let mut wire = connected.wire.take().unwrap();
    let asked = connected.ask("/");
    tokio::select! {
        answer = asked => assert!(answer.is_ok()),
        _ = &mut wire => {}
    }
    let started = Instant::now();
    assert!(connected.tasks.stop(10 * LIMIT).await);
    connected.ended().await;
    assert!(started.elapsed() <= 2 * GOODBYE, "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_ends_and_a_busy_one_does_not() {
    let mut connected = connect().await;
    connected.read_on();
    let started = Instant::now();
    for _ in 0..10 {
        tokio::time::sleep(LIMIT / 2).await;
        assert_eq!(connected.text("/").await, "hello");
    }
    let gated = connected.ask("/gated").await.unwrap();
    tokio::time::sleep(5 * LIMIT).await;
    connected.gate.send(true).unwrap();
    let body = gated.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "the end");
    assert!(10 * LIMIT <= started.elapsed());
    let silent = Instant::now();
    connected.ended().await;
    assert!(LIMIT / 2 <= silent.elapsed(), "{:?}", silent.elapsed());
    assert!(silent.elapsed() <= 2 * LIMIT + 2 * GOODBYE);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_closes_asks_the_client_to_leave_once_all_is_answered() {
    let mut connected = connect().await;
    connected.read_on();
    let gated = connected.ask("/gated").await.unwrap();
    let answer = connected.ask("/leave").await.unwrap();
    assert!(!answer.headers().contains_key("connection"));
    connected.gate.send(true).unwrap();
    let body = gated.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "the end");
    let body = answer.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "leave");
    connected.ended().await;
    assert!(connected.ask("/").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_stream_whose_client_takes_nothing_is_reset_and_the_others_go_on() {
    let mut connected = connect().await;
    connected.read_on();
    let stuck = connected.ask("/long").await.unwrap();
    let mut slow = connected.ask("/long").await.unwrap().into_body();
    let gated = connected.ask("/gated").await.unwrap();
    let mut taken = 0;
    while let Some(frame) = slow.frame().await {
        taken += frame.unwrap().into_data().unwrap().len();
        tokio::time::sleep(LIMIT / 20).await;
    }
    assert_eq!(taken, LONG_BYTES);
    assert_eq!(connected.stalled.get(), 1);
    assert!(stuck.into_body().collect().await.is_err());
    connected.gate.send(true).unwrap();
    let body = gated.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "the end");
}

#[tokio::test(start_paused = true)]
async fn a_second_signal_cuts_streams_off() {
    let mut connected = connect().await;
    connected.read_on();
    let gated = connected.ask("/gated").await.unwrap();
    connected.tasks.kill();
    assert!(!connected.tasks.stop(LIMIT).await);
    assert!(gated.into_body().collect().await.is_err());
}
