//! One run of ffmpeg per track: decoded once, encoded in every bit rate, and the samples to us for measurement.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use super::analysis::{Analyser, Analysis};
use super::complaint::Complaint;
use crate::delivery::BIT_RATES_KBPS;

/// AAC frames of each fragment: about a second, the least a player can start with.
pub(crate) const FRAGMENT_FRAMES: u32 = 48;
/// ffmpeg cuts at the first frame past this: half a frame before the grid, in halves of a frame.
const CUT_HALF_FRAMES: u64 = 95;
/// How long a run may go without another sample. One that goes on is only slow: whatever else the machine does, it is no
/// fault of the track.
const STILL_MAX: Duration = Duration::from_mins(2);
/// How long a run may take in all, at least,
const TIMEOUT_MIN: Duration = Duration::from_hours(1);
/// and on top, in lengths of the audio: a file made to be decoded for ever must end, too.
const TIMEOUT_PER_AUDIO: u32 = 4;
/// How long audio may be, in seconds, whatever the file says.
const AUDIO_SECONDS_MAX: u32 = 24 * 3_600;
/// How much ffmpeg may allocate at once, in bytes.
const ALLOCATION_BYTES_MAX: u32 = 256 * 1024 * 1024;
/// How many bytes of samples are taken at once: whole frames of two f32.
const PIECE_BYTES: usize = 64 * 1024;
const SAMPLE_BYTES: usize = 4;
const FRAME_BYTES: usize = 2 * SAMPLE_BYTES;

/// It has nothing of its own to save: what this process cannot wait for any more must not go on writing. Where it is
/// missing, ffmpeg ends at its next sample, which nobody reads.
const DIES_WITH_US: [&str; 4] = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"];
/// The rest of the machine is for listeners.
const LOW_PRIORITY: [&str; 3] = ["/usr/bin/nice", "-n", "15"];

/// ffmpeg, found and tried.
#[derive(Clone, Debug)]
pub(crate) struct Ffmpeg {
    program: PathBuf,
    /// Programs that change how it runs and then become it, with their arguments, as far as they are there.
    around: Vec<OsString>,
}

/// Why a track could not be transcoded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TranscodeError {
    /// Trying again gives the same.
    #[error("ffmpeg cannot decode it: {0}")]
    Undecodable(String),
    /// It may work another time.
    #[error("ffmpeg did nothing for {0:?}")]
    Still(Duration),
    /// It may work another time.
    #[error("ffmpeg took longer than {0:?}")]
    TimedOut(Duration),
    /// Somebody, or the machine for want of memory, ended it.
    #[error("ffmpeg was ended by signal {0}")]
    Killed(i32),
    /// It works when there is room.
    #[error("the disk with the data folder is full")]
    DiskFull,
    /// It works when ffmpeg does again.
    #[error("ffmpeg does not run any more: {0}")]
    Missing(String),
    /// It may work another time, when others leave some; or a hostile file asks for too much.
    #[error("ffmpeg did not get the memory it asked for")]
    OutOfMemory,
    /// It may work another time.
    #[error("could not run ffmpeg")]
    Run(#[from] std::io::Error),
    /// A meter refused its settings.
    #[error("could not measure the audio")]
    Measure(#[from] ebur128::Error),
}

/// What to transcode.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) file: PathBuf,
    /// ffmpeg's name of the container: the only one it may see in the file.
    pub(crate) demuxer: &'static str,
    pub(crate) is_mono: bool,
    pub(crate) sample_rate_hz: u32,
    pub(crate) duration_ms: i64,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Transcoded {
    pub(crate) analysis: Analysis,
    pub(crate) sample_rate_hz: u32,
    /// In the order of [`BIT_RATES_KBPS`].
    pub(crate) files: Vec<PathBuf>,
}

impl Ffmpeg {
    /// Tries `ffmpeg` from the search path; none when it is missing or cannot encode AAC.
    pub(crate) async fn find() -> Option<Self> {
        let program = PathBuf::from("ffmpeg");
        can_encode(&program).await.then(|| Self::new(program))
    }

    pub(super) fn new(program: PathBuf) -> Self {
        let around = [&DIES_WITH_US[..], &LOW_PRIORITY[..]];
        Self {
            program,
            around: around
                .into_iter()
                .filter(|words| words.first().is_some_and(|word| Path::new(word).exists()))
                .flatten()
                .map(OsString::from)
                .collect(),
        }
    }

    /// Decodes, measures and encodes into `folder`. The child ends with this future.
    pub(crate) async fn transcode(
        &self,
        source: &Source,
        folder: &Path,
    ) -> Result<Transcoded, TranscodeError> {
        let sample_rate_hz = ladder_sample_rate_hz(source.sample_rate_hz);
        let files: Vec<PathBuf> = BIT_RATES_KBPS
            .iter()
            .map(|bit_rate| folder.join(format!("{bit_rate}.mp4")))
            .collect();
        let mut child = self
            .command(arguments(source, sample_rate_hz, &files))
            .spawn()?;
        let limit = timeout(source.duration_ms);
        let run = tokio::time::timeout(limit, follow(&mut child, sample_rate_hz));
        let ended = run.await;
        if let Err(_) | Ok(Err(TranscodeError::Still(_))) = ended {
            child.kill().await?;
        }
        match ended {
            // Whatever runs it says the same when it cannot be run: the file is only to blame while ffmpeg works.
            Ok(Err(TranscodeError::Undecodable(reason))) if !can_encode(&self.program).await => {
                Err(TranscodeError::Missing(reason))
            }
            Ok(analysis) => Ok(Transcoded {
                analysis: analysis?,
                sample_rate_hz,
                files,
            }),
            Err(_elapsed) => Err(TranscodeError::TimedOut(limit)),
        }
    }

    fn command(&self, arguments: Vec<OsString>) -> Command {
        let program = self.program.as_os_str();
        let mut words = self.around.iter().map(OsString::as_os_str).chain([program]);
        let mut command = Command::new(words.next().unwrap_or(program));
        command.args(words);
        command
            .args(arguments)
            // What it says of the machine is read, too.
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

/// Whether a program runs and encodes AAC.
async fn can_encode(program: &Path) -> bool {
    let output = Command::new(program)
        .args(["-hide_banner", "-loglevel", "error", "-encoders"])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await;
    output.is_ok_and(|output| {
        let encoders = String::from_utf8_lossy(&output.stdout);
        let mut names = encoders
            .lines()
            .filter_map(|line| line.split_whitespace().nth(1));
        output.status.success() && names.any(|name| name == "aac")
    })
}

/// The rungs of one track share one rate: 44.1 kHz for its family, 48 kHz for all others. Lower rates would not carry
/// 256 kbit/s, higher ones are not heard.
pub(crate) fn ladder_sample_rate_hz(source_hz: u32) -> u32 {
    if source_hz != 0 && source_hz.is_multiple_of(11_025) {
        44_100
    } else {
        48_000
    }
}

fn timeout(duration_ms: i64) -> Duration {
    let audio = Duration::from_millis(u64::try_from(duration_ms).unwrap_or_default());
    let longest = Duration::from_secs(AUDIO_SECONDS_MAX.into());
    TIMEOUT_MIN + audio.min(longest) * TIMEOUT_PER_AUDIO
}

/// One decoder, then four copies of the samples: three to be encoded, one to be measured.
fn arguments(source: &Source, sample_rate_hz: u32, files: &[PathBuf]) -> Vec<OsString> {
    let mut arguments = input_arguments(source);
    let filter = filter(source, sample_rate_hz, files.len());
    arguments.extend(["-filter_complex", &filter].map(OsString::from));
    let cut_us = CUT_HALF_FRAMES * 512 * 1_000_000 / u64::from(sample_rate_hz).max(1);
    for (index, (file, bit_rate)) in files.iter().zip(BIT_RATES_KBPS).enumerate() {
        let options = format!(
            "-map [o{index}] -map_metadata -1 -fflags +bitexact -threads 1 -c:a aac -b:a {bit_rate}k \
             -f mp4 -movflags +empty_moov+delay_moov+default_base_moof+skip_trailer \
             -frag_duration {cut_us}"
        );
        arguments.extend(options.split_whitespace().map(OsString::from));
        arguments.push(file.clone().into());
    }
    let samples = format!("-map [o{}] -c:a pcm_f32le -f f32le pipe:1", files.len());
    arguments.extend(samples.split_whitespace().map(OsString::from));
    arguments
}

fn input_arguments(source: &Source) -> Vec<OsString> {
    let options = format!(
        "-nostdin -hide_banner -loglevel error -threads 1 -filter_threads 1 \
         -filter_complex_threads 1 -protocol_whitelist file,pipe -max_alloc {ALLOCATION_BYTES_MAX} \
         -t {AUDIO_SECONDS_MAX} -f {} -i",
        source.demuxer
    );
    let mut arguments: Vec<OsString> = options.split_whitespace().map(OsString::from).collect();
    arguments.push(source.file.clone().into());
    arguments
}

/// Everything is stereo: mono at full level on both sides, as players do with a mono file; more channels are mixed.
/// Samples are counted anew: past a damaged spot those of the source jump, and fragments are cut by time.
fn filter(source: &Source, sample_rate_hz: u32, rung_count: usize) -> String {
    let layout = if source.is_mono {
        "pan=stereo|c0=c0|c1=c0"
    } else {
        "aformat=channel_layouts=stereo"
    };
    let outputs = (0..=rung_count).fold(String::new(), |outputs, index| {
        outputs + "[o" + &index.to_string() + "]"
    });
    format!(
        "[0:a:0]aresample={sample_rate_hz},aformat=sample_fmts=fltp,{layout},\
         asetpts=N/SR/TB,asplit={}{outputs}",
        rung_count + 1
    )
}

/// Measures the samples while the child writes them, then waits for its end.
async fn follow(child: &mut Child, sample_rate_hz: u32) -> Result<Analysis, TranscodeError> {
    let closed = || std::io::Error::other("its output is closed");
    let stdout = child.stdout.take().ok_or_else(closed)?;
    let stderr = child.stderr.take().ok_or_else(closed)?;
    let measuring = std::pin::pin!(measure(stdout, sample_rate_hz));
    let listening = std::pin::pin!(Complaint::read(stderr));
    // Both are read all the time: ffmpeg waits for whoever does not read.
    let (analysis, complaint) = match select(measuring, listening).await {
        Either::Left((analysis, listening)) => (analysis?, unless_still(listening).await?),
        Either::Right((complaint, measuring)) => (measuring.await?, complaint),
    };
    let status = unless_still(child.wait()).await??;
    if let Some(signal) = status.signal() {
        return Err(TranscodeError::Killed(signal));
    }
    if !status.success() {
        return Err(complaint.into_error());
    }
    if analysis.sample_count == 0 {
        return Err(TranscodeError::Undecodable(
            "there is no audio in it".to_owned(),
        ));
    }
    Ok(analysis)
}

/// Waits for something, as long as a run may go without.
async fn unless_still<T>(awaited: impl Future<Output = T>) -> Result<T, TranscodeError> {
    let ended = tokio::time::timeout(STILL_MAX, awaited).await;
    ended.map_err(|_elapsed| TranscodeError::Still(STILL_MAX))
}

async fn measure(
    mut samples: impl AsyncRead + Unpin,
    sample_rate_hz: u32,
) -> Result<Analysis, TranscodeError> {
    let mut analyser = Analyser::new(sample_rate_hz)?;
    let mut bytes = vec![0; PIECE_BYTES];
    let mut filled = 0;
    let mut piece: Vec<f32> = Vec::with_capacity(PIECE_BYTES / SAMPLE_BYTES);
    loop {
        let rest = bytes.get_mut(filled..).unwrap_or_default();
        let read = unless_still(samples.read(rest)).await??;
        if read == 0 {
            break;
        }
        filled += read;
        let whole = filled - filled % FRAME_BYTES;
        piece.clear();
        let (quads, _) = bytes
            .get(..whole)
            .unwrap_or_default()
            .as_chunks::<SAMPLE_BYTES>();
        piece.extend(quads.iter().map(|quad| f32::from_le_bytes(*quad)));
        analyser.add(&piece)?;
        bytes.copy_within(whole..filled, 0);
        filled -= whole;
    }
    Ok(analyser.finish())
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[test]
    fn rates_are_brought_to_the_nearer_family() {
        for (source, ladder) in [
            (8_000, 48_000),
            (11_025, 44_100),
            (22_050, 44_100),
            (32_000, 48_000),
            (44_100, 44_100),
            (48_000, 48_000),
            (88_200, 44_100),
            (96_000, 48_000),
            (192_000, 48_000),
            (0, 48_000),
            (12_345, 48_000),
        ] {
            assert_eq!(ladder_sample_rate_hz(source), ladder, "{source}");
        }
    }

    fn source_in(folder: &Path) -> Source {
        Source {
            file: folder.join("original"),
            demuxer: "wav",
            is_mono: false,
            sample_rate_hz: 44_100,
            duration_ms: 1_000,
        }
    }

    #[tokio::test]
    async fn a_program_that_is_gone_is_not_the_files_fault() {
        let folder = tempfile::tempdir().unwrap();
        let gone = Ffmpeg::new(folder.path().join("ffmpeg"));
        let source = source_in(folder.path());
        let error = gone.transcode(&source, folder.path()).await.unwrap_err();
        let is_blameless = matches!(error, TranscodeError::Missing(_) | TranscodeError::Run(_));
        assert!(is_blameless, "{error}");
    }

    #[test]
    fn longer_audio_may_take_longer() {
        assert_eq!(timeout(0), Duration::from_hours(1));
        assert_eq!(timeout(600_000), Duration::from_mins(100));
        // No longer than ffmpeg may decode, whatever the file says of itself.
        assert_eq!(timeout(i64::MAX), Duration::from_hours(97));
    }

    /// Measures what is written with a pause before each piece.
    async fn measured_with(pause: Duration) -> Result<Analysis, TranscodeError> {
        let (mut ours, theirs) = tokio::io::duplex(PIECE_BYTES);
        let writing = async move {
            for _ in 0..10 {
                tokio::time::sleep(pause).await;
                // Whoever gave up does not read on.
                if ours.write_all(&[0; 16 * FRAME_BYTES]).await.is_err() {
                    break;
                }
            }
        };
        tokio::join!(measure(theirs, 44_100), writing).0
    }

    #[tokio::test(start_paused = true)]
    async fn slow_is_not_still() {
        let slow = measured_with(STILL_MAX.mul_f64(0.99)).await;
        assert_eq!(slow.unwrap().sample_count, 160);
        let still = measured_with(STILL_MAX.mul_f64(1.01)).await;
        assert!(matches!(still, Err(TranscodeError::Still(_))), "{still:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_does_nothing_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let program = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/ingest/fixtures/does_nothing.sh"
        );
        let source = source_in(folder.path());
        let run = Ffmpeg::new(program.into())
            .transcode(&source, folder.path())
            .await;
        assert!(matches!(run, Err(TranscodeError::Still(_))), "{run:?}");
    }
}
