//! Programs that end with this process, however it ends: also after Ctrl-C and after `kill -9`.
//!
//! Each is kept by a small shell that reads orders from us. When nobody can give it orders any more, it ends its program and
//! removes the folder.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result, While};
use crate::subprocess;

/// A first start on a busy machine takes seconds; more than this is a fault.
pub(crate) const START_TIMEOUT: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How much of what a program said is shown when it fails.
const TAIL_LINES: usize = 20;
const LOG: &str = "server.log";
/// Reading ends when the process that started this closes the pipe, however it ends. A program that was stopped in its tracks
/// has to go on to hear that it should end.
const KEEPER: &str = r#"
trap '' INT HUP TERM
folder=$1; signal=$2; shift 2
begin() {
    (trap - HUP TERM; exec "$@") >>"$folder/server.log" 2>&1 &
    echo $!
}
begin "$@"
while read -r order; do
    case $order in
        begin) begin "$@" ;;
        wait) wait $!; echo $? ;;
    esac
done
kill -CONT $!
kill -"$signal" $!
wait $!
rm -rf "$folder"
"#;

/// A program with its folder; it ends, and the folder goes, when this is dropped.
pub(crate) struct Kept {
    keeper: Child,
    /// Taken when nothing is to be ordered any more.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    signal: &'static str,
    pub(crate) folder: PathBuf,
    pub(crate) pid: u32,
}

impl Kept {
    /// Starts a program below a shell, which may run as somebody else. What the program says is in its folder.
    pub(crate) fn start(
        mut shell: Command,
        folder: &Path,
        signal: &'static str,
        program: &Command,
    ) -> Result<Self> {
        shell
            .args(["-c", KEEPER, "keeper"])
            .arg(folder)
            .arg(signal)
            .arg(program.get_program())
            .args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        if let Some(folder) = program.get_current_dir() {
            shell.current_dir(folder);
        }
        let mut keeper = shell
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .while_doing("start a shell")?;
        let orders = keeper.stdin.take();
        let answers = keeper.stdout.take();
        let answers = answers.ok_or_else(|| Failure::new("a shell has no output"))?;
        let mut kept = Self {
            keeper,
            orders,
            answers: BufReader::new(answers),
            signal,
            folder: folder.to_path_buf(),
            pid: 0,
        };
        kept.pid = kept.answer()?;
        Ok(kept)
    }

    /// Waits until the program does what it is for.
    pub(crate) fn wait_until(&self, name: &str, answers: impl Fn() -> bool) -> Result<()> {
        let deadline = Instant::now() + START_TIMEOUT;
        while !answers() {
            if !self.is_running() || deadline < Instant::now() {
                let said = self.said();
                return Err(Failure::new(format!("{name} does not answer\n{said}")));
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    /// Whether it has not ended, by itself or by anybody.
    pub(crate) fn is_running(&self) -> bool {
        // Until somebody waits for it, a program that has ended is still in the list.
        state(self.pid).is_some_and(|state| state != 'Z')
    }

    /// Sends a signal, as `kill` calls it.
    pub(crate) fn signal(&self, signal: &str) -> Result<()> {
        send(signal, self.pid)
    }

    /// Waits until the program has ended and returns its exit code, as a shell says it: 128 and the signal where one ended it.
    pub(crate) fn wait(&mut self) -> Result<u32> {
        self.order("wait")
    }

    /// Asks it to end in its own way, and waits.
    pub(crate) fn stop(&mut self) -> Result<u32> {
        self.signal(self.signal)?;
        self.wait()
    }

    /// Starts a program that has ended once more.
    pub(crate) fn begin(&mut self) -> Result<()> {
        self.pid = self.order("begin")?;
        Ok(())
    }

    /// The end of what it said.
    pub(crate) fn said(&self) -> String {
        let log = fs::read(self.folder.join(LOG)).unwrap_or_default();
        subprocess::tail(&subprocess::lossy(&log), TAIL_LINES)
    }

    fn order(&mut self, order: &str) -> Result<u32> {
        let orders = self.orders.as_mut();
        let orders = orders.ok_or_else(|| Failure::new("the program was given up"))?;
        writeln!(orders, "{order}").while_doing("give an order to a shell")?;
        self.answer()
    }

    fn answer(&mut self) -> Result<u32> {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line);
        read.while_doing("read what a shell says")?;
        line.trim()
            .parse()
            .while_doing(format!("understand a shell that says {line:?}"))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        drop(self.orders.take());
        // A keeper that cannot be waited for has ended already.
        let _ = self.keeper.wait();
    }
}

/// A new folder for a program, that goes with it.
pub(crate) fn folder(name: &str) -> Result<PathBuf> {
    let template = std::env::temp_dir().join(format!("haas-{name}.XXXXXX"));
    let folder = subprocess::read(Command::new("mktemp").arg("-d").arg(template))?;
    Ok(PathBuf::from(folder.trim_end()))
}

/// Sends a signal to a process.
pub(crate) fn send(signal: &str, pid: u32) -> Result<()> {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{signal}")).arg(pid.to_string());
    subprocess::read(&mut kill).map(|_| ())
}

/// Those that a process has started and that have not ended.
pub(crate) fn children_of(pid: u32) -> Result<Vec<u32>> {
    let processes = fs::read_dir("/proc").while_doing("read the list of processes")?;
    let numbers = processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().parse().ok());
    Ok(numbers
        .filter(|child| parent_of(*child) == Some(pid))
        .collect())
}

/// What the kernel says a process does: `R`, `S`, `T`, `Z` …
fn state(pid: u32) -> Option<char> {
    after_name(pid)?.chars().next()
}

fn parent_of(pid: u32) -> Option<u32> {
    after_name(pid)?.split(' ').nth(1)?.parse().ok()
}

/// What follows the name of a program, which may hold anything.
fn after_name(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(") ")?;
    Some(rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(name: &str, script: &str) -> Kept {
        let folder = std::env::temp_dir().join(format!("haas-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut program = Command::new("sh");
        program
            .args(["-c", script])
            .env("SAID", "hello")
            .current_dir(&folder);
        let kept = Kept::start(Command::new("sh"), &folder, "TERM", &program).unwrap();
        let is_there = || folder.join("ready").exists();
        kept.wait_until(name, is_there).unwrap();
        kept
    }

    #[test]
    fn a_dropped_program_is_ended_and_its_folder_removed_also_when_it_was_stopped() {
        let kept = keep("keeper", "touch ready; exec sleep 600");
        let (pid, folder) = (kept.pid, kept.folder.clone());
        kept.signal("STOP").unwrap();

        drop(kept);

        assert!(!folder.exists());
        assert!(!Path::new("/proc").join(pid.to_string()).exists());
    }

    #[test]
    fn a_program_ends_as_it_likes_and_is_started_again() {
        let mut kept = keep("again", "echo $SAID; touch ready; exec sleep 600");
        assert_eq!(kept.stop().unwrap(), 128 + 15);
        assert!(!kept.is_running());
        assert!(kept.said().contains("hello"), "{}", kept.said());
        kept.begin().unwrap();
        assert!(kept.is_running());
        kept.signal("KILL").unwrap();
        assert_eq!(kept.wait().unwrap(), 128 + 9);
    }

    #[test]
    fn children_are_told_from_others() {
        let child = Command::new("sleep").arg("600").spawn();
        let mut child = child.unwrap();
        let children = children_of(std::process::id()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(children.contains(&child.id()));
        assert_eq!(children_of(child.id()).unwrap(), Vec::<u32>::new());
    }
}
