//! The songs that listeners choose from: the live chart of a server, the favourites first.

use rand::RngExt as _;
use std::time::Duration;

use rand::rngs::StdRng;
use serde::Deserialize;
use url::Url;

use crate::wire::{Ask, Client, Connect, Fault, Keep};

const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Where a server of HaaS tells its chart and its music.
const CHART: &str = "/api/music/v1/chart";
const TRACKS: &str = "/api/music/v1/tracks?limit=100";

/// Why there is nothing to listen to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CatalogueError {
    #[error("{path}: {fault}")]
    Fault { path: &'static str, fault: Fault },
    #[error("{0} is not answered as HaaS answers: is it the address of a music server?")]
    Strange(&'static str),
    #[error(
        "its music has no qualities for HLS yet; a server makes them one track after the other, so try again in a minute"
    )]
    Empty,
}

/// A song that can be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Song {
    pub(crate) track_id: String,
    /// Its qualities.
    pub(crate) hls: Url,
    /// The original.
    pub(crate) file: File,
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
#[derive(Clone, Debug)]
pub(crate) struct Catalogue {
    songs: Vec<Song>,
    /// The sums of the weights up to each song.
    sums: Vec<f64>,
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
}

#[derive(Deserialize)]
struct Track {
    id: String,
    hls_url: Option<String>,
    stream_url: String,
    duration_ms: u64,
    size_bytes: u64,
}

impl Track {
    /// None for what has no qualities yet, or no length.
    fn song(self, server: &Url) -> Option<Song> {
        let has_length = 0 < self.duration_ms && 0 < self.size_bytes;
        has_length.then_some(())?;
        Some(Song {
            track_id: self.id,
            hls: server.join(&self.hls_url?).ok()?,
            file: File {
                url: server.join(&self.stream_url).ok()?,
                length: Duration::from_millis(self.duration_ms),
                bytes: self.size_bytes,
            },
        })
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a file of 2^53 bytes is no song"
)]
fn to_f64(bytes: u64) -> f64 {
    bytes as f64
}

impl Catalogue {
    /// Asks a server for its chart, then for the rest of its music.
    pub(crate) async fn read<C: Connect>(
        client: &mut Client<C>,
        server: &Url,
        zipf: f64,
    ) -> Result<Self, CatalogueError> {
        let chart: Chart = ask(client, server, CHART).await?;
        let page: Page = ask(client, server, TRACKS).await?;
        let mut songs: Vec<Song> = Vec::new();
        let tracks = chart
            .entries
            .into_iter()
            .map(|entry| entry.track)
            .chain(page.items);
        for song in tracks.filter_map(|track| track.song(server)) {
            if songs.iter().all(|known| known.track_id != song.track_id) {
                songs.push(song);
            }
        }
        if songs.is_empty() {
            return Err(CatalogueError::Empty);
        }
        Ok(Self::new(songs, zipf))
    }

    fn new(songs: Vec<Song>, zipf: f64) -> Self {
        let mut sum = 0.0;
        let ranks = (1_u32..).zip(&songs);
        let sums = ranks.map(|(rank, _)| {
            sum += f64::from(rank).powf(-zipf);
            sum
        });
        Self {
            sums: sums.collect(),
            songs,
        }
    }

    /// Chooses a song, the first ones more often.
    pub(crate) fn choose(&self, random: &mut StdRng) -> Option<&Song> {
        let at = random.random::<f64>() * self.sums.last()?;
        let index = self.sums.partition_point(|sum| *sum <= at);
        self.songs.get(index).or(self.songs.last())
    }
}

async fn ask<C: Connect, T: for<'a> Deserialize<'a>>(
    client: &mut Client<C>,
    server: &Url,
    path: &'static str,
) -> Result<T, CatalogueError> {
    let url = server
        .join(path)
        .map_err(|_error| CatalogueError::Strange(path))?;
    let ask = Ask::get(&url, None, Keep::Text(ANSWER_BYTES_MAX));
    let answer = client.ask(&ask, |_so_far| None).await;
    let answer = answer.map_err(|fault| CatalogueError::Fault { path, fault })?;
    serde_json::from_slice(&answer.text).map_err(|_error| CatalogueError::Strange(path))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use tokio::task::LocalSet;

    use super::*;
    use crate::scripted::{Reply, Scripted};
    use crate::wire::Link;

    #[test]
    fn the_first_song_is_chosen_as_much_more_often_as_the_exponent_says() {
        let songs = (1..=3).map(|number| Song {
            track_id: number.to_string(),
            hls: Url::parse("http://a.test/").unwrap(),
            file: File {
                url: Url::parse("http://a.test/").unwrap(),
                length: Duration::from_secs(10),
                bytes: 1_000,
            },
        });
        let catalogue = Catalogue::new(songs.collect(), 1.0);
        let mut random = StdRng::seed_from_u64(3);
        let mut counts = [0_i32; 3];
        for _ in 0..11_000 {
            let song = catalogue.choose(&mut random).unwrap();
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
            let mut client = Client::new(server, "music.test".to_owned(), Link::new(None));
            let url = Url::parse("http://music.test").unwrap();
            Catalogue::read(&mut client, &url, 1.0).await
        });
        reading.await
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_gives_no_catalogue_is_told_apart_and_ends_no_later_than_it_must() {
        let fault = |fault| CatalogueError::Fault { path: CHART, fault };
        let page = Reply::whole("<!doctype html>");
        assert_eq!(
            read_from(page).await.err(),
            Some(CatalogueError::Strange(CHART))
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
    }
}
