//! The songs that listeners choose from: the live chart of a server, the favourites first, or those a scenario names.

use std::collections::HashSet;
use std::fmt::Display;
use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;
use serde::Deserialize;
use tokio::time::timeout;
use url::Url;

use crate::count::to_f64;
use crate::playlist::Playlist;
use crate::scenario::{Scenario, SongPlan};
use crate::wire::{Ask, Client, Connect, Fault, Keep};

const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Where a server of HaaS tells its chart and its music.
const CHART: &str = "/api/music/v1/chart";
const TRACKS: &str = "/api/music/v1/tracks?limit=100";
/// More songs than this are not looked at.
const SONGS_MAX: usize = 2_000;
/// A server that has not given them in so many pages, or in so long, gives no more.
const PAGES_MAX: usize = 100;
const SONGS_WITHIN: Duration = Duration::from_mins(1);
/// So many of the songs that a scenario names are asked for before it begins.
const TRIED_MAX: usize = 10;

/// Why there is nothing to listen to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CatalogueError {
    #[error("{path}: {fault}")]
    Fault { path: String, fault: Fault },
    #[error(
        "{0} is not answered as HaaS answers: is it the address of a music server? (a scenario can name songs)"
    )]
    Strange(String),
    #[error(
        "its music has no qualities for HLS yet; a server makes them one track after the other, so try again in a minute"
    )]
    Empty,
    #[error("{0} is no address of a song on this server")]
    Elsewhere(String),
    #[error("the scenario names the song {path}: {why}")]
    NoSong { path: String, why: String },
}

/// A song that can be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Song {
    pub(crate) track_id: String,
    /// Its qualities.
    pub(crate) hls: Option<Url>,
    /// The original.
    pub(crate) file: Option<File>,
    /// The album it is on, with the places of its disc and on it.
    pub(crate) album: Option<(String, u32, u32)>,
}

/// A file of music whose bytes are taken to play equally long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) url: Url,
    pub(crate) length: Duration,
    pub(crate) bytes: u64,
}

impl File {
    pub(crate) fn bytes_per_s(&self) -> f64 {
        to_f64(self.bytes) / self.length.as_secs_f64()
    }

    /// How long its first bytes play.
    pub(crate) fn media_in(&self, bytes: u64) -> Duration {
        if self.bytes <= bytes {
            return self.length;
        }
        self.length.mul_f64(to_f64(bytes) / to_f64(self.bytes))
    }
}

/// Songs, and how often each is chosen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogue {
    songs: Vec<Song>,
    /// For each exponent the sums of the weights up to each song.
    sums: Vec<(f64, Vec<f64>)>,
}

#[derive(Deserialize)]
struct Chart {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    track: Track,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Track>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Track {
    id: String,
    album: Option<Album>,
    disc_number: Option<u32>,
    track_number: Option<u32>,
    hls_url: Option<String>,
    stream_url: String,
    duration_ms: u64,
    size_bytes: u64,
}

#[derive(Deserialize)]
struct Album {
    id: String,
}

impl Track {
    /// None for what has no qualities yet, or no length.
    fn song(self, server: &Url) -> Option<Song> {
        let has_length = 0 < self.duration_ms && 0 < self.size_bytes;
        has_length.then_some(())?;
        let (disc, place) = (
            self.disc_number.unwrap_or(1),
            self.track_number.unwrap_or(0),
        );
        Some(Song {
            track_id: self.id,
            hls: Some(server.join(&self.hls_url?).ok()?),
            file: Some(File {
                url: server.join(&self.stream_url).ok()?,
                length: Duration::from_millis(self.duration_ms),
                bytes: self.size_bytes,
            }),
            album: self.album.map(|album| (album.id, disc, place)),
        })
    }
}

impl Catalogue {
    /// The songs a scenario names; where it names none, a server of HaaS is asked for its chart and then for the rest of its
    /// music. Nothing where nobody listens.
    pub(crate) async fn read<C: Connect>(
        client: &mut Client<C>,
        server: &Url,
        scenario: &Scenario,
    ) -> Result<Self, CatalogueError> {
        if scenario.listeners.is_empty() {
            return Ok(Self::default());
        }
        let songs = if scenario.songs.is_empty() {
            timeout(SONGS_WITHIN, ask_for_songs(client, server))
                .await
                .map_err(|_elapsed| CatalogueError::Fault {
                    path: TRACKS.to_owned(),
                    fault: Fault::Timeout,
                })??
        } else {
            let named = scenario.songs.iter().map(|plan| named_song(plan, server));
            named.collect::<Result<_, _>>()?
        };
        Ok(Self::new(
            songs,
            scenario.listeners.iter().map(|plan| plan.zipf),
        ))
    }

    /// Asks for the playlists of the first songs: whoever has misspelled one hears of it before anybody comes.
    pub(crate) async fn try_playlists<C: Connect>(
        &self,
        client: &mut Client<C>,
    ) -> Result<(), CatalogueError> {
        let urls = self.songs.iter().filter_map(|song| song.hls.as_ref());
        for url in urls.take(TRIED_MAX) {
            let no_song = |why: &dyn Display| CatalogueError::NoSong {
                path: url.path().to_owned(),
                why: why.to_string(),
            };
            let ask = Ask::get(url, None, Keep::Text(ANSWER_BYTES_MAX));
            let answer = client.ask(&ask, |_so_far| None).await;
            let answer = answer.map_err(|fault| no_song(&fault))?;
            let text = String::from_utf8_lossy(&answer.text);
            Playlist::read(&text, url).map_err(|error| no_song(&error))?;
        }
        Ok(())
    }

    pub(crate) fn new(songs: Vec<Song>, exponents: impl Iterator<Item = f64>) -> Self {
        let sums = exponents.map(|zipf| {
            let mut sum = 0.0;
            let ranks = (1_u32..).zip(&songs);
            let sums = ranks.map(|(rank, _)| {
                sum += f64::from(rank).powf(-zipf);
                sum
            });
            (zipf, sums.collect())
        });
        Self {
            sums: sums.collect(),
            songs,
        }
    }

    /// Chooses a song, the first ones more often: the exponent is one that a kind of listener has.
    pub(crate) fn choose(&self, zipf: f64, random: &mut StdRng) -> Option<&Song> {
        let (_, sums) = self
            .sums
            .iter()
            .find(|(known, _)| known.to_bits() == zipf.to_bits())?;
        let at = random.random::<f64>() * sums.last()?;
        let index = sums.partition_point(|sum| *sum <= at);
        self.songs.get(index).or(self.songs.last())
    }

    /// The songs of the album that a song is on, in their order; the song alone where it is on none.
    pub(crate) fn album_of<'a>(&'a self, song: &'a Song) -> Vec<&'a Song> {
        let Some((album, ..)) = &song.album else {
            return vec![song];
        };
        let is_on_it = |other: &&Song| other.album.as_ref().is_some_and(|(id, ..)| id == album);
        let mut songs: Vec<&Song> = self.songs.iter().filter(is_on_it).collect();
        songs.sort_by_key(|song| song.album.as_ref().map(|(_, disc, place)| (*disc, *place)));
        songs
    }
}

async fn ask_for_songs<C: Connect>(
    client: &mut Client<C>,
    server: &Url,
) -> Result<Vec<Song>, CatalogueError> {
    let chart: Chart = ask(client, server, CHART).await?;
    let mut tracks: Vec<Track> = chart.entries.into_iter().map(|entry| entry.track).collect();
    let mut path = Some(TRACKS.to_owned());
    for _ in 0..PAGES_MAX {
        let Some(asked) = path.filter(|_| tracks.len() < SONGS_MAX) else {
            break;
        };
        let page: Page = ask(client, server, &asked).await?;
        path = page.next.map(|next| {
            let cursor: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            format!("{TRACKS}&cursor={cursor}")
        });
        tracks.extend(page.items);
    }
    let mut known = HashSet::new();
    let songs = tracks.into_iter().filter_map(|track| track.song(server));
    let songs: Vec<Song> = songs
        .filter(|song| known.insert(song.track_id.clone()))
        .collect();
    if songs.is_empty() {
        return Err(CatalogueError::Empty);
    }
    Ok(songs)
}

/// A song as a scenario names it, on the server that is asked.
fn named_song(plan: &SongPlan, server: &Url) -> Result<Song, CatalogueError> {
    let find = |address: &str| {
        let url = server.join(address).ok();
        let own = url.filter(|url| url.origin() == server.origin());
        own.ok_or_else(|| CatalogueError::Elsewhere(address.to_owned()))
    };
    let file = plan.file.as_ref().map(|file| {
        Ok(File {
            url: find(&file.url)?,
            length: Duration::from_secs_f64(file.length_s),
            bytes: file.bytes,
        })
    });
    Ok(Song {
        track_id: String::new(),
        hls: plan.hls.as_deref().map(find).transpose()?,
        file: file.transpose()?,
        album: None,
    })
}

async fn ask<C: Connect, T: for<'a> Deserialize<'a>>(
    client: &mut Client<C>,
    server: &Url,
    path: &str,
) -> Result<T, CatalogueError> {
    let strange = || CatalogueError::Strange(path.to_owned());
    let url = server.join(path).map_err(|_error| strange())?;
    let ask = Ask::get(&url, None, Keep::Text(ANSWER_BYTES_MAX));
    let answer = client.ask(&ask, |_so_far| None).await;
    let answer = answer.map_err(|fault| CatalogueError::Fault {
        path: path.to_owned(),
        fault,
    })?;
    serde_json::from_slice(&answer.text).map_err(|_error| strange())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use tokio::task::LocalSet;

    use super::*;
    use crate::scripted::{Reply, Scripted};
    use crate::wire::{Link, Trust};

    #[test]
    fn the_first_song_is_chosen_as_much_more_often_as_the_exponent_says() {
        let songs = (1..=3).map(|number| Song {
            track_id: number.to_string(),
            hls: None,
            file: None,
            album: None,
        });
        let catalogue = Catalogue::new(songs.collect(), [2.0, 1.0].into_iter());
        let mut random = StdRng::seed_from_u64(3);
        let mut counts = [0_i32; 3];
        for _ in 0..11_000 {
            let song = catalogue.choose(1.0, &mut random).unwrap();
            counts[song.track_id.parse::<usize>().unwrap() - 1] += 1;
        }
        // 6 : 3 : 2.
        for (count, expected) in counts.into_iter().zip([6_000, 3_000, 2_000]) {
            assert!((count - expected).abs() < 250, "{counts:?}");
        }
    }

    /// Reads a catalogue from a server that answers everything alike.
    async fn read_from(reply: Reply) -> Result<Catalogue, CatalogueError> {
        let local = LocalSet::new();
        let reading = local.run_until(async move {
            let server = Scripted::new(move |_| reply.clone());
            let mut client = Client::new(server, Trust::default(), Link::new(None));
            let url = Url::parse("http://music.test").unwrap();
            let scenario = Scenario::shipped("starts").unwrap().unwrap();
            Catalogue::read(&mut client, &url, &scenario).await
        });
        reading.await
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_gives_no_catalogue_is_told_apart_and_ends_no_later_than_it_must() {
        let fault = |fault| CatalogueError::Fault {
            path: CHART.to_owned(),
            fault,
        };
        let page = Reply::whole("<!doctype html>");
        assert_eq!(
            read_from(page).await.err(),
            Some(CatalogueError::Strange(CHART.to_owned()))
        );
        let trickle = Reply::whole(vec![b' '; 1 << 20]).at_rate(100);
        assert_eq!(read_from(trickle).await.err(), Some(fault(Fault::Timeout)));
        let endless = Reply::whole(vec![b' '; 17 << 20]);
        let too_large = Fault::TooLarge(ANSWER_BYTES_MAX);
        assert_eq!(read_from(endless).await.err(), Some(fault(too_large)));
        let packed = Reply {
            fields: "Content-Encoding: gzip\r\n",
            ..Reply::whole("x")
        };
        let unasked = Fault::Unusable("it is compressed, which was not asked for");
        assert_eq!(read_from(packed).await.err(), Some(fault(unasked)));
        let round = Reply::refusal(302, "Location: /again\r\n");
        let again = Fault::Unusable("it leads elsewhere again and again");
        assert_eq!(read_from(round).await.err(), Some(fault(again)));
        let hollow = Reply::whole(r#"{"entries":[],"items":[],"next":"a"}"#);
        let empty = read_from(hollow.clone()).await.err();
        assert_eq!(empty, Some(CatalogueError::Empty));
        let slow = CatalogueError::Fault {
            path: TRACKS.to_owned(),
            fault: Fault::Timeout,
        };
        let slowly = hollow.after(Duration::from_secs(5));
        assert_eq!(read_from(slowly).await.err(), Some(slow));
    }

    #[tokio::test(start_paused = true)]
    async fn a_song_that_is_misspelled_is_told_before_anybody_comes() {
        let tried = |reply: Reply| async move {
            let trying = async move {
                let server = Scripted::new(move |_| reply.clone());
                let mut client = Client::new(server, Trust::default(), Link::new(None));
                let song = Song {
                    track_id: String::new(),
                    hls: Url::parse("http://music.test/typo.m3u8").ok(),
                    file: None,
                    album: None,
                };
                let catalogue = Catalogue::new(vec![song], std::iter::empty());
                catalogue.try_playlists(&mut client).await
            };
            let told = LocalSet::new().run_until(trying).await;
            told.err().map(|error| error.to_string())
        };
        let missing = tried(Reply::refusal(404, "")).await.unwrap();
        assert_eq!(
            missing,
            "the scenario names the song /typo.m3u8: the answer was 404"
        );
        let page = tried(Reply::whole("<!doctype html>")).await.unwrap();
        assert!(page.contains("/typo.m3u8: "), "{page}");
        let playlist = "#EXTM3U\n#EXTINF:3,\na.ts\n#EXT-X-ENDLIST\n";
        assert_eq!(tried(Reply::whole(playlist)).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_library_is_read_page_by_page_and_its_albums_have_their_order() {
        let track = |id: &str, number: u32| {
            format!(
                r#"{{"id":"{id}","album":{{"id":"a"}},"disc_number":1,"track_number":{number},
                "hls_url":"/{id}.m3u8","stream_url":"/{id}","duration_ms":1000,"size_bytes":9}}"#
            )
        };
        let (first, second, third) = (track("1", 1), track("2", 2), track("3", 3));
        let local = LocalSet::new();
        let reading = local.run_until(async move {
            let server = Scripted::new(move |asked| {
                let (chart, page) = (CHART, format!("{TRACKS}&cursor=a%2Fb"));
                Reply::whole(match asked.target.as_str() {
                    target if target == chart => format!(r#"{{"entries":[{{"track":{third}}}]}}"#),
                    target if target == page => {
                        format!(r#"{{"items":[{second},{third}],"next":null}}"#)
                    }
                    _ => format!(r#"{{"items":[{first}],"next":"a/b"}}"#),
                })
            });
            let mut client = Client::new(server, Trust::default(), Link::new(None));
            let url = Url::parse("http://music.test").unwrap();
            let scenario = Scenario::shipped("starts").unwrap().unwrap();
            Catalogue::read(&mut client, &url, &scenario).await.unwrap()
        });
        let catalogue = reading.await;
        let ids = |songs: Vec<&Song>| -> Vec<String> {
            songs.iter().map(|song| song.track_id.clone()).collect()
        };
        assert_eq!(ids(catalogue.songs.iter().collect()), ["3", "1", "2"]);
        assert_eq!(
            ids(catalogue.album_of(&catalogue.songs[0])),
            ["1", "2", "3"]
        );
    }

    #[test]
    fn a_song_that_a_scenario_names_is_on_the_server_that_is_asked() {
        let server = Url::parse("http://music.test/").unwrap();
        let plan = |hls: &str| SongPlan {
            hls: Some(hls.to_owned()),
            file: None,
        };
        let song = named_song(&plan("a/master.m3u8"), &server).unwrap();
        assert_eq!(
            song.hls.unwrap().as_str(),
            "http://music.test/a/master.m3u8"
        );
        let other = named_song(&plan("http://other.test/a.m3u8"), &server);
        assert!(matches!(other, Err(CatalogueError::Elsewhere(_))));
    }
}
