//! What sessions have seen: of one thread from its beginning, and of the present second.

mod backlog;
mod durations;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

pub(crate) use backlog::Backlog;
pub(crate) use durations::Durations;

use crate::count::to_f64;
use crate::listener::{Ending, Patience, Play};
use crate::playback::{Heard, Sound};
use crate::wire::{Failure, Fault};

/// Counts and times of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// How late the generator was with each session, and with what a visitor asks.
    pub(crate) lag: Durations,
    /// How long what came from the server waited for the generator to come to it, each time it looked.
    pub(crate) backlog: Backlog,
    pub(crate) started_sessions: u64,
    /// Those of them that started when all were to have started.
    pub(crate) late_sessions: u64,
    pub(crate) ended_sessions: u64,
    /// From a due press to the first sound; who never hears one has waited as long as people wait.
    pub(crate) startup: Durations,
    pub(crate) plays: u64,
    pub(crate) failed_plays: u64,
    pub(crate) abandoned_plays: u64,
    pub(crate) skipped_plays: u64,
    pub(crate) stalled_plays: u64,
    pub(crate) stall_count: u64,
    pub(crate) stalled: Duration,
    pub(crate) played: Duration,
    pub(crate) switch_count: u64,
    /// Bits a second times seconds of what was heard: for a mean over time.
    bits: f64,
    /// From a due request of a visitor to the end of its answer; who gets none has waited as long as people wait.
    pub(crate) response: Durations,
    pub(crate) visitor_requests: u64,
    pub(crate) failed_visitor_requests: u64,
    /// How often each kind of fault ended a play, a report of one, or a request.
    pub(crate) faults: BTreeMap<&'static str, u64>,
    pub(crate) own_faults: u64,
    /// One fault of each kind: where, and why.
    pub(crate) fault_examples: BTreeMap<&'static str, String>,
    pub(crate) second: Second,
}

/// What happened since the last look, and how it is now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Second {
    pub(crate) starts: u64,
    /// First sounds.
    pub(crate) sounds: u64,
    /// How long they took. A play that ends without one counts in its last second, as in the tally.
    pub(crate) startup: Durations,
    pub(crate) stalls: u64,
    pub(crate) faults: BTreeMap<&'static str, u64>,
    /// Requests of visitors that have their answer.
    pub(crate) responses: u64,
    pub(crate) response: Durations,
    /// Media that was loaded, and how long it plays.
    pub(crate) media_bytes: u64,
    pub(crate) media: Duration,
    pub(crate) lag_max: Duration,
    pub(crate) backlog_max: Duration,
    /// How long all plays together sounded, and were silent in a stall.
    pub(crate) sounded: Duration,
    pub(crate) silent: Duration,
    /// Up to when, from the beginning of the run.
    pub(crate) counted_until: Duration,
    pub(crate) now: Now,
    /// The most of each that there were at once.
    pub(crate) most: Now,
}

/// How many do what at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Now {
    /// Sessions that have not ended.
    pub(crate) active: u64,
    /// Plays that were pressed and have not been heard yet.
    pub(crate) waiting: u64,
    /// Plays that sound.
    pub(crate) sounding: u64,
    /// Plays that have stalled.
    pub(crate) silent: u64,
}

impl Now {
    /// What is said of each of them, with what another says of it.
    fn with(self, other: Self, both: fn(u64, u64) -> u64) -> Self {
        Self {
            active: both(self.active, other.active),
            waiting: both(self.waiting, other.waiting),
            sounding: both(self.sounding, other.sounding),
            silent: both(self.silent, other.silent),
        }
    }

    fn count(&mut self, sound: Sound) -> Option<&mut u64> {
        match sound {
            Sound::None => None,
            Sound::NotYet => Some(&mut self.waiting),
            Sound::Music => Some(&mut self.sounding),
            Sound::Silence => Some(&mut self.silent),
        }
    }
}

impl Tally {
    /// A session starts: in the time that the scenario has for it, or later.
    pub(crate) fn start(&mut self, is_in_time: bool) {
        self.started_sessions += 1;
        self.late_sessions += u64::from(!is_in_time);
        self.backlog.measure();
        self.second.starts += 1;
        self.second.now.active += 1;
        self.second.see_most();
    }

    /// The generator did something so much later than it was due.
    pub(crate) fn note_lag(&mut self, lag: Duration) {
        self.lag.record(lag);
        self.second.lag_max = self.second.lag_max.max(lag);
    }

    /// What came from the server waits so long for the generator.
    pub(crate) fn note_backlog(&mut self, waited: Duration) {
        self.backlog.look(waited);
        self.second.backlog_max = self.second.backlog_max.max(waited);
    }

    /// Media has come for a play.
    pub(crate) fn load(&mut self, bytes: u64, media: Duration) {
        self.second.media_bytes += bytes;
        self.second.media += media;
        self.backlog.measure();
    }

    /// A play is heard for the first time.
    pub(crate) fn sound(&mut self, startup: Duration) {
        self.second.sounds += 1;
        self.second.startup.record(startup);
        self.backlog.measure();
    }

    pub(crate) fn end(&mut self) {
        self.ended_sessions += 1;
        self.second.now.active = self.second.now.active.saturating_sub(1);
    }

    pub(crate) fn fault(&mut self, fault: &Fault) {
        self.count_fault(fault.kind());
        self.own_faults += u64::from(fault.is_own());
    }

    /// Where a fault was that is counted, where somebody knows.
    pub(crate) fn show(&mut self, fault: &Fault, failure: Option<&Failure>) {
        if let Some(failure) = failure
            && !self.fault_examples.contains_key(fault.kind())
            && failure.kind == fault.kind()
        {
            self.fault_examples
                .insert(failure.kind, failure.to_string());
        }
    }

    fn count_fault(&mut self, kind: &'static str) {
        *self.faults.entry(kind).or_default() += 1;
        *self.second.faults.entry(kind).or_default() += 1;
    }

    /// A play is over.
    pub(crate) fn play(&mut self, play: &Play, patience: Patience) {
        let Heard {
            startup,
            stall_count,
            stalled,
            played,
        } = play.heard;
        self.plays += 1;
        let is_interrupted = play.ending == Ending::Interrupted;
        let waited = if is_interrupted {
            play.waited
        } else {
            patience.start
        };
        self.startup.record(startup.unwrap_or(waited));
        if startup.is_none() {
            self.second.startup.record(waited);
        }
        let has_failed =
            startup.is_none() && !is_interrupted || matches!(play.ending, Ending::Failed(_));
        self.failed_plays += u64::from(has_failed);
        match &play.ending {
            Ending::Finished => self.skipped_plays += u64::from(play.is_skipped),
            Ending::Abandoned => {
                self.abandoned_plays += 1;
                self.count_fault(match startup {
                    None => "gave_up_start",
                    Some(_) => "gave_up_stall",
                });
            }
            Ending::Failed(fault) => self.fault(fault),
            Ending::Interrupted => {}
        }
        self.stalled_plays += u64::from(0 < stall_count);
        self.stall_count += u64::from(stall_count);
        self.stalled += stalled;
        self.played += played;
        self.switch_count += u64::from(play.switch_count);
        self.bits += to_f64(play.bits_per_s) * played.as_secs_f64();
    }

    /// Somebody who wanted to listen had no place: a play that nobody heard.
    pub(crate) fn turn_listener_away(&mut self, patience: Patience) {
        let play = Play {
            ending: Ending::Failed(Fault::Crowded),
            heard: Heard::default(),
            bits_per_s: 0,
            switch_count: 0,
            is_skipped: false,
            waited: patience.start,
        };
        self.play(&play, patience);
    }

    /// A request of a visitor was answered, or was not within the patience of people.
    pub(crate) fn response(&mut self, took: Duration, fault: Option<&Fault>) {
        self.visitor_requests += 1;
        self.backlog.measure();
        self.response.record(took);
        self.second.responses += 1;
        self.second.response.record(took);
        if let Some(fault) = fault {
            self.failed_visitor_requests += 1;
            self.fault(fault);
        }
    }

    /// Takes what the present second has seen; the next one begins.
    pub(crate) fn take_second(&mut self, at: Duration) -> Second {
        self.second.pass(at);
        let next = Second {
            counted_until: at,
            now: self.second.now,
            most: self.second.now,
            ..Second::default()
        };
        std::mem::replace(&mut self.second, next)
    }

    /// Adds what another thread has seen.
    pub(crate) fn add(&mut self, other: &Self) {
        self.lag.add(&other.lag);
        self.backlog.add(&other.backlog);
        self.started_sessions += other.started_sessions;
        self.late_sessions += other.late_sessions;
        self.ended_sessions += other.ended_sessions;
        self.startup.add(&other.startup);
        self.plays += other.plays;
        self.failed_plays += other.failed_plays;
        self.abandoned_plays += other.abandoned_plays;
        self.skipped_plays += other.skipped_plays;
        self.stalled_plays += other.stalled_plays;
        self.stall_count += other.stall_count;
        self.stalled += other.stalled;
        self.played += other.played;
        self.switch_count += other.switch_count;
        self.bits += other.bits;
        self.response.add(&other.response);
        self.visitor_requests += other.visitor_requests;
        self.failed_visitor_requests += other.failed_visitor_requests;
        for (kind, count) in &other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        self.own_faults += other.own_faults;
        for (kind, example) in &other.fault_examples {
            let example = example.clone();
            self.fault_examples.entry(kind).or_insert(example);
        }
    }

    /// Silence in the share of silence and sound, of all plays together.
    pub(crate) fn rebuffer_ratio(&self) -> f64 {
        let silent_s = self.stalled.as_secs_f64();
        let all_s = silent_s + self.played.as_secs_f64();
        if all_s == 0.0 { 0.0 } else { silent_s / all_s }
    }

    /// Of what was heard, on average over time.
    pub(crate) fn mean_bits_per_s(&self) -> f64 {
        let played_s = self.played.as_secs_f64();
        if played_s == 0.0 {
            0.0
        } else {
            self.bits / played_s
        }
    }
}

impl Second {
    /// A play that did one thing does another from now on.
    pub(crate) fn change(&mut self, at: Duration, from: Sound, to: Sound) {
        if from == to {
            return;
        }
        self.pass(at);
        if let Some(count) = self.now.count(from) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = self.now.count(to) {
            *count += 1;
        }
        self.see_most();
    }

    /// As many as there are now have sounded, and were silent, until a time.
    fn pass(&mut self, at: Duration) {
        let passed = at.saturating_sub(self.counted_until);
        let together = |count| passed.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX));
        self.sounded += together(self.now.sounding);
        self.silent += together(self.now.silent);
        self.counted_until = self.counted_until.max(at);
    }

    fn see_most(&mut self) {
        self.most = self.most.with(self.now, u64::max);
    }

    /// Adds what another thread has seen in the same second.
    pub(crate) fn add(&mut self, other: &Self) {
        self.starts += other.starts;
        self.sounds += other.sounds;
        self.startup.add(&other.startup);
        self.stalls += other.stalls;
        for (kind, count) in &other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        self.responses += other.responses;
        self.response.add(&other.response);
        self.media_bytes += other.media_bytes;
        self.media += other.media;
        self.lag_max = self.lag_max.max(other.lag_max);
        self.backlog_max = self.backlog_max.max(other.backlog_max);
        self.sounded += other.sounded;
        self.silent += other.silent;
        self.now = self.now.with(other.now, |one, other| one + other);
        self.most = self.most.with(other.most, |one, other| one + other);
    }
}
