use std::cell::Cell;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};

use tokio::task::yield_now;

use super::*;
use crate::catalogue::Song;
use crate::wire::Trust;

/// Half of those who come are told that there is nothing, and half find the door closed.
fn unkind_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { continue };
            if number % 2 == 0 {
                // Who has left already is told nothing.
                let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            }
        }
    });
    address
}

/// Listeners and visitors for half a second, by one of two threads.
fn run(sessions_max: usize) -> (Tally, u64) {
    let scenario = Scenario::read(
        "name = 'x'\n[[phase]]\nseconds = 0.5\nstarts_per_s = 400\n\
         [[listener]]\nstart_patience_s = 0.3\nreports_plays = false\n[[visitor]]\npatience_s = 0.3\n",
    );
    let scenario = scenario.unwrap();
    let target = format!("http://{}", unkind_server());
    let target = Target::find(&target, &[], &Trust::default()).unwrap();
    let song = Song {
        track_id: String::new(),
        hls: Some(target.url.join("/master.m3u8").unwrap()),
        file: None,
        album: None,
    };
    let zipf = scenario.listeners[0].zipf;
    let catalogue = Catalogue::new(vec![song], std::iter::once(zipf));
    let (_songs, songs) = watch::channel(Arc::new(catalogue));
    let (_stop, stop) = watch::channel(false);
    let (news, mut told) = mpsc::unbounded_channel();
    let worker = Worker {
        index: 1,
        worker_count: 2,
        sessions_max,
        scenario: Arc::new(scenario),
        target: Arc::new(target),
        songs,
        epoch: Instant::now(),
        stop,
        news,
    };
    worker.run().unwrap();
    let mut starts = 0;
    while let Ok(news) = told.try_recv() {
        match news {
            News::Second { second, .. } => starts += second.starts,
            News::Done { tally, .. } => return (*tally, starts),
            News::Lost(why) => panic!("{why}"),
        }
    }
    panic!("the thread said nothing in the end");
}

#[test]
fn whoever_comes_is_counted_once_and_leaves_however_they_are_treated() {
    for (sessions_max, crowded) in [(1_000, None), (0, Some(&100))] {
        let (tally, starts) = run(sessions_max);
        let sessions = (starts, tally.started_sessions, tally.ended_sessions);
        assert_eq!(sessions, (100, 100, 100));
        assert_eq!(tally.plays + tally.visitor_requests, 100);
        let failed = (tally.failed_plays, tally.failed_visitor_requests);
        assert_eq!(failed, (tally.plays, tally.visitor_requests));
        assert_eq!(tally.faults.values().sum::<u64>(), 100);
        assert_eq!(tally.faults.get("crowded"), crowded);
        let lags = tally.lag.counted().map(|(_, count)| count);
        assert_eq!(lags.sum::<u64>(), 100);
    }
}

#[test]
fn a_session_begins_before_those_that_wait_for_a_turn_and_ends_like_them() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let (turns, steps) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let mut sessions = JoinSet::new();
        for _ in 0..100 {
            let turns = Rc::clone(&turns);
            sessions.spawn_local(async move { turns.set(turns.get() + 1) });
        }
        let own = Rc::clone(&steps);
        let session = async move {
            own.set(1);
            yield_now().await;
            own.set(2);
        };
        begin(session, &mut sessions).await;
        assert_eq!((turns.get(), steps.get()), (0, 1));
        begin(async {}, &mut sessions).await;
        assert_eq!(sessions.len(), 101);
        sessions.join_all().await;
        assert_eq!((turns.get(), steps.get()), (100, 2));
    });
}

#[test]
fn a_session_that_panicked_is_told_when_the_run_is_stopped() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let stopped = LocalSet::new().block_on(&runtime, async {
        let mut sessions = JoinSet::new();
        sessions.spawn_local(async { panic!("a fault of this program") });
        yield_now().await;
        spawn_local(async move { end_all(&mut sessions).await }).await
    });
    assert!(stopped.unwrap_err().is_panic());
}

#[test]
fn a_thread_whose_sessions_wait_for_their_turn_sees_how_long() {
    const TURN: Duration = Duration::from_micros(100);
    const ROUND: Duration = Duration::from_millis(100);
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let tally = Rc::new(RefCell::new(Tally::default()));
    LocalSet::new().block_on(&runtime, async {
        let epoch = Instant::now();
        let looking = spawn_local(look(epoch, Rc::clone(&tally)));
        let mut sessions = JoinSet::new();
        for _ in 0..1_000 {
            // A round of all of them takes 100 ms, however fast the machine is.
            sessions.spawn_local(async move {
                while epoch.elapsed() < 3 * ROUND {
                    let turn = Instant::now();
                    while turn.elapsed() < TURN {}
                    yield_now().await;
                }
            });
        }
        sessions.join_all().await;
        looking.abort();
    });
    let waited = tally.borrow().backlog.quantile(0.99);
    assert!(ROUND / 4 < waited, "{waited:?}");
}
