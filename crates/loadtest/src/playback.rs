//! A playback buffer: when music starts, when it falls silent, and for how long.
//!
//! Pure: it is told what has arrived and what time it is. Times are since the start of the run, media is in playing time.

#[cfg(test)]
mod tests;

use std::time::Duration;

/// How much media must be there before it is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Thresholds {
    /// Before the first sound.
    pub(crate) start: Duration,
    /// Before the first silence ends, and each other one where nothing else is said.
    pub(crate) resume: Duration,
}

/// Chromium's audio renderer: before each silence that it has had to make ends, it wants twice as much as before, to 3 s.
pub(crate) const CHROMIUM: Thresholds = Thresholds {
    start: Duration::from_millis(200),
    resume: Duration::from_millis(400),
};
pub(crate) const CHROMIUM_RESUME_MAX: Duration = Duration::from_secs(3);

/// What a play was like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// From the press to the first sound; none where there was none.
    pub(crate) startup: Option<Duration>,
    /// How often the music fell silent before its end.
    pub(crate) stall_count: u32,
    /// For how long, all silences together.
    pub(crate) stalled: Duration,
    /// How much media was heard.
    pub(crate) played: Duration,
}

/// What is heard in a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sound {
    /// Nothing any more.
    None,
    /// Nothing since the press.
    NotYet,
    Music,
    /// Silence in the middle.
    Silence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Pressed, and not heard yet.
    Starting,
    /// Sounds since a time, from a place in the media.
    Playing { since: Duration, from: Duration },
    /// Silent since a time, at a place in the media.
    Stalled { since: Duration, at: Duration },
    /// Everything was heard.
    Over,
}

/// One play.
#[derive(Clone, Debug)]
pub(crate) struct Playback {
    thresholds: Thresholds,
    /// To what doubling raises the threshold of resuming.
    resume_max: Duration,
    pressed_at: Duration,
    /// How much media somebody wants to hear, who may leave before the end of a track.
    wished: Duration,
    /// Where the media ends: only then no threshold counts.
    end: Duration,
    /// How much has arrived, from the beginning without a gap; it may be more than will be heard.
    loaded: Duration,
    state: State,
    heard: Heard,
}

impl Playback {
    pub(crate) fn new(pressed_at: Duration, wished: Duration, thresholds: Thresholds) -> Self {
        Self {
            thresholds,
            resume_max: thresholds.resume,
            pressed_at,
            wished,
            end: Duration::MAX,
            loaded: Duration::ZERO,
            state: State::Starting,
            heard: Heard::default(),
        }
    }

    /// There is no more than so much to hear, as far as is known by now: another quality may be longer or shorter.
    pub(crate) fn ends_after(&mut self, now: Duration, length: Duration) {
        self.advance(now);
        self.end = length;
        if let State::Stalled { since, at } = self.state
            && self.length() <= at
        {
            self.heard.stalled += now.saturating_sub(since);
            self.state = State::Over;
        }
        if !self.loaded.is_zero() {
            // What is there may be all that a threshold waited for.
            self.load(now, self.loaded);
        }
    }

    /// Each silence ends with twice as much as the one before, up to a limit.
    pub(crate) fn doubles_up_to(&mut self, resume_max: Duration) {
        self.resume_max = resume_max;
    }

    /// By now media has arrived up to a place; what was there already is no news.
    pub(crate) fn load(&mut self, now: Duration, up_to: Duration) {
        self.advance(now);
        self.loaded = self.loaded.max(up_to);
        let is_complete = self.end <= self.loaded;
        match self.state {
            State::Starting if is_complete || self.thresholds.start <= self.loaded => {
                self.heard.startup = Some(now.saturating_sub(self.pressed_at));
                self.state = State::Playing {
                    since: now,
                    from: Duration::ZERO,
                };
            }
            // What arrives without being anything to hear ends no silence.
            State::Stalled { since, at }
                if at < self.loaded
                    && (is_complete || at + self.enough_to_resume() <= self.loaded) =>
            {
                self.heard.stalled += now.saturating_sub(since);
                self.state = State::Playing {
                    since: now,
                    from: at,
                };
            }
            _ => {}
        }
    }

    /// How much media lies ahead of what is heard now.
    pub(crate) fn ahead(&mut self, now: Duration) -> Duration {
        self.advance(now);
        self.loaded.saturating_sub(self.position(now))
    }

    /// When the music falls silent, or is over, if nothing more arrives. None while nothing sounds.
    pub(crate) fn runs_dry_at(&self) -> Option<Duration> {
        match self.state {
            State::Playing { since, from } => Some(since + self.audible().saturating_sub(from)),
            State::Starting | State::Stalled { .. } | State::Over => None,
        }
    }

    /// Since when there is silence, and whether anything was heard before it.
    pub(crate) fn silence(&mut self, now: Duration) -> Option<(Duration, bool)> {
        self.advance(now);
        match self.state {
            State::Starting => Some((self.pressed_at, false)),
            State::Stalled { since, .. } => Some((since, true)),
            State::Playing { .. } | State::Over => None,
        }
    }

    /// What is heard, after how long it began, and how often it fell silent so far.
    pub(crate) fn sound(&mut self, now: Duration) -> (Sound, Option<Duration>, u32) {
        self.advance(now);
        let sound = match self.state {
            State::Starting => Sound::NotYet,
            State::Over => Sound::None,
            State::Playing { .. } => Sound::Music,
            State::Stalled { .. } => Sound::Silence,
        };
        (sound, self.heard.startup, self.heard.stall_count)
    }

    /// How long ago it was pressed.
    pub(crate) fn since_press(&self, now: Duration) -> Duration {
        now.saturating_sub(self.pressed_at)
    }

    /// Whether everything was heard.
    pub(crate) fn is_over(&mut self, now: Duration) -> bool {
        self.advance(now);
        self.state == State::Over
    }

    /// The listener stops here: what was it like? A silence that has not ended counts up to now.
    pub(crate) fn stop(mut self, now: Duration) -> Heard {
        self.advance(now);
        self.heard.played = self.position(now);
        if let State::Stalled { since, .. } = self.state {
            self.heard.stalled += now.saturating_sub(since);
        }
        self.heard
    }

    /// Lets the music run on to now: it may have ended, or run out of media.
    fn advance(&mut self, now: Duration) {
        let Some(dry_at) = self.runs_dry_at().filter(|dry_at| *dry_at <= now) else {
            return;
        };
        if self.length() <= self.loaded {
            self.state = State::Over;
        } else if dry_at < now {
            // Media that arrives in the moment it is needed is in time.
            self.heard.stall_count += 1;
            self.state = State::Stalled {
                since: dry_at,
                at: self.loaded,
            };
        }
    }

    /// How much ends the present silence.
    fn enough_to_resume(&self) -> Duration {
        let doublings = self.heard.stall_count.saturating_sub(1);
        let doubled = 2_u32
            .checked_pow(doublings)
            .and_then(|times| self.thresholds.resume.checked_mul(times));
        doubled.map_or(self.resume_max, |enough| enough.min(self.resume_max))
    }

    /// How much of what has arrived will be heard.
    fn audible(&self) -> Duration {
        self.loaded.min(self.length())
    }

    /// How much media will be heard if nothing is in the way.
    fn length(&self) -> Duration {
        self.wished.min(self.end)
    }

    fn position(&self, now: Duration) -> Duration {
        match self.state {
            State::Starting => Duration::ZERO,
            State::Playing { since, from } => (from + now.saturating_sub(since)).min(self.loaded),
            State::Stalled { at, .. } => at,
            State::Over => self.length(),
        }
    }
}
