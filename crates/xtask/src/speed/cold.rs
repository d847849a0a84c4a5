//! A library that is together larger than any cache of the processor.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::ask::Ask;
use super::kinds::RANGE_BYTES;
use crate::failure::{Failure, Result, While};
use crate::subprocess;
use crate::workspace::Workspace;

const CACHES: &str = "/sys/devices/system/cpu/cpu0/cache";
/// So many times what the last cache holds.
const TIMES: u64 = 8;
/// A file, with its head of 44 bytes.
const FILE_BYTES: u64 = 32 * RANGE_BYTES;
const WAVE_HEAD_BYTES: u64 = 44;
/// 48 kHz, 16 bits, two channels.
const BYTES_PER_S: u32 = 192_000;

/// Imported noise.
pub(super) struct Library {
    pub(super) data: PathBuf,
    /// What the server needs to keep all of it in memory.
    pub(super) cache: String,
    bytes_min: u64,
}

/// What the last-level cache of the first processor holds.
fn last_level_bytes(caches: &Path) -> Result<u64> {
    let work = "read the caches of the processor";
    let mut found = Vec::new();
    for entry in std::fs::read_dir(caches).while_doing(work)?.flatten() {
        let read = |name: &str| std::fs::read_to_string(entry.path().join(name)).ok();
        let level = read("level").and_then(|level| level.trim().parse::<u32>().ok());
        let size = read("size").and_then(|size| bytes(size.trim()));
        found.extend(level.zip(size));
    }
    let last = found.into_iter().max().map(|(_, bytes)| bytes);
    last.ok_or_else(|| {
        Failure::new(format!(
            "could not {work}: the kernel does not say their sizes"
        ))
    })
}

/// `32768K` or `32M`.
fn bytes(size: &str) -> Option<u64> {
    let units = [("K", 10), ("M", 20), ("G", 30)];
    let (number, shift) = units
        .iter()
        .find_map(|(unit, shift)| Some((size.strip_suffix(unit)?, *shift)))?;
    Some(number.parse::<u64>().ok()? << shift)
}

impl Library {
    /// Makes it, or takes the one of a bench before.
    pub(super) fn make(workspace: &Workspace) -> Result<Self> {
        let working_set = last_level_bytes(Path::new(CACHES))? * TIMES;
        let files = working_set.div_ceil(FILE_BYTES);
        let cache_mib = ((files * FILE_BYTES) >> 20) + 64;
        let home = workspace.own(&format!("bench/cold-{files}"))?;
        let library = Self {
            data: home.join("data"),
            cache: format!("{cache_mib}MiB"),
            bytes_min: working_set,
        };
        if home.is_dir() {
            return Ok(library);
        }
        let part = workspace.own("bench/cold.part")?;
        let _ = std::fs::remove_dir_all(&part);
        let music = part.join("music");
        std::fs::create_dir_all(&music).while_doing("make a folder")?;
        for number in 1..=files {
            noise(
                &music.join(format!("{number:04} - Noise {number}.wav")),
                number,
            )?;
        }
        let mut import = Command::new(workspace.haas());
        import.args(["music", "import", "--defer"]).arg(&music);
        subprocess::read(import.arg("--data").arg(part.join("data")))?;
        std::fs::remove_dir_all(&music).while_doing("remove what was imported")?;
        // The rename is last: a library that is there is whole.
        std::fs::rename(&part, &home).while_doing("put the library in place")?;
        Ok(library)
    }

    /// The paths of its files and how long they are.
    pub(super) fn files(&self, address: &str) -> Result<Vec<(String, u64)>> {
        let mut files = Vec::new();
        let mut path = "/api/music/v1/tracks?limit=100".to_owned();
        loop {
            let body = Ask::whole(&path).body(address)?;
            let page: Value = serde_json::from_slice(&body).while_doing("read the tracks")?;
            for track in page["items"].as_array().into_iter().flatten() {
                let stream = track["stream_url"].as_str();
                files.extend(stream.map(str::to_owned).zip(track["size_bytes"].as_u64()));
            }
            let Some(next) = page["next"].as_str() else {
                break;
            };
            path = format!("/api/music/v1/tracks?limit=100&cursor={next}");
        }
        let (least, sum) = (
            self.bytes_min,
            files.iter().map(|(_, bytes)| bytes).sum::<u64>(),
        );
        if sum < least {
            return Err(
                Failure::new(format!("the library has {sum} bytes, {least} are needed"))
                    .how(format!("remove {} and measure again", self.data.display())),
            );
        }
        Ok(files)
    }
}

/// A WAV file of noise, another one for each number.
fn noise(file: &Path, number: u64) -> Result<()> {
    let work = format!("write {}", file.display());
    let sound = FILE_BYTES - WAVE_HEAD_BYTES;
    let samples = usize::try_from(sound).while_doing(&work)?;
    let le = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes();
    let mut wave = Vec::with_capacity(samples);
    wave.extend(b"RIFF");
    wave.extend(le(FILE_BYTES - 8));
    wave.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0\x80\xbb\0\0");
    wave.extend(BYTES_PER_S.to_le_bytes());
    wave.extend(b"\x04\0\x10\0data");
    wave.extend(le(sound));
    // Marsaglia's xorshift; it never comes to zero from another number.
    let mut drawn = number | 1 << 40;
    while (wave.len() as u64) < FILE_BYTES {
        drawn ^= drawn << 13;
        drawn ^= drawn >> 7;
        drawn ^= drawn << 17;
        let room = FILE_BYTES - wave.len() as u64;
        let bytes = drawn.to_le_bytes();
        let length = usize::try_from(room)
            .unwrap_or(bytes.len())
            .min(bytes.len());
        wave.extend(bytes.iter().take(length));
    }
    let mut output = std::fs::File::create(file).while_doing(&work)?;
    output.write_all(&wave).while_doing(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_caches_are_read_and_the_last_level_counts() {
        assert_eq!(bytes("32768K"), Some(32 << 20));
        assert_eq!(bytes("1M"), Some(1 << 20));
        assert_eq!(bytes("many"), None);
        let folder = std::env::temp_dir().join(format!("haas-caches-{}", std::process::id()));
        last_level_bytes(&folder).unwrap_err();
        for (name, level, size) in [
            ("index0", "1", "48K"),
            ("index3", "3", "16384K"),
            ("index2", "2", "2M"),
        ] {
            let cache = folder.join(name);
            std::fs::create_dir_all(&cache).unwrap();
            std::fs::write(cache.join("level"), level).unwrap();
            std::fs::write(cache.join("size"), format!("{size}\n")).unwrap();
        }
        let found = last_level_bytes(&folder);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found.unwrap(), 16 << 20);
    }

    #[test]
    fn noise_is_a_wave_file_of_its_own() {
        let folder = std::env::temp_dir().join(format!("haas-noise-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let written = [1, 2].map(|number| {
            let file = folder.join(format!("{number}.wav"));
            noise(&file, number).unwrap();
            std::fs::read(file).unwrap()
        });
        std::fs::remove_dir_all(&folder).unwrap();
        for wave in &written {
            assert_eq!(wave.len() as u64, FILE_BYTES);
            assert!(wave.starts_with(b"RIFF") && wave[36..40] == *b"data");
        }
        assert_eq!(written[0][..44], written[1][..44]);
        assert_ne!(written[0], written[1]);
    }
}
