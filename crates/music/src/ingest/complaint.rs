//! What ffmpeg says before it fails: its last words tell why, and a damaged file makes it say much before those.

use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::text::clean_line;
use super::transcode::TranscodeError;

/// How much of the end is kept, in bytes.
const KEPT_BYTES_MAX: usize = 4 * 1024;
/// How many bytes are read at once.
const PIECE_BYTES: usize = 4 * 1024;
/// How long the line that is told may be, in characters.
const LINE_CHARS_MAX: usize = 200;
/// How the C library calls it, in `LC_ALL=C`.
const OUT_OF_MEMORY: &[u8] = b"Cannot allocate memory";
const DISK_FULL: [&[u8]; 2] = [b"No space left on device", b"Disk quota exceeded"];
/// Lines that stand for others.
const UNTELLING: [&str; 2] = ["Last message repeated", "Conversion failed!"];

/// What ffmpeg complained of.
#[derive(Debug, Default)]
pub(super) struct Complaint {
    /// Whole lines from the end.
    kept: Vec<u8>,
    is_disk_full: bool,
    is_out_of_memory: bool,
}

impl Complaint {
    /// Reads everything that is said: who stops reading stops ffmpeg.
    pub(super) async fn read(mut stderr: impl AsyncRead + Unpin) -> Self {
        let mut complaint = Self::default();
        let mut piece = vec![0; PIECE_BYTES];
        // What was said until it could not be read any more is worth telling.
        while let Ok(read @ 1..) = stderr.read(&mut piece).await {
            complaint.add(piece.get(..read).unwrap_or_default());
        }
        complaint
    }

    fn add(&mut self, said: &[u8]) {
        self.kept.extend(said);
        // What the machine lacks may be said in the middle, when a decoder goes on complaining after it.
        self.is_disk_full |= DISK_FULL.iter().any(|reason| has(&self.kept, reason));
        self.is_out_of_memory |= has(&self.kept, OUT_OF_MEMORY);
        if let Some(surplus @ 1..) = self.kept.len().checked_sub(KEPT_BYTES_MAX) {
            // The rest of a line that was cut may not show that it tells where a file lies.
            let kept = self.kept.get(surplus..).unwrap_or_default();
            let line_end = kept.iter().position(|byte| *byte == b'\n');
            self.kept
                .drain(..line_end.map_or(surplus, |end| surplus + end + 1));
        }
    }

    pub(super) fn into_error(self) -> TranscodeError {
        if self.is_disk_full {
            TranscodeError::DiskFull
        } else if self.is_out_of_memory {
            TranscodeError::OutOfMemory
        } else {
            TranscodeError::Undecodable(self.line())
        }
    }

    /// The last line that tells something, but not where files lie.
    fn line(&self) -> String {
        let text = String::from_utf8_lossy(&self.kept);
        let is_telling = |line: &&str| {
            !line.contains('/') && !UNTELLING.iter().any(|words| line.contains(words))
        };
        let mut lines = text.lines().rev().filter(is_telling);
        lines
            .find_map(|line| clean_line(line, LINE_CHARS_MAX))
            .unwrap_or_else(|| "it gave no reason".to_owned())
    }
}

fn has(text: &[u8], words: &[u8]) -> bool {
    text.windows(words.len()).any(|window| window == words)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn error_of(said: &str) -> TranscodeError {
        Complaint::read(said.as_bytes()).await.into_error()
    }

    #[tokio::test]
    async fn a_full_disk_is_told_from_audio_that_cannot_be_decoded() {
        let full = "av_interleaved_write_frame(): No space left on device\nConversion failed!\n";
        let error = error_of(full).await;
        assert!(matches!(error, TranscodeError::DiskFull), "{error}");
        let broken = "/tmp/x/original: Invalid data found\nInvalid data found\n/tmp/x: no\n";
        assert_eq!(
            error_of(broken).await.to_string(),
            "ffmpeg cannot decode it: Invalid data found"
        );
    }

    #[tokio::test]
    async fn its_last_words_count_however_much_it_said_before() {
        let noise = "[flac @ 0x5581] invalid sync code\n".repeat(1_000);
        let full = "av_interleaved_write_frame(): No space left on device\n";
        for said in [noise.clone() + full, noise.clone() + full + &noise] {
            let error = error_of(&said).await;
            assert!(matches!(error, TranscodeError::DiskFull), "{error}");
        }
        let error = error_of(&(noise.clone() + "Cannot allocate memory\n")).await;
        assert!(matches!(error, TranscodeError::OutOfMemory), "{error}");
        let last =
            "Error while decoding stream #0:0\n    Last message repeated 3 times\n/tmp/x: no\n";
        assert_eq!(
            error_of(&(noise + last)).await.to_string(),
            "ffmpeg cannot decode it: Error while decoding stream #0:0"
        );
    }

    #[tokio::test]
    async fn the_rest_of_a_line_that_was_cut_is_not_told() {
        let said = format!("/secret/{}\n/tmp/x: no\n", "x".repeat(2 * KEPT_BYTES_MAX));
        assert_eq!(
            error_of(&said).await.to_string(),
            "ffmpeg cannot decode it: it gave no reason"
        );
    }
}
