//! The music that everybody listens to here: made and imported once, then as it was at the beginning for each who asks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::store::Store;
use crate::databases::{self, Server};
use crate::failure::{Failure, Result, While};
use crate::packages::{self, POSTGRES};
use crate::subprocess;
use crate::workspace::Workspace;

/// The album that is listened to. Its tracks end soon, so that many begin, and hold noise: every moment of it can be heard.
pub(super) const ALBUM: &str = "Noise Garden";
pub(super) const TITLES: [&str; 3] = ["Aurora", "Borealis", "Cascade"];
const TRACK_S: u32 = 24;
/// A track whose original is so large that it is not on its way all at once: a minute, 34.5 MB.
pub(super) const LONG: &str = "Long";
const LONG_S: u32 = 60;

/// Where the library of this run lies.
#[derive(Clone)]
pub(super) struct Library {
    folder: PathBuf,
}

impl Library {
    /// The library of this run of the tests; whoever asks first makes it.
    pub(super) fn bring(workspace: &Workspace) -> Result<Self> {
        static MADE: OnceLock<Result<Library>> = OnceLock::new();
        MADE.get_or_init(|| Self::make(workspace)).clone()
    }

    fn make(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.own("check/availability")?;
        // What an earlier build has made is not this one's.
        let _may_be_missing = fs::remove_dir_all(&folder);
        let library = Self { folder };
        fs::create_dir_all(library.music()).while_doing("make a folder for music")?;
        library.make_music()?;
        let database = databases::start_lasting_postgres(workspace, "127.0.0.1")?;
        let mut import = Command::new(workspace.haas());
        import.args(["music", "import"]).arg(library.music());
        import.arg("--data").arg(library.folder.join("data"));
        import.env("HAAS_MUSIC__DATABASE_URL", &database.url);
        let store = Store::start(workspace, &library.objects())?;
        import.envs(store.variables());
        subprocess::read(&mut import)?;
        let mut dump = Command::new(postgres_program("pg_dump")?);
        dump.args(["--no-owner", "--file"]).arg(library.rows());
        subprocess::read(dump.arg(&database.url))?;
        Ok(library)
    }

    fn make_music(&self) -> Result<()> {
        let track = |number: usize, title: &str| {
            let name = format!("{number}.flac");
            self.make_noise(&name, title, [ALBUM, "44100", "s16"], TRACK_S)
        };
        for (number, title) in (1..).zip(TITLES) {
            track(number, title)?;
        }
        self.make_noise("long.wav", LONG, [LONG, "96000", "s32"], LONG_S)
    }

    fn make_noise(
        &self,
        file: &str,
        title: &str,
        [album, rate, format]: [&str; 3],
        seconds: u32,
    ) -> Result<()> {
        let seed = title.len();
        let noise = format!(
            "anoisesrc=color=pink:sample_rate={rate}:duration={seconds}:seed={seed}:amplitude=0.3"
        );
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-v", "error", "-f", "lavfi", "-i", &noise, "-ac", "2"]);
        ffmpeg.args(["-sample_fmt", format]);
        if format == "s32" {
            ffmpeg.args(["-c:a", "pcm_s24le"]);
        }
        let track = file.trim_end_matches(".flac");
        for (name, value) in [
            ("title", title),
            ("artist", "Tone"),
            ("album", album),
            ("track", track),
        ] {
            ffmpeg.args(["-metadata", &format!("{name}={value}")]);
        }
        subprocess::read(ffmpeg.arg(self.music().join(file))).map(|_| ())
    }

    fn music(&self) -> PathBuf {
        self.folder.join("music")
    }

    /// The file that the long track was imported from.
    pub(super) fn long_file(&self) -> PathBuf {
        self.music().join("long.wav")
    }

    /// The folder of the store.
    pub(super) fn objects(&self) -> PathBuf {
        self.folder.join("objects")
    }

    fn rows(&self) -> PathBuf {
        self.folder.join("rows.sql")
    }

    /// Brings its rows into an empty database.
    pub(super) fn fill(&self, database: &Server) -> Result<()> {
        let mut psql = psql(database)?;
        psql.args(["--quiet", "--file"]).arg(self.rows());
        subprocess::read(&mut psql).map(|_| ())
    }
}

/// What a question to the database is answered, a row a line.
pub(super) fn ask(database: &Server, question: &str) -> Result<Vec<String>> {
    let mut psql = psql(database)?;
    psql.args(["--tuples-only", "--no-align", "--command", question]);
    let text = subprocess::read(&mut psql)?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn psql(database: &Server) -> Result<Command> {
    let mut psql = Command::new(postgres_program("psql")?);
    psql.args(["--no-psqlrc", "--set", "ON_ERROR_STOP=1", &database.url]);
    Ok(psql)
}

/// A program of the same release as the server.
fn postgres_program(name: &str) -> Result<PathBuf> {
    let server = packages::find(POSTGRES.program);
    let folder = server.as_deref().and_then(Path::parent);
    folder
        .map(|folder| folder.join(name))
        .ok_or_else(|| Failure::new("PostgreSQL's programs are missing"))
}
