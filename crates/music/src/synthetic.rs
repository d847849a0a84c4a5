//! A made-up library for tests and benches: nothing in it is a real recording, and every run makes the same one.

use chassis::clock::Clock;
use chassis::database::Database;
use sea_orm::DbErr;

use crate::store::Store;

/// Korean words that titles and names are made of; common ones first.
const KOREAN: &[&str] = &[
    "사랑",
    "밤",
    "너",
    "나",
    "봄",
    "꿈",
    "별",
    "하늘",
    "바다",
    "비",
    "눈",
    "길",
    "바람",
    "편지",
    "노래",
    "시간",
    "기억",
    "이별",
    "오늘",
    "내일",
    "여름",
    "가을",
    "겨울",
    "달",
    "꽃",
    "마음",
    "그대",
    "우리",
    "안녕",
    "거리",
    "새벽",
    "아침",
    "저녁",
    "소녀",
    "소년",
    "청춘",
    "여행",
    "고백",
    "기차",
    "라디오",
    "골목",
    "창문",
    "구름",
    "파도",
    "섬",
    "도시",
    "불빛",
    "그림자",
    "거울",
    "인형",
    "나비",
    "고래",
    "숲",
    "강",
    "산책",
    "우산",
    "커피",
    "전화",
    "사진",
    "일기",
    "약속",
    "선물",
    "첫눈",
    "벚꽃",
    "달빛",
    "햇살",
    "무지개",
    "은하수",
    "정류장",
    "자전거",
    "놀이터",
    "운동장",
];
/// Syllables that make words nobody ever sang.
const SYLLABLES: &[&str] = &[
    "가", "나", "다", "라", "마", "바", "사", "아", "자", "차", "하", "고", "노", "도", "로", "모",
    "보", "소", "오", "조", "호", "구", "누", "두", "루", "무", "부", "수", "우", "주", "후", "기",
    "니", "디", "리", "미", "비", "시", "이", "지", "히", "강", "남", "담", "란", "만", "별", "솔",
    "윤", "준", "찬", "한", "경", "은", "현", "봄", "숨", "연", "율", "온",
];
/// Latin words that titles and names are made of; common ones first.
const LATIN: &[&str] = &[
    "the",
    "love",
    "of",
    "you",
    "night",
    "me",
    "my",
    "heart",
    "in",
    "blue",
    "rain",
    "moon",
    "dream",
    "light",
    "a",
    "river",
    "fire",
    "dance",
    "time",
    "summer",
    "home",
    "sky",
    "and",
    "shadow",
    "golden",
    "silver",
    "winter",
    "ocean",
    "garden",
    "mirror",
    "train",
    "letter",
    "station",
    "wild",
    "secret",
    "broken",
    "electric",
    "paper",
    "velvet",
    "crystal",
    "highway",
    "stranger",
    "morning",
    "midnight",
    "forever",
    "yesterday",
    "tomorrow",
    "satellite",
    "carousel",
    "lighthouse",
    "élan",
    "café",
    "señorita",
    "déjà",
    "über",
    "don't",
    "thunder",
    "lantern",
    "harbour",
    "meadow",
];
const ONSETS: &[&str] = &[
    "b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pr",
    "qu", "r", "s", "sh", "sl", "st", "t", "th", "tr", "v", "w", "z",
];
const NUCLEI: &[&str] = &["a", "e", "i", "o", "u", "ai", "ea", "ee", "oa", "ou"];
const CODAS: &[&str] = &["", "", "l", "m", "n", "nd", "r", "rk", "s", "st", "t", "x"];
/// Genres of the library.
pub(crate) const GENRES: &[&str] = &[
    "합성 발라드",
    "합성 댄스",
    "합성 힙합",
    "합성 록",
    "Synthetic Jazz",
    "Synthetic Folk",
    "Synthetic Ambient",
    "Synthetic Classical",
];

/// One made-up track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Track {
    pub(crate) title: String,
    /// Index into [`Library::albums`].
    pub(crate) album: usize,
    pub(crate) track_number: i64,
    /// Index into [`GENRES`].
    pub(crate) genre: usize,
}

/// One made-up album.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Album {
    pub(crate) title: String,
    /// Index into [`Library::artists`].
    pub(crate) artist: usize,
    pub(crate) released_on: Option<String>,
}

/// A whole made-up library.
#[derive(Clone, Debug, Default)]
pub(crate) struct Library {
    pub(crate) artists: Vec<String>,
    pub(crate) albums: Vec<Album>,
    pub(crate) tracks: Vec<Track>,
}

/// One made-up play that counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Played {
    /// Which of the tracks.
    pub(crate) track: usize,
    /// Which of the listeners.
    pub(crate) listener: usize,
    /// How long ago it counted; less than nothing when it will have.
    pub(crate) ago_ms: i64,
}

/// How many people listen.
const LISTENERS: usize = 200_000;
const DAY_MS: usize = 24 * 3_600_000;
/// Plays go on while the chart is computed.
const LATE_MS: i64 = 5_000;
/// How many tracks a made-up album has.
const TRACKS_PER_ALBUM: usize = 10;
/// How many albums there are for each artist, on average.
const ALBUMS_PER_ARTIST: usize = 4;

impl Library {
    /// Makes a library of this many tracks.
    pub(crate) fn new(track_count: usize) -> Self {
        let mut dice = Dice(20_260_101);
        let album_count = track_count.div_ceil(TRACKS_PER_ALBUM);
        let artist_count = album_count.div_ceil(ALBUMS_PER_ARTIST);
        let artists: Vec<String> = (0..artist_count)
            .map(|number| format!("{} {}", dice.name(), number + 1))
            .collect();
        let albums: Vec<Album> = (0..album_count)
            .map(|_| Album {
                title: dice.name(),
                artist: dice.common(artist_count),
                released_on: dice.date(),
            })
            .collect();
        let tracks = (0..track_count)
            .map(|number| Track {
                title: dice.name(),
                album: number / TRACKS_PER_ALBUM,
                track_number: i64::try_from(number % TRACKS_PER_ALBUM + 1).unwrap_or_default(),
                genre: dice.common(GENRES.len()),
            })
            .collect();
        Self {
            artists,
            albums,
            tracks,
        }
    }
}

/// Splitmix64: the same sequence on every machine.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// An index below `count`, each as likely as the other.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.roll() % (count.max(1) as u64)).unwrap_or_default()
    }

    /// An index below `count`, small ones far more often: words and artists are like that.
    fn common(&mut self, count: usize) -> usize {
        let ceiling = self.below(count) + 1;
        let ceiling = self.below(ceiling) + 1;
        self.below(ceiling)
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    /// A title or a name: half of them Korean.
    pub(crate) fn name(&mut self) -> String {
        let words = 1 + self.below(4);
        let is_korean = self.below(2) == 0;
        let words: Vec<String> = (0..words)
            .map(|_| match (is_korean, self.below(2)) {
                (true, 0) => KOREAN[self.common(KOREAN.len())].to_owned(),
                (true, _) => self.korean_word(),
                (false, 0) => LATIN[self.common(LATIN.len())].to_owned(),
                (false, _) => self.latin_word(),
            })
            .collect();
        let name = words.join(" ");
        if is_korean { name } else { title_case(&name) }
    }

    fn korean_word(&mut self) -> String {
        let syllables = 2 + self.below(2);
        (0..syllables).map(|_| self.pick(SYLLABLES)).collect()
    }

    fn latin_word(&mut self) -> String {
        let syllables = 1 + self.below(3);
        (0..syllables)
            .map(|_| [self.pick(ONSETS), self.pick(NUCLEI), self.pick(CODAS)].concat())
            .collect()
    }

    fn date(&mut self) -> Option<String> {
        let year = 1970 + self.below(57);
        match self.below(4) {
            0 => None,
            1 => Some(year.to_string()),
            _ => Some(format!(
                "{year}-{:02}-{:02}",
                1 + self.below(12),
                1 + self.below(28)
            )),
        }
    }
}

fn title_case(name: &str) -> String {
    let mut starts_word = true;
    name.chars()
        .map(|letter| {
            let upper = starts_word;
            starts_word = letter == ' ';
            if upper {
                letter.to_ascii_uppercase()
            } else {
                letter
            }
        })
        .collect()
}

/// Writes a library of this many tracks with its search index.
pub async fn seed(database: &Database, track_count: usize, clock: &Clock) -> Result<(), DbErr> {
    let store = Store::new(database.clone());
    store.seed(&Library::new(track_count), clock).await?;
    store.refresh_statistics().await
}

/// Writes plays that counted within the 24 hours before a time, and a few after it: of the first tracks, some far more
/// than others.
pub async fn seed_plays(
    database: &Database,
    play_count: usize,
    track_count: usize,
    now_ms: i64,
) -> Result<(), DbErr> {
    let store = Store::new(database.clone());
    let mut dice = Dice(20_260_102);
    let plays = (0..play_count).map(|_| Played {
        track: dice.common(track_count),
        listener: dice.below(LISTENERS),
        ago_ms: i64::try_from(dice.below(DAY_MS)).unwrap_or_default() - LATE_MS,
    });
    let plays = plays.collect();
    store.seed_plays(plays, track_count, now_ms).await?;
    store.refresh_statistics().await
}

/// Brings what the database knows of its rows up to date.
pub async fn refresh_statistics(database: &Database) -> Result<(), DbErr> {
    Store::new(database.clone()).refresh_statistics().await
}

/// Counts the chart as the process that computes it does, and gives how many tracks have listeners.
pub async fn count_listeners(database: &Database, at_ms: i64) -> Result<usize, DbErr> {
    let store = Store::new(database.clone());
    let counted = store.count_listeners(at_ms).await?;
    store.insert_chart_tracks(&counted.new_tracks).await?;
    Ok(counted.counts.len())
}

/// What somebody might type, and the title it is meant to find.
#[derive(Clone, Debug)]
pub struct Typed {
    /// What kind of typing it is.
    pub kind: &'static str,
    /// The query.
    pub query: String,
    /// A title that should be among what is found; none where there is none, or too many.
    pub meant: Option<String>,
}

/// Queries over a library of this many tracks, as many of each kind.
pub fn queries(track_count: usize, per_kind: usize) -> Vec<Typed> {
    let library = Library::new(track_count);
    let mut dice = Dice(7);
    let mut typed = Vec::new();
    for _ in 0..per_kind {
        let track = &library.tracks[dice.below(track_count)];
        let album = &library.albums[track.album];
        let artist = &library.artists[album.artist];
        let title = &track.title;
        let mut push = |kind, query: String, meant: Option<&str>| {
            typed.push(Typed {
                kind,
                query,
                meant: meant.map(str::to_owned),
            });
        };
        push("whole title", title.clone(), Some(title));
        let count = 1 + dice.below(4);
        push("first letters", title.chars().take(count).collect(), None);
        push("title and artist", format!("{artist} {title}"), Some(title));
        push("initials", crate::search::initials(title), None);
        let skipped = title.chars().count() / 2;
        push("inside a word", title.chars().skip(skipped).collect(), None);
        let is_long = 5 < title.chars().count();
        push(
            "misspelled",
            misspell(title, &mut dice),
            is_long.then_some(title),
        );
        let slip = misspell(artist, &mut dice);
        push(
            "misspelled artist and title",
            format!("{slip} {title}"),
            None,
        );
        let common = [KOREAN[dice.below(4)], LATIN[dice.below(4)]];
        push("common word", common[dice.below(2)].to_owned(), None);
        push("two common words", common.join(" "), None);
        push("nonsense", dice.latin_word().repeat(2), None);
    }
    typed
}

/// Changes one key: gives a syllable a last consonant or takes it away, makes any other letter an x.
fn misspell(name: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = dice.below(letters.len());
    if let Some(letter) = letters.get_mut(at) {
        *letter = match u32::from(*letter) {
            code @ 0xAC00..=0xD7A3 => {
                let last = (code - 0xAC00) % 28;
                // 21 is the last consonant of 강.
                char::from_u32(if last == 0 { code + 21 } else { code - last }).unwrap_or('가')
            }
            _ => 'x',
        };
    }
    letters.into_iter().collect()
}
