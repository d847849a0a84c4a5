//! Loads as our player does with hls.js 1.7: playlists, then segments up to half a minute ahead, each in the quality that
//! the link seems to carry; one that comes too slowly is given up for a lower one.

mod watch;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use url::Url;

use self::watch::Watch;
use super::retries::{self, Retries, Wanted};
use super::{Listener, Loaded};
use crate::count::to_f64;
use crate::link_speed::LinkSpeed;
use crate::playback::CHROMIUM_RESUME_MAX;
use crate::playlist::{MediaPlaylist, Playlist, Playlists, Resource, Segment, Variant};
use crate::quality::{Choice, RISE_FACTOR, Rate};
use crate::wire::{Answer, Ask, BODY_BYTES_MAX, Client, Connect, Fault, Keep};

/// How far ahead is loaded, where nobody says otherwise.
const AHEAD_MAX: Duration = Duration::from_secs(30);
/// What a link is thought to carry before anything is known of it, in bits a second.
const UNKNOWN_LINK: f64 = 500_000.0;
/// The quality to begin with depends on the link that is known: below the first 64, below the second 128, else 256 kbit/s.
const SLOW_LINK: f64 = 400_000.0;
const FAST_LINK: f64 = 1_800_000.0;
const UNKNOWN_START_BITS_PER_S: u64 = 128_000;
/// From so many segments on the measure of the link counts for the next track too.
const SEGMENTS_TO_KNOW: u32 = 2;
/// Qualities that end so close to each other end together: their playlists were rounded.
const ROUNDING: Duration = Duration::from_millis(1);
/// `maxTimeToFirstByteMs` of `fragLoadPolicy` and of `playlistLoadPolicy`; `manifestLoadPolicy` has only `maxLoadTimeMs`.
const MEDIA_FIRST_BYTE_MAX: Duration = Duration::from_secs(10);
const PLAYLIST_FIRST_BYTE_MAX: Duration = Duration::from_secs(10);
const MANIFEST_FIRST_BYTE_MAX: Duration = Duration::from_secs(20);
const PLAYLIST_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Loads a track for as long as it is polled. Comes back only when something cannot be loaded.
pub(super) async fn load<C: Connect>(
    listener: &mut Listener<C>,
    url: &Url,
    loaded: &RefCell<Loaded>,
) -> Fault {
    let Listener {
        client,
        epoch,
        playlists,
        throughput,
        ahead,
        ..
    } = listener;
    let mut loader = Loader {
        client,
        epoch: *epoch,
        loaded,
        speed: LinkSpeed::new(throughput.unwrap_or(UNKNOWN_LINK)),
        throughput,
        known: playlists,
        variants: Rc::default(),
        playlists: Vec::new(),
        playlist_took: Duration::ZERO,
        ahead_max: ahead.unwrap_or(AHEAD_MAX),
        segments_loaded: 0,
    };
    let ended = loader.load(url).await;
    let Err(fault) = ended;
    fault
}

struct Loader<'a, C: Connect> {
    client: &'a mut Client<C>,
    epoch: Instant,
    loaded: &'a RefCell<Loaded>,
    speed: LinkSpeed,
    /// For the next track: once two segments have measured it.
    throughput: &'a mut Option<f64>,
    known: &'a Playlists,
    variants: Rc<[Variant]>,
    /// Of each variant, once it has been read.
    playlists: Vec<Option<Rc<MediaPlaylist>>>,
    playlist_took: Duration,
    /// How far ahead is loaded.
    ahead_max: Duration,
    segments_loaded: u32,
}

/// One question for a segment.
struct Question<'a> {
    resource: &'a Resource,
    segment: &'a Segment,
    level: usize,
    /// Nothing was heard before it: hls.js waits for it however long it takes.
    is_first: bool,
}

/// How the loading of a segment ended.
enum Loading {
    Loaded(Answer),
    /// It came too slowly: this lower quality is loaded instead.
    GivenUp(usize),
}

impl<C: Connect> Loader<'_, C> {
    /// Reads the qualities that there are; where there is only one, it has no name.
    async fn open(&mut self, url: &Url) -> Result<(), Fault> {
        match self.read(url, Wanted::Manifest).await? {
            Playlist::Master(variants) => {
                self.playlists = vec![None; variants.len()];
                self.variants = variants;
            }
            Playlist::Media(playlist) => {
                let rate = Rate { average: 0, max: 0 };
                let url = url.clone();
                self.variants = Rc::new([Variant { url, rate }]);
                self.playlists = vec![Some(playlist)];
            }
        }
        Ok(())
    }

    async fn load(&mut self, url: &Url) -> Result<std::convert::Infallible, Fault> {
        self.open(url).await?;
        self.loaded
            .borrow_mut()
            .playback
            .doubles_up_to(CHROMIUM_RESUME_MAX);
        let mut level = self.start_level();
        let mut init_of = None;
        let mut is_first = true;
        // Up to where the music is there, and from where the next of it is wanted: qualities may be cut in other places, so
        // that a segment's number says nothing of another one's.
        let (mut up_to, mut wanted) = (Duration::ZERO, Duration::ZERO);
        loop {
            let playlist = self.playlist(level).await?;
            let Some((segment, begins)) = playlist.after(wanted) else {
                return self.end(up_to).await;
            };
            let length = playlist.length().max(up_to);
            self.ends_after(length);
            let init = playlist.init.as_ref().filter(|_| init_of != Some(level));
            let both = init.and_then(|init| joined(init, &segment.resource).filter(|_| is_first));
            if let (Some(init), None) = (init, &both) {
                self.fetch(init).await?;
            }
            let question = Question {
                resource: both.as_ref().unwrap_or(&segment.resource),
                segment,
                level,
                is_first,
            };
            let next = match self.segment(&question).await? {
                Loading::Loaded(answer) => {
                    init_of = Some(level);
                    if both.is_some() {
                        // hls.js is handed two answers, and counts the wait for each.
                        self.speed.waited(answer.to_first_byte);
                    }
                    up_to = up_to.max(begins + segment.length);
                    self.take(segment, &answer, up_to);
                    if length <= up_to {
                        return self.end(up_to).await;
                    }
                    self.wait_for_room().await;
                    self.choose(level, segment.length)
                }
                Loading::GivenUp(lower) => lower,
            };
            wanted = up_to;
            if next != level {
                self.loaded.borrow_mut().switch_count += 1;
                wanted = if self.loads_again(level, next, begins) {
                    up_to.saturating_sub(ROUNDING)
                } else {
                    up_to + ROUNDING
                };
                level = next;
            }
            is_first = false;
        }
    }

    /// Everything is loaded: no other quality is looked at any more. What is left is to listen.
    async fn end(&self, up_to: Duration) -> Result<std::convert::Infallible, Fault> {
        self.ends_after(up_to);
        std::future::pending().await
    }

    fn ends_after(&self, length: Duration) {
        let playback = &mut self.loaded.borrow_mut().playback;
        playback.ends_after(self.epoch.elapsed(), length);
    }

    /// Whether the last segment is loaded once more in the new quality. What is heard ends a little before the playlist says,
    /// because an encoder's silence at the beginning is cut off; after waiting for a playlist hls.js takes that for the
    /// segment's last part (`getFragmentAtPosition`), but for a rise right after the first one (`fragmentWithinFastStartSwitch`).
    fn loads_again(&self, level: usize, next: usize, begins: Duration) -> bool {
        let is_read = self.playlists.get(next).is_some_and(Option::is_some);
        let is_fast_start = begins.is_zero() && level < next;
        !is_read && !is_fast_start
    }

    /// The quality of the first segment: what the link is known to carry, else the middle one.
    fn start_level(&self) -> usize {
        let wanted = match *self.throughput {
            None => UNKNOWN_START_BITS_PER_S,
            Some(bits) if bits < SLOW_LINK => 64_000,
            Some(bits) if bits < FAST_LINK => 128_000,
            Some(_) => 256_000,
        };
        let nearest = (0..).zip(self.variants.iter());
        nearest
            .min_by_key(|(_, variant)| variant.rate.average.abs_diff(wanted))
            .map_or(0, |(level, _)| level)
    }

    fn choose(&self, current: usize, segment: Duration) -> usize {
        let rates: Vec<(Rate, bool)> = self
            .variants
            .iter()
            .zip(&self.playlists)
            .map(|(variant, playlist)| (variant.rate, playlist.is_some()))
            .collect();
        let choice = Choice {
            rates: &rates,
            current,
            segment,
            ahead: self
                .loaded
                .borrow_mut()
                .playback
                .ahead(self.epoch.elapsed()),
            playlist: self.playlist_took,
        };
        choice.make(&self.speed)
    }

    async fn wait_for_room(&self) {
        let now = self.epoch.elapsed();
        let ahead = self.loaded.borrow_mut().playback.ahead(now);
        if self.ahead_max < ahead {
            sleep_until(self.epoch + now + ahead.saturating_sub(self.ahead_max)).await;
        }
    }

    async fn playlist(&mut self, level: usize) -> Result<Rc<MediaPlaylist>, Fault> {
        if self.playlists.get(level).is_none_or(Option::is_none) {
            let variant = self.variants.get(level);
            let url = variant
                .ok_or(Fault::Unusable("it has no such quality"))?
                .url
                .clone();
            let Playlist::Media(playlist) = self.read(&url, Wanted::Playlist).await? else {
                return Err(Fault::Unusable("a quality leads to qualities"));
            };
            if let Some(place) = self.playlists.get_mut(level) {
                *place = Some(playlist);
            }
        }
        let playlist = self.playlists.get(level).cloned().flatten();
        playlist.ok_or(Fault::Unusable("it has no such quality"))
    }

    async fn read(&mut self, url: &Url, wanted: Wanted) -> Result<Playlist, Fault> {
        let within = match wanted {
            Wanted::Manifest => MANIFEST_FIRST_BYTE_MAX,
            _ => PLAYLIST_FIRST_BYTE_MAX,
        };
        let ask = Ask::get(url, None, Keep::Text(PLAYLIST_BYTES_MAX))
            .compressed()
            .within(within);
        let answer = retries::ask(self.client, &ask, wanted).await?;
        self.playlist_took = answer.took.saturating_sub(answer.to_first_byte);
        self.known.read(&answer.text, url).map_err(|error| {
            let fault = Fault::Unusable("its playlist cannot be played");
            self.client.blame(url, fault.kind(), &error);
            fault
        })
    }

    async fn fetch(&mut self, resource: &Resource) -> Result<(), Fault> {
        let answer = retries::ask(self.client, &media(resource), Wanted::Media).await?;
        self.speed.waited(answer.to_first_byte);
        Ok(())
    }

    async fn segment(&mut self, question: &Question<'_>) -> Result<Loading, Fault> {
        let Question {
            resource,
            segment,
            level,
            is_first,
        } = *question;
        let is_read: Vec<bool> = self.playlists.iter().map(Option::is_some).collect();
        let mut retries = Retries::of(Wanted::Media);
        loop {
            let begun = Instant::now();
            let (bytes, to_first_byte) = (Cell::new(0), Cell::new(None));
            let ask = media(resource);
            let asked = self.client.ask(&ask, |so_far| {
                if to_first_byte.get().is_none() {
                    to_first_byte.set(Some(begun.elapsed()));
                }
                bytes.set(so_far);
                None
            });
            let watch = Watch {
                rates: &self.variants,
                is_read: &is_read,
                playlist: self.playlist_took,
                speed: self.speed,
                level,
                segment: segment.length,
                begun,
            };
            let (loaded, epoch) = (self.loaded, self.epoch);
            let fault = tokio::select! {
                biased;
                answer = asked => match answer {
                    Ok(answer) => return Ok(Loading::Loaded(answer)),
                    Err(fault) => fault,
                },
                lower = watch.until_too_slow(&bytes, &to_first_byte, loaded, epoch), if !is_first => {
                    match to_first_byte.get() {
                        Some(first) => self.speed.loaded(bytes.get(), begun.elapsed(), first),
                        None => self.speed.waited(begun.elapsed()),
                    }
                    self.doubt(lower);
                    return Ok(Loading::GivenUp(lower));
                }
            };
            let pause = retries.pause_after(&fault);
            sleep(pause.ok_or(fault)?).await;
        }
    }

    /// After a segment was given up, what the link was thought to carry counts no longer where it would carry more.
    fn doubt(&mut self, lower: usize) {
        let rate = self.variants.get(lower).map(|variant| variant.rate);
        if let Some(rate) =
            rate.filter(|rate| to_f64(rate.max) < self.speed.bits_per_s() * RISE_FACTOR)
        {
            self.speed = LinkSpeed::new(to_f64(rate.max));
        }
    }

    /// The music has arrived up to a place.
    fn take(&mut self, segment: &Segment, answer: &Answer, up_to: Duration) {
        self.speed.waited(answer.to_first_byte);
        self.speed
            .loaded(answer.bytes, answer.took, answer.to_first_byte);
        self.segments_loaded += 1;
        if SEGMENTS_TO_KNOW <= self.segments_loaded {
            *self.throughput = Some(self.speed.bits_per_s());
        }
        let mut loaded = self.loaded.borrow_mut();
        loaded.bytes += answer.bytes;
        loaded.media += segment.length;
        loaded.playback.load(self.epoch.elapsed(), up_to);
    }
}

/// Asks for media as long as hls.js does, whatever a person's patience is: then it tries again.
fn media(resource: &Resource) -> Ask<'_> {
    Ask::get(
        &resource.url,
        resource.range.as_ref(),
        Keep::Nothing(BODY_BYTES_MAX),
    )
    .within(MEDIA_FIRST_BYTE_MAX)
}

/// Init and first segment lie side by side: one question brings both.
fn joined(init: &Resource, first: &Resource) -> Option<Resource> {
    let (init_range, first_range) = (init.range.as_ref()?, first.range.as_ref()?);
    let fit = init.url == first.url && init_range.end == first_range.start;
    fit.then(|| Resource {
        url: init.url.clone(),
        range: Some(init_range.start..first_range.end),
    })
}
