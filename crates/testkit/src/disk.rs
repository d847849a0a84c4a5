use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::skip::skip;

/// How many bytes are written at once to fill a disk up.
const PIECE_BYTES: usize = 4 << 10;
const FILLER: &str = "filler";

/// A small disk of its own that may become full or read-only: a tmpfs in a mount namespace, which ends with this.
/// Root is not stopped by the modes of files, a mount stops everybody.
#[derive(Debug)]
pub struct Disk {
    keeper: Child,
    folder: TempDir,
}

impl Disk {
    /// Mounts one; none, said as a skip, where this process may not mount.
    pub fn mount(size_kib: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mount = "mount -t tmpfs -o \"size=$1k\" haas-test \"$0\" && echo mounted && exec cat";
        let keeper = Command::new("unshare")
            .args(["--mount", "sh", "-c", mount])
            .arg(folder.path())
            .arg(size_kib.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut keeper) = keeper else {
            skip("unshare");
            return None;
        };
        let mut said = String::new();
        let mut stdout = BufReader::new(keeper.stdout.take().unwrap());
        stdout.read_line(&mut said).unwrap();
        let disk = Self { keeper, folder };
        if said != "mounted\n" {
            skip("right to mount a disk");
            return None;
        }
        Some(disk)
    }

    /// Where it is for programs that [`Disk::enter`] starts.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where it is for the test itself.
    pub fn seen(&self) -> PathBuf {
        let path = self.path().strip_prefix("/").unwrap();
        Path::new("/proc")
            .join(self.keeper.id().to_string())
            .join("root")
            .join(path)
    }

    /// The words in front of a command that is to see the disk.
    pub fn enter(&self) -> Vec<String> {
        let target = self.keeper.id().to_string();
        ["nsenter", "--target", &target, "--mount", "--"]
            .map(str::to_owned)
            .into()
    }

    /// Mounts it with other options, such as `ro` or `size=8m`.
    pub fn remount(&self, options: &str) {
        let status = Command::new("nsenter")
            .args(self.enter().iter().skip(1))
            .args(["mount", "-o", &format!("remount,{options}")])
            .arg(self.path())
            .status();
        assert!(status.unwrap().success(), "mount -o remount,{options}");
    }

    /// Writes until nothing fits any more.
    pub fn fill(&self) {
        let mut filler = File::create(self.seen().join(FILLER)).unwrap();
        while filler.write_all(&[0; PIECE_BYTES]).is_ok() {}
    }

    /// Takes away what [`Disk::fill`] wrote.
    pub fn empty(&self) {
        std::fs::remove_file(self.seen().join(FILLER)).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The keeper reads until its input ends; its namespace and the disk end with it.
        drop(self.keeper.stdin.take());
        let _status = self.keeper.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_disk_fills_up_and_can_be_emptied_and_made_read_only() {
        let Some(disk) = Disk::mount(256) else { return };
        let file = disk.seen().join("file");
        disk.fill();
        assert!(std::fs::write(&file, [1; 8192]).is_err());
        disk.empty();
        std::fs::write(&file, [1; 8192]).unwrap();
        disk.remount("ro");
        assert!(std::fs::write(&file, "x").is_err());
        let mut bytes = Vec::new();
        File::open(&file).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len(), 8192);
        assert!(!disk.path().join("file").exists(), "the mount is its own");
    }
}
