use axum::Router;
use axum::routing::{get, post};
use prometheus_client::metrics::counter::Counter;
use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::super::limited::SendLimit;
use super::super::listener::NOT_SENT_LOW_WATER_BYTES;
use super::*;

/// A served connection: the client's end, the stop, and the server's task.
struct Connected {
    client: TcpStream,
    stopping: CancellationToken,
    served: JoinSet<()>,
}

fn routes() -> Router {
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/echo", post(|body: String| async move { body }))
        .route("/ignore", post(|| async { "ignored" }))
        .route("/long", get(|| async { vec![b'x'; 4 << 20] }))
        .route("/longer", get(|| async { vec![b'x'; 32 << 20] }))
}

async fn connect(idle_timeout: Duration) -> Connected {
    connect_resting(idle_timeout, Duration::ZERO).await
}

async fn connect_resting(idle_timeout: Duration, rest_after: Duration) -> Connected {
    connect_limited(idle_timeout, rest_after, no_send_limit()).await
}

fn no_send_limit() -> SendLimit {
    SendLimit {
        timeout: PATIENCE,
        stalled: Counter::default(),
    }
}

async fn connect_limited(
    idle_timeout: Duration,
    rest_after: Duration,
    send_limit: SendLimit,
) -> Connected {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap());
    let (client, accepted) = tokio::join!(client, listener.accept());
    let (stream, peer) = accepted.unwrap();
    let socket = SockRef::from(&stream);
    socket
        .set_tcp_notsent_lowat(NOT_SENT_LOW_WATER_BYTES)
        .unwrap();
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(None);
    let stopping = CancellationToken::new();
    let serving = Arc::new(Serving {
        builder,
        app: routes().into(),
        idle_timeout,
        rest_after,
        stopping: stopping.clone(),
    });
    let mut served = JoinSet::new();
    let stream = Limited::new(stream, send_limit.into());
    served.spawn(serve_connection(serving, stream, peer.ip()));
    Connected {
        client: client.unwrap(),
        stopping,
        served,
    }
}

/// Long enough that no test waits for it.
const PATIENCE: Duration = Duration::from_mins(5);

impl Connected {
    async fn send(&mut self, text: &str) {
        self.client.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads until the text ends like this.
    async fn read_until(&mut self, end: &str) -> String {
        let mut text = Vec::new();
        while !text.ends_with(end.as_bytes()) {
            let read = self.client.read_buf(&mut text).await.unwrap();
            assert_ne!(read, 0, "{}", String::from_utf8_lossy(&text));
        }
        String::from_utf8(text).unwrap()
    }
}

const HELLO: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

fn echo(body: &str) -> String {
    let length = body.len();
    format!(
        "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: keep-alive\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn requests_follow_each_other_with_and_without_bodies() {
    for rest_after in [0, 1, 1_000] {
        let rest_after = Duration::from_millis(rest_after);
        follow_each_other(connect_resting(PATIENCE, rest_after).await).await;
    }
}

async fn follow_each_other(mut connected: Connected) {
    for number in 0..20 {
        connected.send(HELLO).await;
        connected.read_until("hello").await;
        let body = format!("number {number}");
        connected.send(&echo(&body)).await;
        connected.read_until(&body).await;
        let chunked = "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
        connected.send(chunked).await;
        connected.send("3\r\nabc\r\n0\r\n\r\n").await;
        connected.read_until("abc").await;
    }
}

#[tokio::test]
async fn requests_that_come_together_or_in_pieces_are_all_answered() {
    let mut connected = connect(PATIENCE).await;
    let together = format!("{HELLO}{}{HELLO}GET / HT", echo("between"));
    connected.send(&together).await;
    let answers = connected.read_until("hello").await;
    let answers = if answers.matches("HTTP/1.1 200").count() < 3 {
        answers + &connected.read_until("hello").await
    } else {
        answers
    };
    assert!(answers.contains("between"), "{answers}");
    for piece in ["TP/1.1\r\n", "host: x\r\n", "\r\n"] {
        connected.send(piece).await;
    }
    connected.read_until("hello").await;
}

#[tokio::test]
async fn a_body_that_nobody_reads_does_not_become_the_next_request() {
    let mut connected = connect(PATIENCE).await;
    let body = HELLO.repeat(3);
    let length = body.len();
    let head = format!("POST /ignore HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
    connected.send(&head).await;
    connected.read_until("ignored").await;
    connected.send(&body).await;
    let mut rest = String::new();
    // The server may go on or hang up; it must not take the body for requests.
    connected.client.shutdown().await.unwrap();
    let _reset = connected.client.read_to_string(&mut rest).await;
    assert!(!rest.contains("hello"), "{rest}");
}

#[tokio::test]
async fn an_answer_is_whole_however_slowly_it_is_taken() {
    let mut connected = connect(PATIENCE).await;
    for _ in 0..2 {
        connected
            .send("GET /long HTTP/1.1\r\nhost: x\r\n\r\n")
            .await;
        let mut taken = Vec::new();
        while !taken.ends_with(b"\r\n\r\n") {
            taken.push(connected.client.read_u8().await.unwrap());
        }
        let mut body = vec![0; 4 << 20];
        connected.client.read_exact(&mut body).await.unwrap();
        assert!(body.iter().all(|byte| *byte == b'x'));
    }
}

#[tokio::test]
async fn a_connection_at_rest_ends_with_the_stop_its_time_and_its_client() {
    let mut stopped = connect(PATIENCE).await;
    stopped.send(HELLO).await;
    stopped.read_until("hello").await;
    stopped.stopping.cancel();
    stopped.served.join_next().await.unwrap().unwrap();

    let mut silent = connect(Duration::from_millis(300)).await;
    silent.send(HELLO).await;
    silent.read_until("hello").await;
    silent.served.join_next().await.unwrap().unwrap();

    let mut left = connect(PATIENCE).await;
    left.send(HELLO).await;
    left.read_until("hello").await;
    drop(left.client);
    left.served.join_next().await.unwrap().unwrap();
}

#[tokio::test]
async fn a_head_that_does_not_come_whole_ends_the_connection() {
    for before in [None, Some(HELLO)] {
        // It never rests, so that nothing but the limit ends it.
        let mut connected = connect_resting(Duration::from_millis(300), PATIENCE).await;
        if let Some(request) = before {
            connected.send(request).await;
            connected.read_until("hello").await;
        }
        connected.send("GET / HTTP/1.1\r\nhost: ").await;
        connected.served.join_next().await.unwrap().unwrap();
        let mut rest = Vec::new();
        connected.client.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"", "{before:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_quiet_only_when_nothing_new_has_begun_for_the_whole_time() {
    let mut quiet = Quiet::new(Duration::from_millis(20));
    let mut begun = 0;
    let started = Instant::now();
    poll_fn(|context| {
        // A request with every look, until the fourth.
        begun = 3.min(begun + 1);
        quiet.poll_since(begun, context)
    })
    .await;
    assert_eq!(started.elapsed(), Duration::from_millis(60));
    let mut at_once = Quiet::new(Duration::ZERO);
    poll_fn(|context| at_once.poll_since(1, context)).await;
    assert_eq!(started.elapsed(), Duration::from_millis(60));
}

#[tokio::test]
async fn who_asks_for_the_end_gets_it() {
    for request in [
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ] {
        let mut connected = connect(PATIENCE).await;
        connected.send(request).await;
        let mut answer = String::new();
        connected.client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("hello"), "{answer}");
    }
}

#[tokio::test]
async fn nothing_but_the_socket_is_held_at_rest() {
    // The task of a connection is what stays: its size is its memory.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap());
    let (_client, accepted) = tokio::join!(client, listener.accept());
    let (stream, peer) = accepted.unwrap();
    let serving = Arc::new(Serving {
        builder: http1::Builder::new(),
        app: routes().into(),
        idle_timeout: PATIENCE,
        rest_after: Duration::ZERO,
        stopping: CancellationToken::new(),
    });
    let stream = Limited::new(stream, no_send_limit().into());
    let bytes = size_of_val(&serve_connection(serving, stream, peer.ip()));
    assert!(bytes <= 1024, "a connection at rest takes {bytes} bytes");
}

#[tokio::test]
async fn who_takes_nothing_of_an_answer_is_let_go_and_who_takes_it_slowly_is_not() {
    let stalled = Counter::default();
    let send_limit = SendLimit {
        timeout: Duration::from_millis(500),
        stalled: stalled.clone(),
    };
    let connect = || connect_limited(PATIENCE, Duration::ZERO, send_limit.clone());
    let (mut slow, mut silent) = (connect().await, connect().await);
    for connected in [&mut slow, &mut silent] {
        connected
            .send("GET /longer HTTP/1.1\r\nhost: x\r\n\r\n")
            .await;
    }
    // The slow one takes a little each 50 ms until the silent one has been let go.
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    let mut piece = vec![0; 64 << 10];
    loop {
        tokio::select! {
            ended = silent.served.join_next() => {
                ended.unwrap().unwrap();
                break;
            }
            _ = ticks.tick() => {
                let read = slow.client.read(&mut piece).await.unwrap();
                assert_ne!(read, 0, "the slow one was let go");
            }
        }
    }
    assert_eq!(stalled.get(), 1);
    let mut rest = 0;
    while rest < 16 << 20 {
        let read = slow.client.read(&mut piece).await.unwrap();
        assert_ne!(read, 0, "the slow one was let go");
        rest += read;
    }
}
