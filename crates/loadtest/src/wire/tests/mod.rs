//! A person's ways to servers: each must give the same answers, and the same faults.

mod compared;

use std::cell::{Cell, RefCell};
use std::io::{self, Read as _};
use std::rc::Rc;
use std::time::Duration;

use flate2::Compression;
use flate2::read::GzEncoder;
use tokio::io::{
    AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, duplex,
};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::Instant;
use url::Url;

use super::*;
use crate::catalogue::Catalogue;
use crate::scenario::Scenario;
use crate::scripted::{Reply, Scripted};
use crate::secure::{Certificate, GOOD, Secure};

const BOTH: [&str; 2] = ["h2", "http/1.1"];
const TEXT: Keep = Keep::Text(1_000_000);

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn secure(speaks: &str, script: impl Fn(&str) -> Reply + 'static) -> Secure {
    let scripted = Scripted::new(move |asked| script(&asked.target));
    Secure::new(scripted, &[speaks], GOOD)
}

fn client(server: &Secure) -> Client<Secure> {
    Client::new(server.clone(), server.trust(), Link::new(None))
}

async fn get<C: Connect>(
    client: &mut Client<C>,
    address: &str,
    keep: Keep,
) -> Result<Answer, Fault> {
    let address = url(address);
    let ask = Ask::get(&address, None, keep).compressed();
    client.ask(&ask, |_so_far| None).await
}

/// Why a server behind TLS gives no answer: the same in both ways.
async fn fault(keep: Keep, reply: Reply) -> Fault {
    let mut faults = Vec::new();
    for speaks in BOTH {
        let reply = reply.clone();
        let asking = LocalSet::new();
        let answer = asking.run_until(async move {
            let server = secure(speaks, move |_| reply.clone());
            get(&mut client(&server), "https://music.test/", keep).await
        });
        faults.push(answer.await.unwrap_err());
    }
    assert_eq!(faults.first(), faults.last());
    faults.remove(0)
}

/// A server that knows nothing of TLS.
struct Bare;

impl Connect for Bare {
    type Transport = DuplexStream;

    async fn connect(&self, _site: &Site) -> io::Result<DuplexStream> {
        let (ours, mut theirs) = duplex(64 * 1024);
        spawn_local(async move {
            theirs
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .await?;
            // It does not hang up.
            theirs.read_to_end(&mut Vec::new()).await
        });
        Ok(ours)
    }
}

#[tokio::test(start_paused = true)]
async fn both_ways_give_the_same_answer_and_count_what_comes_over_the_network() {
    for speaks in BOTH {
        let asking = LocalSet::new();
        asking
            .run_until(async move {
                let server = secure(speaks, |path| match path {
                    "/full" => Reply::refusal(503, ""),
                    _ => Reply::whole(vec![7; 50_000]).after(Duration::from_millis(300)),
                });
                let meter = Meter::default();
                let mut client = client(&server).counted_by(&meter);
                let text = get(&mut client, "https://music.test/", TEXT).await.unwrap();
                assert_eq!(text.text, vec![7; 50_000]);
                assert_eq!(text.to_first_byte, Duration::from_millis(300));
                let thrown_away = get(
                    &mut client,
                    "https://music.test/",
                    Keep::Nothing(BODY_BYTES_MAX),
                )
                .await;
                assert_eq!(thrown_away.unwrap().bytes, 50_000);
                assert_eq!(server.connections(), 1);
                let traffic = meter.take();
                assert_eq!((traffic.requests, traffic.answers), (2, 2));
                assert!((100_000..110_000).contains(&traffic.bytes), "{traffic:?}");
                let refused = get(&mut client, "https://music.test/full", TEXT).await;
                assert!(refused.is_err());
                let traffic = meter.take();
                assert_eq!((traffic.requests, traffic.answers), (1, 0));
            })
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_person_has_one_connection_where_the_server_speaks_http2() {
    for (speaks, connections) in [("h2", 1), ("http/1.1", 3)] {
        let asking = LocalSet::new();
        asking
            .run_until(async move {
                let server = secure(speaks, |_| Reply::whole("x").after(Duration::from_secs(1)));
                let mut first = client(&server);
                let (mut second, mut third) = (first.beside(), first.beside());
                let begun = Instant::now();
                let address = "https://music.test/";
                let answers = tokio::join!(
                    get(&mut first, address, TEXT),
                    get(&mut second, address, TEXT),
                    get(&mut third, address, TEXT)
                );
                assert!(answers.0.is_ok() && answers.1.is_ok() && answers.2.is_ok());
                // Nobody waited for another's answer.
                assert_eq!(begun.elapsed(), Duration::from_secs(1));
                assert_eq!(server.connections(), connections);
            })
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_not_whom_it_should_be_is_not_asked_and_the_reason_is_told() {
    let asking = LocalSet::new();
    asking
        .run_until(async {
            let scripted = Scripted::new(|_| Reply::whole("x"));
            let certified = |certificate| Secure::new(scripted.clone(), &BOTH, certificate);
            let expired = certified(Certificate {
                until: 2_001,
                ..GOOD
            });
            let other = certified(Certificate {
                names: &["other.test"],
                ..GOOD
            });
            let good = certified(GOOD);
            for (server, trust, reason) in [
                (&good, Trust::default(), "nobody who is trusted"),
                (&good, other.trust(), "nobody who is trusted"),
                (&expired, expired.trust(), "has expired"),
                (&other, other.trust(), "for another name"),
            ] {
                let mut client = Client::new(server.clone(), trust, Link::new(None));
                let fault = get(&mut client, "https://music.test/", TEXT)
                    .await
                    .unwrap_err();
                assert_eq!(fault.kind(), "tls");
                assert!(fault.to_string().contains(reason), "{fault}");
            }
            let mut client = Client::new(Bare, Trust::default(), Link::new(None));
            let fault = get(&mut client, "https://music.test/", TEXT)
                .await
                .unwrap_err();
            assert_eq!(fault, Fault::Tls("it speaks no TLS".to_owned()));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn what_went_wrong_is_remembered_with_its_address_but_no_query() {
    let scripted = Scripted::new(|asked| match asked.target.as_str() {
        "/a?key=secret" => Reply::refusal(302, "Location: /b?signed=secret\r\n"),
        _ => Reply::refusal(404, ""),
    });
    let mut client = Client::new(scripted, Trust::default(), Link::new(None));
    assert_eq!(client.failure(), None);
    let asking = LocalSet::new();
    let url = "http://music.test/a?key=secret";
    asking
        .run_until(get(&mut client, url, TEXT))
        .await
        .unwrap_err();
    let failure = client.failure().unwrap();
    assert_eq!(
        (failure.kind, failure.to_string().as_str()),
        ("status_4xx", "http://music.test/b: the answer was 404")
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_harm_ends_nobody_and_nothing_without_end() {
    let large = Reply::whole(vec![0; 2_000_000]);
    let cut = large.clone().cut_after(40_000);
    assert_eq!(fault(Keep::Nothing(BODY_BYTES_MAX), cut).await, Fault::Lost);
    let trickle = Reply::refusal(503, "").at_rate(1);
    let busy = Fault::Status {
        status: 503,
        retry_after_s: None,
    };
    assert_eq!(fault(TEXT, trickle).await, busy);
    let most = Keep::Nothing(9_000);
    assert_eq!(fault(most, large.clone()).await, Fault::TooLarge(9_000));
    assert_eq!(fault(TEXT, large).await, Fault::TooLarge(1_000_000));
    let trickle = Reply::whole(vec![0; 9_000]).at_rate(100);
    assert_eq!(fault(TEXT, trickle).await, Fault::Timeout);
    let silent = Reply::whole("x").after(Duration::from_hours(1));
    assert_eq!(fault(TEXT, silent).await, Fault::Timeout);
    let round = Reply::refusal(302, "Location: /\r\n");
    let again = Fault::Unusable("it leads elsewhere again and again");
    assert_eq!(fault(TEXT, round).await, again);
    let mut bomb = Vec::new();
    let zeros = io::repeat(0).take(9_000_000);
    GzEncoder::new(zeros, Compression::best())
        .read_to_end(&mut bomb)
        .unwrap();
    let bomb = Reply {
        fields: "Content-Encoding: gzip\r\n",
        ..Reply::whole(bomb)
    };
    assert_eq!(fault(TEXT, bomb).await, Fault::TooLarge(1_000_000));
    let busy = Reply::refusal(503, "Retry-After: 3\r\n");
    let status = Fault::Status {
        status: 503,
        retry_after_s: Some(3),
    };
    assert_eq!(fault(TEXT, busy).await, status);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_the_server_has_ended_is_made_anew() {
    for speaks in BOTH {
        let asking = LocalSet::new();
        asking
            .run_until(async move {
                let server = secure(speaks, |_| Reply::whole("x"));
                let mut client = client(&server);
                for connections in 1..=3 {
                    assert!(get(&mut client, "https://music.test/", TEXT).await.is_ok());
                    assert_eq!(server.connections(), connections);
                    server.go_away();
                    // Whoever ended it has done so before the next question.
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            })
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_is_as_narrow_under_tls() {
    for speaks in BOTH {
        let asking = LocalSet::new();
        asking
            .run_until(async move {
                let server = secure(speaks, |_| Reply::whole(vec![0; 200_000]));
                let link = Link::new(Some(Shape {
                    kbit_per_s: 800,
                    round_trip_ms: 100,
                }));
                let mut client = Client::new(server.clone(), server.trust(), link);
                let answer = get(
                    &mut client,
                    "https://music.test/",
                    Keep::Nothing(BODY_BYTES_MAX),
                )
                .await
                .unwrap();
                // 100 KB a second, and what TLS adds.
                let least = Duration::from_secs(2);
                assert!(
                    least < answer.took && answer.took < least + Duration::from_millis(200),
                    "{answer:?}"
                );
                assert!(
                    Duration::from_millis(100) <= answer.to_first_byte,
                    "{answer:?}"
                );
            })
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_has_one_link_whatever_is_loaded_at_once_and_each_gets_a_share_of_it() {
    let asking = LocalSet::new();
    asking
        .run_until(async {
            let server = Scripted::new(|_| Reply::whole(vec![0; 100_000]));
            let link = Link::new(Some(Shape {
                kbit_per_s: 800,
                round_trip_ms: 0,
            }));
            let mut first = Client::new(server, Trust::default(), link);
            let mut second = first.beside();
            let answers = tokio::join!(
                get(
                    &mut first,
                    "http://music.test/1",
                    Keep::Nothing(BODY_BYTES_MAX)
                ),
                get(
                    &mut second,
                    "http://other.test/2",
                    Keep::Nothing(BODY_BYTES_MAX)
                )
            );
            // 100 KB a second for 200 KB.
            for answer in [answers.0.unwrap(), answers.1.unwrap()] {
                let apart = answer.took.abs_diff(Duration::from_secs(2));
                assert!(apart < Duration::from_millis(50), "{answer:?}");
            }
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn who_has_enough_is_sent_no_more_than_the_window() {
    let asking = LocalSet::new();
    asking
        .run_until(async {
            let server = secure("h2", |_| Reply::whole(vec![0; 4_000_000]));
            let address = url("https://music.test/");
            let ask = Ask::get(&address, None, Keep::Nothing(BODY_BYTES_MAX));
            let sent = Cell::new(0);
            let begun = Instant::now();
            let mut client = client(&server);
            let answer = client
                .ask(&ask, |so_far| {
                    if begun.elapsed() == Duration::from_secs(5) && sent.get() == 0 {
                        sent.set(server.sent());
                    }
                    (begun.elapsed() < Duration::from_secs(5) && 0 < so_far)
                        .then(|| begun + Duration::from_secs(5))
                })
                .await
                .unwrap();
            assert_eq!(
                (answer.bytes, answer.took),
                (4_000_000, Duration::from_secs(5))
            );
            assert!((1..1_000_000).contains(&sent.get()), "{}", sent.get());
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_lead_to_another_server_and_keeps_no_cookie_of_the_first() {
    let asking = LocalSet::new();
    asking
        .run_until(async {
            let scripted = Scripted::new(|asked| match asked.target.as_str() {
                "/song" => Reply::refusal(
                    302,
                    "Location: http://other.test/file\r\nSet-Cookie: a=b\r\n",
                ),
                "/odd" => Reply::refusal(302, "Location: data:x\r\n"),
                _ => Reply::whole("song"),
            });
            let mut client = Client::new(scripted.clone(), Trust::default(), Link::new(None));
            let song = get(&mut client, "http://music.test/song", TEXT)
                .await
                .unwrap();
            assert_eq!(song.text, b"song");
            let odd = get(&mut client, "http://music.test/odd", TEXT).await;
            let no_http = Fault::Unusable("its address is neither http:// nor https://");
            assert_eq!(odd.unwrap_err(), no_http);
            let targets: Vec<_> = scripted
                .asked()
                .into_iter()
                .map(|asked| asked.target)
                .collect();
            assert_eq!(targets, ["/song", "/file", "/odd"]);
        })
        .await;
}

/// A server that sets two cookies, and notes those that it is sent.
#[derive(Clone, Default)]
struct Noting(Rc<RefCell<Vec<String>>>);

impl Connect for Noting {
    type Transport = DuplexStream;

    async fn connect(&self, _site: &Site) -> io::Result<DuplexStream> {
        let (ours, theirs) = duplex(64 * 1024);
        let noted = Rc::clone(&self.0);
        spawn_local(async move {
            let mut theirs = BufReader::new(theirs);
            let mut line = String::new();
            while 0 < theirs.read_line(&mut line).await? {
                if let Some(cookies) = line.strip_prefix("Cookie: ") {
                    noted.borrow_mut().push(cookies.trim().to_owned());
                }
                if line == "\r\n" {
                    let fields =
                        "Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n";
                    let answer = format!("HTTP/1.1 200 OK\r\n{fields}\r\n");
                    theirs.write_all(answer.as_bytes()).await?;
                }
                line.clear();
            }
            io::Result::Ok(())
        });
        Ok(ours)
    }
}

#[tokio::test(start_paused = true)]
async fn all_cookies_of_a_server_are_sent_back() {
    let asking = LocalSet::new();
    asking
        .run_until(async {
            let server = Noting::default();
            let mut client = Client::new(server.clone(), Trust::default(), Link::new(None));
            for _ in 0..2 {
                let answer = get(&mut client, "http://music.test/", TEXT).await;
                assert!(answer.is_ok());
            }
            assert_eq!(*server.0.borrow(), ["a=1; b=2"]);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_nobody_trusts_is_told_apart_before_anything_is_asked() {
    let local = LocalSet::new();
    let reading = local.run_until(async {
        let scripted = Scripted::new(|_| Reply::whole("{}"));
        let server = Secure::new(scripted.clone(), &["h2"], GOOD);
        let mut client = Client::new(server, Trust::default(), Link::new(None));
        let url = url("https://music.test");
        let scenario = Scenario::shipped("starts").unwrap().unwrap();
        let error = Catalogue::read(&mut client, &url, &scenario).await.err();
        assert!(scripted.asked().is_empty());
        error.unwrap().to_string()
    });
    assert_eq!(
        reading.await,
        "/api/music/v1/chart: the connection is not secure: nobody who is trusted has signed its certificate"
    );
}
