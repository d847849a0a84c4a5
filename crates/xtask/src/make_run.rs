//! `make run` as a newcomer meets it: from a folder of music to a page, again in seconds, and its refusals.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result, While};
use crate::workspace::Workspace;

/// How long a run may take until it serves: the binary is built already.
const FIRST_RUN_MAX: Duration = Duration::from_mins(3);
/// A later run starts in seconds.
const LATER_RUN_MAX: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);
const TRACK_COUNT: u32 = 40;

/// Every check in order; the text says how long the runs took to serve.
pub(crate) fn check(workspace: &Workspace) -> Result<String> {
    let home = workspace.own("check/run")?;
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(home.join("empty")).while_doing("make a folder")?;
    let music = make_music(&home)?;
    refusals(workspace, &home, &music)?;
    let (first, _) = serve_once(workspace, &home, &music, FIRST_RUN_MAX)?;
    let (later, said) = serve_once(workspace, &home, &music, LATER_RUN_MAX)?;
    if !said.contains("0 added, ") || !said.contains(&format!("{TRACK_COUNT} unchanged")) {
        return Err(Failure::new(format!(
            "the later run imports again:\n{said}"
        )));
    }
    stop_in_the_import(workspace, &home, &music)?;
    fs::remove_dir_all(&home).while_doing("remove the folder of the check")?;
    Ok(format!(
        "served after {:.1} s, the later run after {:.1} s",
        first.as_secs_f64(),
        later.as_secs_f64()
    ))
}

/// What cannot be done is said at once, with what to do.
fn refusals(workspace: &Workspace, home: &Path, music: &Path) -> Result<()> {
    let holder = TcpListener::bind("127.0.0.1:0").while_doing("listen")?;
    let taken = holder.local_addr().while_doing("listen")?.to_string();
    let free = "127.0.0.1:0".to_owned();
    let file = music.join("01 - Tone 1.wav");
    for (music, listen, expected) in [
        (
            Path::new("/no/where"),
            &free,
            "MUSIC=/no/where does not exist",
        ),
        (&file, &free, "is not a folder with music"),
        (&home.join("empty"), &free, "is empty (is a disk missing?)"),
        (music, &taken, "make run LISTEN="),
    ] {
        let mut run = Run::start(workspace, home, music, listen)?;
        let status = run.end(LATER_RUN_MAX)?;
        let said = run.said();
        if status.success() || !said.contains(expected) || !said.contains("To go on: ") {
            return Err(Failure::new(format!(
                "{expected:?} was expected ({status}):\n{said}"
            )));
        }
    }
    Ok(())
}

/// One run until its first page, ended by Ctrl-C; how long it took to serve, and what it said.
fn serve_once(
    workspace: &Workspace,
    home: &Path,
    music: &Path,
    time_max: Duration,
) -> Result<(Duration, String)> {
    let started = Instant::now();
    let mut run = Run::start(workspace, home, music, "127.0.0.1:0")?;
    let page = run.wait_for(time_max, |said| {
        let address = said.split("HaaS plays at http://").nth(1)?;
        get(address.split_whitespace().next()?, "/music/new")
    })?;
    let time = started.elapsed();
    if !page.contains("Tone 1") {
        let said = run.said();
        return Err(Failure::new(format!(
            "the page does not show the music:\n{said}"
        )));
    }
    run.interrupt()?;
    let status = run.end(LATER_RUN_MAX)?;
    if status.success() {
        Ok((time, run.said()))
    } else {
        Err(Failure::new(format!(
            "Ctrl-C ended it with {status}:\n{}",
            run.said()
        )))
    }
}

/// Ctrl-C in the middle of an import ends all of it, and the next run completes it.
fn stop_in_the_import(workspace: &Workspace, home: &Path, music: &Path) -> Result<()> {
    fs::remove_dir_all(home.join("data")).while_doing("begin with an empty library")?;
    let mut run = Run::start(workspace, home, music, "127.0.0.1:0")?;
    let database = home.join("data/music.sqlite");
    run.wait_for(FIRST_RUN_MAX, |_| database.exists().then_some(()))?;
    run.interrupt()?;
    run.end(LATER_RUN_MAX)?;
    if run.said().contains("HaaS plays at") {
        return Err(Failure::new(format!(
            "it served after Ctrl-C:\n{}",
            run.said()
        )));
    }
    let (_, said) = serve_once(workspace, home, music, FIRST_RUN_MAX)?;
    let there = count(&said, "added") + count(&said, "unchanged");
    if there == TRACK_COUNT {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "the next run did not complete it:\n{said}"
        )))
    }
}

/// The number before a word of the import's summary.
fn count(said: &str, word: &str) -> u32 {
    let words: Vec<_> = said
        .split([' ', ',', '\n'])
        .filter(|word| !word.is_empty())
        .collect();
    let mut latest_first = words.windows(2).rev().filter_map(|pair| match pair {
        [number, after] if *after == word => number.parse().ok(),
        _ => None,
    });
    latest_first.next().unwrap_or(0)
}

/// A `make run` that goes on, with the processes it started.
struct Run {
    child: Child,
    log: PathBuf,
}

impl Run {
    fn start(workspace: &Workspace, home: &Path, music: &Path, listen: &str) -> Result<Self> {
        let log = home.join("run.log");
        let out = File::create(&log).while_doing("write a log")?;
        let err = out.try_clone().while_doing("write a log")?;
        let program = std::env::current_exe().while_doing("find this program")?;
        let mut command = Command::new(program);
        command
            .arg("run")
            .arg(format!("MUSIC={}", music.display()))
            .arg(format!("DATA={}", home.join("data").display()))
            .arg(format!("LISTEN={listen}"))
            .env_remove("DEMO")
            .env_remove("ONLY")
            .current_dir(&workspace.root)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            // A group of its own gets what Ctrl-C sends to all that run in a terminal.
            .process_group(0);
        let child = command.spawn().while_doing("start `make run`")?;
        Ok(Self { child, log })
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn wait_for<T>(
        &mut self,
        time_max: Duration,
        condition: impl Fn(&str) -> Option<T>,
    ) -> Result<T> {
        let started = Instant::now();
        loop {
            let said = self.said();
            if let Some(found) = condition(&said) {
                return Ok(found);
            }
            let ended = self.child.try_wait().while_doing("look at `make run`")?;
            if ended.is_some() || started.elapsed() > time_max {
                return Err(Failure::new(format!(
                    "`make run` did not come so far:\n{said}"
                )));
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn interrupt(&self) -> Result<()> {
        self.signal("INT").map(drop)
    }

    /// Sends a signal to all of its processes; false when none is left.
    fn signal(&self, name: &str) -> Result<bool> {
        let group = format!("-{}", self.child.id());
        let mut kill = Command::new("kill");
        kill.args(["-s", name, "--", &group]).stderr(Stdio::null());
        let status = kill.status().while_doing("send a signal")?;
        Ok(status.success())
    }

    fn end(&mut self, time_max: Duration) -> Result<ExitStatus> {
        let started = Instant::now();
        loop {
            let ended = self.child.try_wait().while_doing("wait for `make run`")?;
            // What it started may have a word to say after it.
            if let Some(status) = ended
                && !self.signal("0")?
            {
                return Ok(status);
            }
            if started.elapsed() > time_max {
                return Err(Failure::new(format!(
                    "`make run` does not end:\n{}",
                    self.said()
                )));
            }
            std::thread::sleep(PAUSE);
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // Whatever of it still runs, also when this program was ended before what it had started.
        let _ended_already = self.signal("KILL");
        let _ended_already = self.child.wait();
    }
}

/// The page behind an address, when it is served.
fn get(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(LATER_RUN_MAX)).ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.starts_with("HTTP/1.1 200").then_some(answer)
}

/// Tones of a second: WAV, 8 kHz, 8 bit, mono.
fn make_music(home: &Path) -> Result<PathBuf> {
    let music = home.join("music");
    fs::create_dir_all(&music).while_doing("make a folder")?;
    for number in 1..=TRACK_COUNT {
        let samples: Vec<u8> = (0..8_000_u32)
            .map(|at| if at % (10 + number) < 5 { 0x60 } else { 0xa0 })
            .collect();
        let mut wave = b"RIFF\x64\x1f\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x40\x1f\0\0".to_vec();
        wave.extend(samples);
        let name = format!("{number:02} - Tone {number}.wav");
        fs::write(music.join(name), wave).while_doing("write a tone")?;
    }
    Ok(music)
}
