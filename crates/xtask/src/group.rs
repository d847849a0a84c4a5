//! A control group of this machine, that holds a program to so much of it, as a pod's limits do, and counts what it takes.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result, While};
use crate::subprocess;

const ROOT: &str = "/sys/fs/cgroup";
/// Missing where the kernel does not count swap: then there is none to use.
const MAY_BE_MISSING: &str = "memory.swap.max";
/// The time in which a processor's share is spent, in microseconds: Kubernetes' own.
const PERIOD_US: u64 = 100_000;

/// Where version 1 is told to count what connections hold, and a limit that never holds anything back: the group's own limit
/// does not know of it there.
const TCP_LIMIT: &str = "memory.kmem.tcp.limit_in_bytes";
const TCP_USAGE: &str = "memory.kmem.tcp.usage_in_bytes";
const SOCKETS: &str = "/proc/net/sockstat";
const TCP_BYTES_MAX: u64 = 1 << 40;

/// The kernel may take a moment to see that the last program of a group has ended.
const ENDED_WITHIN: Duration = Duration::from_secs(1);

/// What a program may take at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// In thousandths of a processor.
    pub(crate) milli_cpu: u64,
    pub(crate) memory_mib: u64,
}

/// Whether this machine lets us make one whose limits hold, and run a program in it.
pub(crate) fn is_allowed() -> bool {
    let limits = Limits {
        milli_cpu: 100,
        memory_mib: 64,
    };
    Group::make("try", limits).is_ok_and(|group| {
        let ran = group.run(Path::new("true")).status();
        ran.is_ok_and(|status| status.success())
    })
}

/// Whether this machine lets us make one that counts what a program takes.
pub(crate) fn can_count() -> bool {
    Group::counting("try").is_ok_and(|group| {
        let ran = group.run(Path::new("true")).status();
        ran.is_ok_and(|status| status.success()) && group.cpu_us().is_ok()
    })
}

/// A group that ends with this value; what runs in it must have ended before.
#[derive(Debug)]
pub(crate) struct Group {
    folders: Vec<PathBuf>,
    /// The folder whose files say what was taken of the processors.
    processor: PathBuf,
    /// The same of memory, where that is counted.
    memory: Option<PathBuf>,
}

/// What the programs of a group hold, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Their own memory, without files that the kernel keeps for them and may drop.
    pub(crate) own: u64,
    /// What the kernel holds to send and to receive over their connections.
    pub(crate) connections: u64,
    /// What else the kernel holds for them.
    pub(crate) kernel: u64,
}

impl Held {
    pub(crate) fn sum(self) -> u64 {
        self.own + self.connections + self.kernel
    }
}

impl Group {
    /// Makes a group; an error says what this machine does not allow.
    pub(crate) fn make(name: &str, limits: Limits) -> Result<Self> {
        let mut group = Self::counting(name)?;
        let name = own_name(name);
        let quota = limits.milli_cpu * PERIOD_US / 1000;
        let bytes = limits.memory_mib << 20;
        let root = Path::new(ROOT);
        if is_unified(root) {
            let folder = root.join(name);
            Self::limit(
                &folder,
                &[
                    ("cpu.max", format!("{quota} {PERIOD_US}")),
                    ("memory.max", bytes.to_string()),
                    ("memory.swap.max", "0".to_owned()),
                ],
            )?;
            group.memory = Some(folder);
        } else {
            group.add(
                &root.join("cpu").join(&name),
                &[
                    ("cpu.cfs_period_us", PERIOD_US.to_string()),
                    ("cpu.cfs_quota_us", quota.to_string()),
                ],
            )?;
            let memory = root.join("memory").join(&name);
            group.add(&memory, &[("memory.limit_in_bytes", bytes.to_string())])?;
            // Without a limit of its own it is not even counted.
            let _not_counted = std::fs::write(memory.join(TCP_LIMIT), TCP_BYTES_MAX.to_string());
            group.memory = Some(memory);
        }
        Ok(group)
    }

    /// Makes a group that limits nothing: it says what its programs take of the processors.
    pub(crate) fn counting(name: &str) -> Result<Self> {
        let root = Path::new(ROOT);
        let controller = if is_unified(root) { "" } else { "cpuacct" };
        let processor = root.join(controller).join(own_name(name));
        let mut group = Self {
            folders: Vec::new(),
            processor: processor.clone(),
            memory: None,
        };
        group.add(&processor, &[])?;
        Ok(group)
    }

    /// The time of processors that its programs have taken, in microseconds.
    pub(crate) fn cpu_us(&self) -> Result<u64> {
        let work = "read what a control group has taken";
        let usage = self.processor.join("cpuacct.usage");
        if usage.is_file() {
            let text = std::fs::read_to_string(usage).while_doing(work)?;
            let nanoseconds: u64 = text.trim().parse().while_doing(work)?;
            return Ok(nanoseconds / 1000);
        }
        let text = std::fs::read_to_string(self.processor.join("cpu.stat")).while_doing(work)?;
        field(&text, "usage_usec").ok_or_else(|| Failure::new(format!("could not {work}")))
    }

    /// What its programs hold now.
    pub(crate) fn held(&self) -> Result<Held> {
        let work = "read what a control group holds";
        let folder = self
            .memory
            .as_ref()
            .ok_or_else(|| Failure::new("this control group does not count memory"))?;
        let text = std::fs::read_to_string(folder.join("memory.stat")).while_doing(work)?;
        if let Some(own) = field(&text, "anon") {
            let kernel = field(&text, "kernel").unwrap_or_default();
            let connections = field(&text, "sock").unwrap_or_default();
            return Ok(Held {
                own,
                connections,
                kernel,
            });
        }
        let number = |file: &str| -> Result<u64> {
            let text = std::fs::read_to_string(folder.join(file)).while_doing(work)?;
            text.trim().parse().while_doing(work)
        };
        Ok(Held {
            own: field(&text, "rss").ok_or_else(|| Failure::new(format!("could not {work}")))?,
            // Where version 1 does not count it, that of the whole machine is too much, never too little.
            connections: number(TCP_USAGE).or_else(|_| of_the_machine())?,
            kernel: number("memory.kmem.usage_in_bytes")?,
        })
    }

    /// How many processes in it the kernel has ended because they wanted more memory than there is.
    pub(crate) fn oom_kills(&self) -> Result<u64> {
        let names = ["memory.events", "memory.oom_control"];
        let folders = self.memory.iter();
        let mut files = folders.flat_map(|folder| names.map(|name| folder.join(name)));
        let text = files.find_map(|file| std::fs::read_to_string(file).ok());
        field(&text.unwrap_or_default(), "oom_kill")
            .ok_or_else(|| Failure::new("the kernel counts no kills of a group"))
    }

    fn add(&mut self, folder: &Path, limits: &[(&str, String)]) -> Result<()> {
        let work = format!("make the control group {}", folder.display());
        // Where controllers share a hierarchy, another name leads to the same folder.
        let is_there = self.folders.iter().any(|known| is_same(known, folder));
        if !is_there {
            std::fs::create_dir(folder).while_doing(&work)?;
            self.folders.push(folder.to_path_buf());
        }
        Self::limit(folder, limits)
    }

    fn limit(folder: &Path, limits: &[(&str, String)]) -> Result<()> {
        let work = format!("limit the control group {}", folder.display());
        for (file, value) in limits {
            let path = folder.join(file);
            if *file == MAY_BE_MISSING && !path.exists() {
                continue;
            }
            std::fs::write(&path, value).while_doing(&work)?;
            let holds = std::fs::read_to_string(&path).while_doing(&work)?;
            if holds.trim() != value {
                return Err(Failure::new(format!(
                    "{} is {}, not {value}",
                    path.display(),
                    holds.trim()
                )));
            }
        }
        Ok(())
    }

    /// The same program, in the group from its first instruction on; it does not run where it cannot be.
    pub(crate) fn run(&self, program: &Path) -> Command {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "set -e; for folder in $GROUP; do echo $$ > $folder/cgroup.procs; done; exec \"$0\" \"$@\"",
        ]);
        let folders: Vec<String> = self
            .folders
            .iter()
            .map(|folder| folder.display().to_string())
            .collect();
        command.env("GROUP", folders.join(" ")).arg(program);
        command
    }
}

/// What the kernel holds for all TCP connections there are.
fn of_the_machine() -> Result<u64> {
    let work = "read what connections hold";
    let text = std::fs::read_to_string(SOCKETS).while_doing(work)?;
    let page = subprocess::read(Command::new("getconf").arg("PAGESIZE"))?;
    let page: u64 = page.trim().parse().while_doing(work)?;
    let pages = tcp_pages(&text).ok_or_else(|| Failure::new(format!("could not {work}")))?;
    Ok(pages * page)
}

/// The last number of a line such as `TCP: inuse 3 orphan 0 tw 0 alloc 3 mem 15`.
fn tcp_pages(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("TCP: "))?;
    line.split_once(" mem ")?.1.trim().parse().ok()
}

fn own_name(name: &str) -> String {
    format!("haas-{name}-{}", std::process::id())
}

/// Version 2, in which one folder holds everything.
fn is_unified(root: &Path) -> bool {
    root.join("cgroup.controllers").is_file()
}

fn is_same(known: &Path, folder: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(known).is_some_and(|known| real(folder).is_some_and(|folder| folder == known))
}

/// The number that follows a name, in a file with a name and a number on each line.
fn field(text: &str, name: &str) -> Option<u64> {
    let mut words = text.lines().filter_map(|line| line.split_once(' '));
    words
        .find(|(found, _)| *found == name)?
        .1
        .trim()
        .parse()
        .ok()
}

impl Drop for Group {
    fn drop(&mut self) {
        let deadline = Instant::now() + ENDED_WITHIN;
        for folder in &self.folders {
            // A group that something still runs in stays; nothing is lost by it.
            while std::fs::remove_dir(folder)
                .is_err_and(|error| error.kind() == ErrorKind::ResourceBusy)
                && Instant::now() < deadline
            {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("haas-group-{name}-{}", std::process::id()));
        // What a run before left under the same number.
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn a_limit_that_does_not_hold_is_an_error() {
        let mut group = Group {
            folders: Vec::new(),
            processor: PathBuf::new(),
            memory: None,
        };
        let limits = [("memory.swap.max", "0".to_owned())];
        group.add(&folder("swap"), &limits).unwrap();
        // It is a device that takes everything and gives nothing back.
        let limits = [("/dev/null", "7".to_owned())];
        let failure = group.add(&folder("null"), &limits).unwrap_err();
        assert!(failure.to_string().contains("not 7"), "{failure}");
        // In a folder that is no control group a limit has nowhere to go.
        let limits = [("no/such/file", "7".to_owned())];
        group.add(&folder("none"), &limits).unwrap_err();
    }

    #[test]
    fn a_program_that_cannot_be_in_its_group_does_not_run() {
        let group = Group {
            folders: vec![PathBuf::from("/no/such/group")],
            processor: PathBuf::new(),
            memory: None,
        };
        let status = group.run(Path::new("true")).status().unwrap();
        assert!(!status.success());
    }

    #[test]
    fn what_was_taken_is_read_from_either_version() {
        let folder = folder("counted");
        std::fs::create_dir_all(&folder).unwrap();
        let group = Group {
            folders: Vec::new(),
            processor: folder.clone(),
            memory: Some(folder.clone()),
        };
        let write = |file: &str, text: &str| std::fs::write(folder.join(file), text).unwrap();
        group.cpu_us().unwrap_err();
        write("cpu.stat", "usage_usec 1234\nuser_usec 1000\n");
        assert_eq!(group.cpu_us().unwrap(), 1234);
        write("cpuacct.usage", "5678999\n");
        assert_eq!(group.cpu_us().unwrap(), 5678);

        write("memory.stat", "anon 30\nfile 900\nkernel 7\nsock 20\n");
        let held = group.held().unwrap();
        assert_eq!((held.own, held.connections, held.kernel), (30, 20, 7));
        write("memory.stat", "cache 900\nrss 40\nrss_huge 0\n");
        group.held().unwrap_err();
        write("memory.kmem.tcp.usage_in_bytes", "50\n");
        write("memory.kmem.usage_in_bytes", "60\n");
        assert_eq!(group.held().unwrap().sum(), 150);

        let sockets =
            "sockets: used 9\nTCP: inuse 3 orphan 0 tw 0 alloc 3 mem 15\nUDP: inuse 0 mem 7\n";
        assert_eq!(tcp_pages(sockets), Some(15));

        group.oom_kills().unwrap_err();
        write(
            "memory.oom_control",
            "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
        );
        assert_eq!(group.oom_kills().unwrap(), 2);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
