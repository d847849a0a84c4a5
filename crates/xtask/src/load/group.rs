//! A control group of this machine, that holds a program to so much of it: as a pod's limits do.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Result, While};

const ROOT: &str = "/sys/fs/cgroup";
/// The time in which a processor's share is spent, in microseconds: Kubernetes' own.
const PERIOD_US: u64 = 100_000;

/// What a program may take at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// In thousandths of a processor.
    pub(crate) milli_cpu: u64,
    pub(crate) memory_mib: u64,
}

/// Whether this machine lets us make one.
pub(crate) fn is_allowed() -> bool {
    Group::make(
        "try",
        Limits {
            milli_cpu: 100,
            memory_mib: 64,
        },
    )
    .is_ok()
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
            // Swap is not counted everywhere.
            if path.exists() {
                std::fs::write(path, value).while_doing(&work)?;
            }
        }
        Ok(())
    }

    /// The same program, in the group from its first instruction on.
    pub(crate) fn run(&self, program: &Path) -> Command {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "for folder in $GROUP; do echo $$ > $folder/cgroup.procs; done; exec \"$0\" \"$@\"",
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
