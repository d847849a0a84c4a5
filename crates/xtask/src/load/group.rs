//! A control group of this machine, that holds a program to so much of it: as a pod's limits do.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result, While};

const ROOT: &str = "/sys/fs/cgroup";
/// Missing where the kernel does not count swap: then there is none to use.
const MAY_BE_MISSING: &str = "memory.swap.max";
/// The time in which a processor's share is spent, in microseconds: Kubernetes' own.
const PERIOD_US: u64 = 100_000;

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

/// A group that ends with this value; what runs in it must have ended before.
pub(crate) struct Group {
    folders: Vec<PathBuf>,
}

impl Group {
    /// Makes a group; an error says what this machine does not allow.
    pub(crate) fn make(name: &str, limits: Limits) -> Result<Self> {
        let mut group = Self {
            folders: Vec::new(),
        };
        let name = format!("haas-{name}-{}", std::process::id());
        let quota = limits.milli_cpu * PERIOD_US / 1000;
        let bytes = limits.memory_mib << 20;
        let root = Path::new(ROOT);
        if root.join("cgroup.controllers").is_file() {
            group.add(
                &root.join(&name),
                &[
                    ("cpu.max", format!("{quota} {PERIOD_US}")),
                    ("memory.max", bytes.to_string()),
                    ("memory.swap.max", "0".to_owned()),
                ],
            )?;
        } else {
            group.add(
                &root.join("cpu").join(&name),
                &[
                    ("cpu.cfs_period_us", PERIOD_US.to_string()),
                    ("cpu.cfs_quota_us", quota.to_string()),
                ],
            )?;
            group.add(
                &root.join("memory").join(&name),
                &[("memory.limit_in_bytes", bytes.to_string())],
            )?;
        }
        Ok(group)
    }

    fn add(&mut self, folder: &Path, limits: &[(&str, String)]) -> Result<()> {
        let work = format!("make the control group {}", folder.display());
        std::fs::create_dir(folder).while_doing(&work)?;
        self.folders.push(folder.to_path_buf());
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

impl Drop for Group {
    fn drop(&mut self) {
        for folder in &self.folders {
            // A group that something still runs in stays; nothing is lost by it.
            let _ = std::fs::remove_dir(folder);
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
        };
        let status = group.run(Path::new("true")).status().unwrap();
        assert!(!status.success());
    }
}
