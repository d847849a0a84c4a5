//! Plays that are counted one by one: what somebody was told is recorded must be in the database, and nothing else.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http::{self, Answer, Question};
use super::library;
use super::must;
use crate::databases::Server;
use crate::failure::{Failure, Result, While};

/// How many people tell of plays, each one play after the other.
const PEOPLE: usize = 16;
/// How much of each play is heard.
const HEARD: Duration = Duration::from_millis(900);
/// How long somebody waits before they send again what was not taken. The player waits as long as the server says; asking more often
/// asks for more.
const AGAIN_AFTER: Duration = Duration::from_millis(500);
const PLAYS: &str = "/api/music/v1/plays";

/// What people were told.
#[derive(Default)]
pub(super) struct Ledger {
    acknowledged: Mutex<BTreeSet<String>>,
    refused: AtomicU64,
    dishonest: Mutex<Vec<String>>,
    is_over: AtomicBool,
    /// Nobody waits any more for a play to be taken.
    is_given_up: AtomicBool,
}

impl Ledger {
    /// Lets people play while something is done; each play that was begun is told until it is taken.
    pub(super) fn keep<T>(
        &self,
        address: &str,
        track_id: &str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        thread::scope(|scope| {
            let people: Vec<_> = (0..PEOPLE)
                .map(|_| scope.spawn(|| self.play_on(address, track_id)))
                .collect();
            let done = work();
            self.is_given_up.store(done.is_err(), Ordering::SeqCst);
            self.is_over.store(true, Ordering::SeqCst);
            for person in people {
                let played = person
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                // Why the work failed says more.
                if done.is_ok() {
                    played?;
                }
            }
            done
        })
    }

    fn play_on(&self, address: &str, track_id: &str) -> Result<()> {
        while !self.is_over.load(Ordering::SeqCst) {
            let start = json!({ "track_id": track_id, "key": new_key()? });
            let play = self.send(address, "POST", PLAYS, &start)?;
            let id = play["id"].as_str().unwrap_or_default().to_owned();
            thread::sleep(HEARD + Duration::from_millis(50));
            let report = json!({
                "play_token": play["play_token"], "heard_ms": heard_ms(), "ended": true
            });
            self.send(address, "PUT", &format!("{PLAYS}/{id}"), &report)?;
            self.acknowledged
                .lock()
                .expect("nobody panics while holding it")
                .insert(id);
        }
        Ok(())
    }

    /// Sends something until it is taken. Every other answer has to say when to come again.
    fn send(&self, address: &str, method: &str, path: &str, json: &Value) -> Result<Value> {
        loop {
            let question = Question {
                method,
                json: Some(json),
                ..Question::default()
            };
            let answer = http::ask(address, path, question)?;
            if matches!(answer.status, 200 | 201) {
                return answer.json();
            }
            if self.is_given_up.load(Ordering::SeqCst) {
                return Err(Failure::new("nobody waits for the play any more"));
            }
            self.refused.fetch_add(1, Ordering::SeqCst);
            self.look_at(&answer)?;
            thread::sleep(AGAIN_AFTER);
        }
    }

    fn look_at(&self, answer: &Answer) -> Result<()> {
        if answer.is_honest_refusal() {
            return Ok(());
        }
        let mut dishonest = self
            .dishonest
            .lock()
            .expect("nobody panics while holding it");
        dishonest.push(answer.shown());
        // What is wrong with a play does not become right by sending it again.
        if answer.status < 500 {
            return Err(Failure::new(format!(
                "a play was answered with {}",
                answer.shown()
            )));
        }
        Ok(())
    }

    /// How many plays people were told are recorded.
    pub(super) fn count(&self) -> usize {
        self.acknowledged
            .lock()
            .expect("nobody panics while holding it")
            .len()
    }

    /// Waits until everybody has played some more, and says how long that took.
    pub(super) fn wait_for_more(&self, each: usize, within: Duration) -> Result<Duration> {
        let (before, since) = (self.count(), Instant::now());
        while self.count() < before + each * PEOPLE {
            if within < since.elapsed() {
                let within = within.as_secs();
                return Err(Failure::new(format!(
                    "within {within} s not all plays were taken"
                )));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(since.elapsed())
    }

    /// Compares what people were told with what the database holds.
    pub(super) fn compare(&self, database: &Server) -> Result<String> {
        let heard = heard_ms();
        let rows = library::ask(database, "SELECT id FROM plays WHERE is_simulated = 0")?;
        let question = format!(
            "SELECT id FROM plays WHERE is_simulated = 0 AND heard_ms = {heard} AND ended_at_ms IS NOT NULL"
        );
        let whole: BTreeSet<String> = library::ask(database, &question)?.into_iter().collect();
        let recorded: BTreeSet<String> = rows.into_iter().collect();
        let acknowledged = self
            .acknowledged
            .lock()
            .expect("nobody panics while holding it");
        let dishonest = self
            .dishonest
            .lock()
            .expect("nobody panics while holding it");
        let lost = acknowledged.difference(&whole).count();
        let nobodys = recorded.difference(&acknowledged).count();
        let refused = self.refused.load(Ordering::SeqCst);
        let said = format!(
            "{} plays were acknowledged and {} are recorded: {lost} lost, {nobodys} that nobody knows of; of {refused} refusals before that {} did \
             not say when to come again {}",
            acknowledged.len(),
            recorded.len(),
            dishonest.len(),
            dishonest.first().map_or("", |first| first),
        );
        must(
            !acknowledged.is_empty() && lost + nobodys + dishonest.len() == 0,
            said,
        )
    }
}

fn heard_ms() -> u64 {
    u64::try_from(HEARD.as_millis()).unwrap_or(u64::MAX)
}

/// A random UUID, as the player makes one for each play.
fn new_key() -> Result<String> {
    let key = std::fs::read_to_string("/proc/sys/kernel/random/uuid");
    Ok(key.while_doing("make a random UUID")?.trim().to_owned())
}
