//! An import of files made to break it: odd, truncated, mislabelled and random ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::failure::{Failure, Result, While};
use crate::fixtures;
use crate::workspace::Workspace;

const ENDINGS: [&str; 6] = ["mp3", "flac", "ogg", "opus", "m4a", "wav"];
/// Shorter than any header.
const STUMP_BYTES: usize = 100;
const RANDOM_BYTES: usize = 64 * 1024;
/// The exit code of an import that left out files it could not read.
const EXIT_SOME_SKIPPED: i32 = 3;

/// Imports the folder twice; the text says how many files were taken and how many refused.
pub(crate) fn check(workspace: &Workspace) -> Result<String> {
    let home = workspace.own("check/hostile")?;
    let _ = fs::remove_dir_all(&home);
    let music = home.join("music");
    make(&fixtures::bring(workspace)?, &music)?;
    let first = judge(&import(workspace, &music, &home.join("data"))?)?;
    let again = judge(&import(workspace, &music, &home.join("data"))?)?;
    fs::remove_dir_all(&home).while_doing("remove the hostile library")?;
    let taken = |run: &BTreeMap<String, u64>| run.get("added").copied().unwrap_or_default();
    if taken(&again) > 0 {
        return Err(Failure::new(format!(
            "a second import adds again: {again:?}"
        )));
    }
    let refused = first.get("skipped").copied().unwrap_or_default();
    Ok(format!(
        "{} files: {} taken, {refused} refused, each with a reason",
        first.values().sum::<u64>(),
        taken(&first)
    ))
}

/// Whole files as they are, halves and stumps of them, their bytes under another ending, and noise.
fn make(fixtures: &Path, music: &Path) -> Result<()> {
    let work = "make the hostile files";
    for folder in ["whole", "half", "stump", "mislabelled", "random"] {
        fs::create_dir_all(music.join(folder)).while_doing(work)?;
    }
    for (path, ending) in files(fixtures)?
        .into_iter()
        .zip(ENDINGS.into_iter().cycle())
    {
        let name = path.file_name().unwrap_or_default();
        let bytes = fs::read(&path).while_doing(work)?;
        let part = |length: usize| bytes.get(..length.min(bytes.len())).unwrap_or_default();
        fs::write(music.join("whole").join(name), &bytes).while_doing(work)?;
        fs::write(music.join("half").join(name), part(bytes.len() / 2)).while_doing(work)?;
        fs::write(music.join("stump").join(name), part(STUMP_BYTES)).while_doing(work)?;
        let label = format!("{}.{ending}", name.to_string_lossy());
        fs::write(music.join("mislabelled").join(label), &bytes).while_doing(work)?;
    }
    for (seed, ending) in (1..).zip(ENDINGS) {
        let noise = music.join("random").join(format!("noise.{ending}"));
        fs::write(noise, random(seed)).while_doing(work)?;
        fs::write(music.join("random").join(format!("empty.{ending}")), []).while_doing(work)?;
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)
        .while_doing("read the fixtures")?
        .flatten();
    let mut files: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    Ok(files)
}

/// The same noise in each run (xorshift).
fn random(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..RANDOM_BYTES).map(|_| byte()).collect()
}

fn import(workspace: &Workspace, music: &Path, data: &Path) -> Result<Output> {
    let mut import = Command::new(workspace.haas());
    import
        .args(["music", "import", "--json"])
        .arg(music)
        .arg("--data")
        .arg(data);
    import.output().while_doing("start the import")
}

/// How many files had which outcome; an error for a panic, a silent refusal or a file without its line.
fn judge(output: &Output) -> Result<BTreeMap<String, u64>> {
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("panicked")
        || ![Some(0), Some(EXIT_SOME_SKIPPED)].contains(&output.status.code())
    {
        return Err(Failure::new(format!(
            "the import broke ({}):\n{said}",
            output.status
        )));
    }
    let mut outcomes = BTreeMap::new();
    let mut found = 0;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let event: Value = serde_json::from_str(line).while_doing(format!("read {line:?}"))?;
        match event["event"].as_str() {
            Some("found") => found = event["file_count"].as_u64().unwrap_or_default(),
            Some("file") => {
                let outcome = event["outcome"].as_str().unwrap_or_default();
                if outcome == "skipped" && event["reason"].as_str().is_none_or(str::is_empty) {
                    return Err(Failure::new(format!(
                        "refused without a reason: {}",
                        event["path"]
                    )));
                }
                *outcomes.entry(outcome.to_owned()).or_default() += 1;
            }
            _ => {}
        }
    }
    let lines: u64 = outcomes.values().sum();
    if found == 0 || lines != found {
        return Err(Failure::new(format!(
            "{found} files were found, but {lines} have a line"
        )));
    }
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn output(code: i32, stdout: &str, stderr: &str) -> Output {
        let status = ExitStatus::from_raw(code << 8);
        Output {
            status,
            stdout: stdout.into(),
            stderr: stderr.into(),
        }
    }

    const FOUND: &str = "{\"event\":\"found\",\"file_count\":2}\n{\"event\":\"file\",\"path\":\"a\",\"outcome\":\"added\"}\n";

    #[test]
    fn every_file_has_one_line_with_a_reason() {
        let good = "{\"event\":\"file\",\"path\":\"b\",\"outcome\":\"skipped\",\"reason\":\"too short\"}\n";
        let outcomes = judge(&output(3, &format!("{FOUND}{good}"), "")).unwrap();
        assert_eq!(outcomes["added"], 1);
        assert_eq!(outcomes["skipped"], 1);
        assert!(judge(&output(3, FOUND, "")).is_err());
        let silent = good.replace("too short", "");
        assert!(judge(&output(3, &format!("{FOUND}{silent}"), "")).is_err());
    }

    #[test]
    fn a_panic_or_a_crash_is_found() {
        assert!(judge(&output(0, FOUND, "thread 'main' panicked at")).is_err());
        assert!(judge(&output(101, FOUND, "")).is_err());
    }

    #[test]
    fn noise_is_the_same_each_time_and_differs_by_seed() {
        assert_eq!(random(1), random(1));
        assert_ne!(random(1), random(2));
    }
}
