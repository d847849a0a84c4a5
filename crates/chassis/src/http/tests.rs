use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use http_body_util::BodyExt as _;
use prometheus_client::registry::Registry;
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use super::*;
use crate::Problem;
use crate::clock::Clock;
use crate::lifecycle::{Readiness, Tasks};

mod routing;

const CONTENT_SECURITY: &str = "default-src 'self'; frame-ancestors 'none'";

#[derive(Deserialize)]
struct Play {
    track_id: String,
    heard_ms: u64,
}

#[derive(Deserialize)]
struct Filter {
    limit: Option<u64>,
}

fn routes() -> Routes {
    Routes::default()
        .route("/music/page", get(|| async { Html("가나다 ".repeat(1000)) }))
        .route("/media", get(media))
        .route("/encoded", get(|| async { encoded() }))
        .route("/tagged", get(|| async { ([("etag", "\"v1\"")], "x".repeat(5000)) }))
        .route("/shared", get(|| async { Shared("노래 ".repeat(1000)) }).post(|| async { Shared("made") }))
        .route("/events", get(|| async { ([("content-type", "text/event-stream")], "a".repeat(5000)) }))
        .route("/plays", post(|Json(play): Json<Play>| async move {
            format!("{} {}", play.track_id, play.heard_ms)
        }))
        .route("/list", get(|Query(filter): Query<Filter>| async move {
            format!("{:?}", filter.limit)
        }))
        .route("/api/music/v1/tracks/{id}", get(|Path(id): Path<u32>| async move { id.to_string() }))
        .route("/panic", get(panics))
        .route("/broken", get(|| async { Problem::internal(std::io::Error::other("hush")) }))
        .route("/slow", get(std::future::pending::<()>))
}

/// The same without an edge.
fn bare() -> Router {
    routes().split(&[]).0
}

async fn media() -> Response {
    ([("content-type", "audio/mp4")], vec![0; 5000]).into_response()
}

fn encoded() -> Response {
    let headers = [("content-type", "text/css"), ("content-encoding", "br")];
    (headers, vec![1; 5000]).into_response()
}

async fn panics() -> &'static str {
    panic!("on purpose")
}

struct Served {
    app: App,
    edge: Edge,
    readiness: Readiness,
    registry: Registry,
}

fn served(config: Config) -> Served {
    let mut registry = Registry::default();
    let readiness = Readiness::default();
    readiness.set_ready();
    let edge = Edge::new(
        config,
        Policy::new(CONTENT_SECURITY),
        Clock::manual(1_700_000_000_000),
        readiness.clone(),
        HttpMetrics::register(&mut registry),
        vec!["music"],
    );
    let app = App::new(routes(), edge.clone());
    Served {
        app,
        edge,
        readiness,
        registry,
    }
}

async fn ask(request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
    let response = served(Config::default())
        .app
        .oneshot(request)
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, body.to_vec())
}

fn get_of(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn post_of(body: impl Into<Body>) -> Request<Body> {
    Request::post("/plays")
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap()
}

async fn problem_of(request: Request<Body>) -> (StatusCode, serde_json::Value) {
    let (status, headers, body) = ask(request).await;
    assert_eq!(headers["content-type"], "application/problem+json");
    let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        document["request_id"],
        headers["x-request-id"].to_str().unwrap()
    );
    assert_eq!(document["status"], status.as_u16());
    (status, document)
}

#[tokio::test]
async fn an_unknown_path_is_a_problem() {
    let (status, document) = problem_of(get_of("/nowhere")).await;
    assert_eq!(status, 404);
    assert_eq!(document["code"], "not_found");
}

#[tokio::test]
async fn a_wrong_method_is_a_problem_that_says_what_is_allowed() {
    let request = Request::delete("/plays").body(Body::empty()).unwrap();
    let (status, headers, body) = ask(request).await;
    assert_eq!(status, 405);
    assert_eq!(headers["allow"], "POST");
    let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(document["code"], "method_not_allowed");
}

#[tokio::test]
async fn broken_json_is_400_and_a_wrong_field_is_422_with_its_place() {
    let (status, document) = problem_of(post_of("{")).await;
    assert_eq!(
        (status.as_u16(), &document["code"]),
        (400, &"invalid".into())
    );
    let (status, document) = problem_of(post_of(r#"{"track_id":"a","heard_ms":"x"}"#)).await;
    assert_eq!(status, 422);
    assert_eq!(document["errors"][0]["pointer"], "#/heard_ms");
    let (status, document) = problem_of(post_of(r#" ["a",1]"#)).await;
    assert_eq!(
        (status.as_u16(), &document["errors"][0]["pointer"]),
        (422, &"#".into())
    );
    let (status, _) = problem_of(post_of(r#"{"track_id":"a","heard_ms":1} tail"#)).await;
    assert_eq!(status, 400);
    let (status, _, body) = ask(post_of(r#"{"track_id":"a","heard_ms":1}"#)).await;
    assert_eq!((status.as_u16(), &body[..]), (200, &b"a 1"[..]));
}

#[tokio::test]
async fn a_body_without_the_json_type_is_415() {
    let request = Request::post("/plays").body(Body::from("{}")).unwrap();
    let (status, document) = problem_of(request).await;
    assert_eq!(status, 415);
    assert_eq!(document["detail"], "send content-type: application/json");
}

#[tokio::test]
async fn an_oversized_body_is_413_also_when_it_hides_its_size() {
    let (status, document) = problem_of(post_of(vec![b' '; (1 << 20) + 1])).await;
    assert_eq!(
        (status.as_u16(), &document["code"]),
        (413, &"too_large".into())
    );
    let chunks = (0..1025).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1024]));
    let body = Body::from_stream(futures_util::stream::iter(chunks));
    let (status, _) = problem_of(post_of(body)).await;
    assert_eq!(status, 413);
}

#[tokio::test]
async fn a_bad_query_names_the_parameter() {
    let (status, document) = problem_of(get_of("/list?limit=many")).await;
    assert_eq!(status, 400);
    assert_eq!(document["errors"][0]["pointer"], "limit");
}

#[tokio::test]
async fn a_path_that_nothing_can_have_is_404() {
    let (status, _) = problem_of(get_of("/api/music/v1/tracks/abc")).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_panic_and_a_broken_dependency_are_500_without_the_reason() {
    for path in ["/panic", "/broken"] {
        let (status, document) = problem_of(get_of(path)).await;
        assert_eq!(status, 500, "{path}");
        assert_eq!(document["detail"], serde_json::Value::Null, "{path}");
        assert!(!document.to_string().contains("hush"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_answers_is_503() {
    let (status, document) = problem_of(get_of("/slow")).await;
    assert_eq!(status, 503);
    assert_eq!(document["detail"], "the answer took too long");
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_at_once_are_shed_with_a_time_to_come_back() {
    let config = Config {
        in_flight_max: 1,
        ..Config::default()
    };
    let served = served(config);
    let mut slow = JoinSet::new();
    slow.spawn(served.app.clone().oneshot(get_of("/slow")));
    tokio::task::yield_now().await;
    let response = served.app.clone().oneshot(get_of("/list")).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(
        slow.join_next().await.unwrap().unwrap().unwrap().status(),
        503
    );
    let response = served.app.oneshot(get_of("/list")).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(served.edge.metrics().shed.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_network_leaves_room_for_the_others() {
    let config = Config {
        in_flight_max: 2,
        ..Config::default()
    };
    let app = served(config).app;
    let from = |path: &str, address: [u8; 4]| {
        let mut request = get_of(path);
        request.extensions_mut().insert(PeerAddress(address.into()));
        app.clone().oneshot(request)
    };
    let mut slow = JoinSet::new();
    slow.spawn(from("/slow", [192, 0, 2, 1]));
    tokio::task::yield_now().await;
    assert_eq!(from("/list", [192, 0, 2, 9]).await.unwrap().status(), 503);
    assert_eq!(
        from("/list", [198, 51, 100, 1]).await.unwrap().status(),
        200
    );
}

#[tokio::test(start_paused = true)]
async fn the_page_of_an_error_has_the_limits_of_an_answer() {
    let config = Config {
        in_flight_max: 1,
        ..Config::default()
    };
    let served = served(config);
    served.edge.show_errors(ErrorPages::new(|_parts, _status| {
        std::future::pending::<Response>()
    }));
    let browser = |path: &str| {
        let mut request = get_of(path);
        let accept = "text/html".parse().unwrap();
        request.headers_mut().insert(header::ACCEPT, accept);
        served.app.clone().oneshot(request)
    };
    let mut hanging = JoinSet::new();
    hanging.spawn(browser("/nowhere"));
    tokio::task::yield_now().await;
    let response = served.app.clone().oneshot(get_of("/list")).await.unwrap();
    assert_eq!(response.status(), 503);
    let hung = hanging.join_next().await.unwrap().unwrap().unwrap();
    assert_eq!(hung.status(), 503);
    let response = served.app.clone().oneshot(get_of("/list")).await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_browser_is_shown_a_page_for_every_error_and_what_headers_say_stays() {
    let served = served(Config::default());
    served
        .edge
        .show_errors(ErrorPages::new(|parts, status| async move {
            Html(format!("{} {}", parts.uri.path(), status.as_u16())).into_response()
        }));
    let delete = Request::delete("/plays").body(Body::empty()).unwrap();
    for (mut request, shown) in [
        (get_of("/nowhere"), "/nowhere 404"),
        (delete, "/plays 405"),
        (post_of(vec![b' '; (1 << 20) + 1]), "/plays 413"),
        (get_of("/panic"), "/panic 500"),
        (get_of("/slow"), "/slow 503"),
    ] {
        let accept = "text/html, */*;q=0.8".parse().unwrap();
        request.headers_mut().insert(header::ACCEPT, accept);
        let response = served.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        assert!(shown.ends_with(parts.status.as_str()), "{shown}");
        assert_eq!(parts.headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(parts.headers["cache-control"], "no-store");
        assert!(parts.headers.contains_key("x-request-id"));
        assert!(parts.headers.contains_key("content-security-policy"));
        let says = |name: &str| parts.headers.contains_key(name);
        assert_eq!(says("allow"), parts.status == 405, "{shown}");
        assert_eq!(says("retry-after"), parts.status == 503, "{shown}");
        assert_eq!(body.collect().await.unwrap().to_bytes(), shown);
    }
    let (status, headers, _) = ask(get_of("/nowhere")).await;
    assert_eq!(status, 404);
    assert_eq!(headers["content-type"], "application/problem+json");
}

async fn encoding_of(path: &str, method: Method) -> HeaderMap {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("accept-encoding", "gzip, br")
        .body(Body::empty())
        .unwrap();
    ask(request).await.1
}

#[tokio::test]
async fn text_is_compressed_and_media_events_and_encoded_answers_are_not() {
    let headers = encoding_of("/music/page", Method::GET).await;
    assert_eq!(headers["content-encoding"], "br");
    assert_eq!(headers["vary"], "accept-encoding");
    for path in ["/media", "/events", "/list"] {
        let headers = encoding_of(path, Method::GET).await;
        assert!(!headers.contains_key("content-encoding"), "{path}");
    }
    let (_, headers, body) = ask(get_of("/encoded")).await;
    assert_eq!(
        (headers["content-encoding"].as_bytes(), body),
        (&b"br"[..], vec![1; 5000])
    );
}

#[tokio::test]
async fn a_compressed_answer_has_a_weak_tag() {
    let headers = encoding_of("/tagged", Method::GET).await;
    assert_eq!(headers["etag"], "W/\"v1\"");
    let (_, headers, _) = ask(get_of("/tagged")).await;
    assert_eq!(headers["etag"], "\"v1\"");
}

#[tokio::test]
async fn a_shared_answer_has_one_weak_tag_and_is_not_sent_to_who_has_it() {
    let plain = ask(get_of("/shared")).await.1;
    let tag = plain["etag"].to_str().unwrap().to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    assert_eq!(plain["cache-control"], "public, max-age=1");
    let encoded = encoding_of("/shared", Method::GET).await;
    assert_eq!(encoded["content-encoding"], "br");
    for headers in [&plain, &encoded] {
        let values: Vec<_> = headers.get_all("vary").iter().collect();
        assert_eq!(values, ["accept-encoding"]);
        assert_eq!(headers["etag"], tag.as_str());
    }
    let strong = tag.trim_start_matches("W/");
    let several = format!("\"x\", {tag}");
    for held in [tag.as_str(), strong, several.as_str(), "*"] {
        for method in [Method::GET, Method::HEAD] {
            let request = Request::builder().method(method).uri("/shared");
            let request = request.header("if-none-match", held);
            let (status, headers, body) = ask(request.body(Body::empty()).unwrap()).await;
            assert_eq!((status.as_u16(), body.len()), (304, 0), "{held}");
            assert_eq!(headers["etag"], tag.as_str());
            assert_eq!(headers["cache-control"], "public, max-age=1");
            assert_eq!(headers["vary"], "accept-encoding");
            assert!(!headers.contains_key("content-type"));
        }
    }
    for (method, held) in [(Method::GET, "\"x\""), (Method::POST, "*")] {
        let request = Request::builder().method(method).uri("/shared");
        let request = request.header("if-none-match", held);
        let (status, ..) = ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(status, 200, "{held}");
    }
}

#[tokio::test]
async fn pages_have_the_policy_and_nothing_else_has() {
    let (_, headers, _) = ask(get_of("/music/page")).await;
    assert_eq!(headers["content-security-policy"], CONTENT_SECURITY);
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["referrer-policy"], "same-origin");
    let (_, headers, _) = ask(get_of("/media")).await;
    assert!(!headers.contains_key("content-security-policy"));
    assert_eq!(headers["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn metrics_have_the_route_template_and_never_the_path() {
    let served = served(Config::default());
    for path in ["/api/music/v1/tracks/17", "/nowhere/17"] {
        let _answer = served.app.clone().oneshot(get_of(path)).await.unwrap();
    }
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &served.registry).unwrap();
    let count = "http_server_request_duration_seconds_count";
    let template = format!(
        "{count}{{service=\"music\",http_request_method=\"GET\",http_route=\"/api/music/v1/tracks/{{id}}\",http_response_status_code=\"200\"}} 1"
    );
    assert!(text.contains(&template), "{text}");
    let unmatched = format!(
        "{count}{{service=\"server\",http_request_method=\"GET\",http_route=\"unmatched\",http_response_status_code=\"404\"}} 1"
    );
    assert!(text.contains(&unmatched), "{text}");
    assert!(!text.contains("17\""), "{text}");
}

#[tokio::test]
async fn while_stopping_answers_close_the_connection() {
    let served = served(Config::default());
    served.readiness.set_stopping();
    let response = served.app.oneshot(get_of("/list")).await.unwrap();
    assert_eq!(
        response.headers()["connection"],
        HeaderValue::from_static("close")
    );
}

async fn listen(config: Config, app: impl Into<App>) -> (TcpStream, std::net::SocketAddr, Tasks) {
    let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let tasks = Tasks::default();
    let metrics = HttpMetrics::register(&mut Registry::default());
    let (app, serving) = (app.into(), tasks.clone());
    tasks.spawn(async move { serve_with(listener, app, serving, &config, metrics).await });
    (TcpStream::connect(address).await.unwrap(), address, tasks)
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn a_stop_lets_an_answer_in_flight_end() {
    let (begun, has_begun) = tokio::sync::oneshot::channel::<()>();
    let begun = std::sync::Arc::new(std::sync::Mutex::new(Some(begun)));
    let (go_on, gate) = tokio::sync::watch::channel(false);
    let routes = Router::new().route(
        "/stream",
        get(move || async move {
            let begun = begun.lock().unwrap().take().unwrap();
            begun.send(()).unwrap();
            let mut gate = gate.clone();
            let last = async move {
                gate.wait_for(|open| *open).await.unwrap();
                Ok::<_, std::io::Error>("the end")
            };
            Body::from_stream(futures_util::stream::once(last))
        }),
    );
    let (mut stream, _, tasks) = listen(Config::default(), routes).await;
    stream
        .write_all(b"GET /stream HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    has_begun.await.unwrap();
    let mut stop = JoinSet::new();
    let stopped = tasks.clone();
    stop.spawn(async move { stopped.stop(Duration::from_secs(20)).await });
    tasks.stopping().cancelled().await;
    go_on.send(true).unwrap();
    assert!(read_all(&mut stream).await.contains("the end"));
    let in_time = stop.join_next().await.unwrap().unwrap();
    assert!(in_time, "the stop had to cut a connection off");
}

#[tokio::test]
async fn an_idle_connection_does_not_delay_a_stop() {
    let (mut stream, _, tasks) = listen(Config::default(), bare()).await;
    stream
        .write_all(b"GET /list HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut some = [0; 16];
    stream.read_exact(&mut some).await.unwrap();
    assert!(tasks.stop(Duration::from_secs(20)).await);
}

#[tokio::test]
async fn a_connection_too_many_is_told_so_in_a_well_formed_answer() {
    let config = Config {
        connections_max: 1,
        ..Config::default()
    };
    let (mut first, address, _tasks) = listen(config, bare()).await;
    first
        .write_all(b"GET /list HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut some = [0; 16];
    first.read_exact(&mut some).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    let answer = read_all(&mut second).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{answer}"
    );
    let document: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(document["code"], "unavailable");
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let config = Config {
        idle_timeout: Duration::from_millis(50),
        ..Config::default()
    };
    let (mut stream, _, _tasks) = listen(config, bare()).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
    read_all(&mut stream).await;
}

#[tokio::test]
async fn accepted_connections_inherit_no_delay() {
    let listener: TcpListener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let _client = TcpStream::connect(address).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    assert!(accepted.nodelay().unwrap());
    let socket = socket2::SockRef::from(&accepted);
    assert_eq!(socket.tcp_notsent_lowat().unwrap(), 32 << 10);
}

#[tokio::test]
async fn readiness_and_metrics_are_told_to_the_operator() {
    let served = served(Config::default());
    let admin = admin_router(Admin {
        readiness: served.readiness.clone(),
        metrics: std::sync::Arc::new(served.registry.into()),
        config: "[http]\n".into(),
    });
    let status = |path: &'static str| {
        let admin = admin.clone();
        async move { admin.oneshot(get_of(path)).await.unwrap().status().as_u16() }
    };
    assert_eq!(status("/live").await, 200);
    assert_eq!(status("/ready").await, 200);
    assert_eq!(status("/metrics").await, 200);
    let (status_of_nothing, document) = {
        let answer = admin.clone().oneshot(get_of("/nope")).await.unwrap();
        (
            answer.status().as_u16(),
            answer.into_body().collect().await.unwrap().to_bytes(),
        )
    };
    assert_eq!(status_of_nothing, 404);
    assert!(document.starts_with(b"{"));
    let post = Request::post("/live").body(Body::empty()).unwrap();
    let answer = admin.clone().oneshot(post).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    served.readiness.set_stopping();
    assert_eq!(status("/ready").await, 503);
    assert_eq!(status("/live").await, 200);
}
