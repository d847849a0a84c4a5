//! What a tool writes: files that were asked for, and the answer for whoever looks on.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, complain};

/// Instead of the name of a file: the standard output.
const STDOUT: &str = "-";
/// What the standard output is, where Linux tells.
const OWN_STDOUT: &str = "/proc/self/fd/1";

/// The files that options ask for.
pub(super) struct Outputs<'a>(Vec<(&'static str, &'a Path)>);

/// Which file a name leads to, however it is spelled.
#[derive(PartialEq, Eq)]
enum Place {
    Stdout,
    /// Its device, and its number there.
    File(u64, u64),
    /// Not there yet.
    New(PathBuf),
}

impl<'a> Outputs<'a> {
    /// Looks at them before the work begins, which may take hours: whether they can be written, and whether one would
    /// overwrite another or what is read. What they hold, or that they are not there, stays as it is.
    pub(super) fn check<'r>(
        asked: impl IntoIterator<Item = (&'static str, &'a Option<PathBuf>)>,
        read: impl IntoIterator<Item = &'r Path>,
    ) -> Result<Self, Failure> {
        let asked = asked.into_iter();
        let asked = asked.filter_map(|(option, file)| Some((option, file.as_deref()?)));
        let mut taken: Vec<(Place, String)> = read
            .into_iter()
            .filter_map(|file| {
                let why = format!("would overwrite {}, which is read", file.display());
                Some((there(file)?, why))
            })
            .collect();
        let leads_to = |other: &str| format!("leads to the same file as {other}");
        // Where a shell has led it: both would write from the beginning.
        let stdout = there(Path::new(OWN_STDOUT));
        taken.extend(stdout.map(|place| (place, leads_to("the standard output"))));
        let mut outputs = Vec::new();
        for (option, file) in asked {
            let own = place(file);
            let mut taken_before = taken.iter();
            if let Some((_, why)) = taken_before.find(|(place, _)| Some(place) == own.as_ref()) {
                let file = file.display();
                let text = format!("{option} {file} {why}: name another file");
                return Err(Failure::usage(text));
            }
            if !is_stdout(file) {
                try_file(file)?;
            }
            taken.extend(own.map(|place| (place, leads_to(option))));
            outputs.push((option, file));
        }
        Ok(Self(outputs))
    }

    /// Writes the file of each option that was asked for, and then shows the answer, whatever came of the files: whoever reads
    /// what is shown may have had enough of it. Tells all that failed.
    pub(super) fn deliver(
        &self,
        files: &[(&str, &dyn Fn() -> String)],
        answer: &str,
    ) -> Result<(), Failure> {
        let mut done: Vec<Result<(), Failure>> = files
            .iter()
            .map(|(option, text)| self.write(option, *text))
            .collect();
        done.push(self.say(answer));
        Failure::all(done.into_iter().filter_map(Result::err))
    }

    fn write(&self, option: &str, text: &dyn Fn() -> String) -> Result<(), Failure> {
        let mut outputs = self.0.iter();
        match outputs.find(|(asked, _)| *asked == option) {
            Some((_, file)) if is_stdout(file) => say(&text()),
            Some((_, file)) => std::fs::write(file, text()).map_err(|error| {
                not_written(&format!("{} could not be written", file.display()), error)
            }),
            None => Ok(()),
        }
    }

    /// Shows the answer: on the standard output, or on the standard error where a file has taken that.
    fn say(&self, text: &str) -> Result<(), Failure> {
        if !self.0.iter().any(|(_, file)| is_stdout(file)) {
            return say(text);
        }
        complain(text.trim_end());
        Ok(())
    }
}

/// Writes what a tool found to the standard output.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout();
    let said = writeln!(stdout, "{}", text.trim_end()).and_then(|()| stdout.flush());
    said.map_err(|error| not_written("the answer could not be shown", error))
}

/// Nothing writes again what a tool that has ended could not write.
fn not_written(what: &str, error: io::Error) -> Failure {
    if error.kind() == ErrorKind::StorageFull {
        return Failure::plain(format!(
            "{what}: the disk is full. What is missing is not written later: make room there, and run this again"
        ));
    }
    Failure::new(what, error)
}

fn is_stdout(file: &Path) -> bool {
    file.as_os_str() == STDOUT
}

/// The place of a file that is there and keeps what is written to it; a device may be written by everybody.
fn there(file: &Path) -> Option<Place> {
    let file = std::fs::metadata(file)
        .ok()
        .filter(std::fs::Metadata::is_file)?;
    Some(Place::File(file.dev(), file.ino()))
}

/// None for devices, and where there is no folder: that is said when the file is tried.
fn place(file: &Path) -> Option<Place> {
    if is_stdout(file) {
        return Some(Place::Stdout);
    }
    if file.exists() {
        return there(file);
    }
    let folder = match file.parent()? {
        here if here.as_os_str().is_empty() => Path::new("."),
        folder => folder,
    };
    let folder = folder.canonicalize().ok()?;
    Some(Place::New(folder.join(file.file_name()?)))
}

/// Whether a file can be written. A device or a pipe shows that only when it is.
fn try_file(file: &Path) -> Result<(), Failure> {
    let tried = match std::fs::symlink_metadata(file) {
        Ok(link) if link.is_symlink() && !file.exists() => {
            let shown = file.display();
            return Err(Failure::usage(format!(
                "{shown} is a link that leads nowhere: remove it, or name another file"
            )));
        }
        Ok(_) if file.is_file() || file.is_dir() => {
            OpenOptions::new().append(true).open(file).map(drop)
        }
        Ok(_) => Ok(()),
        Err(_) => {
            let made = OpenOptions::new().write(true).create_new(true).open(file);
            made.and_then(|_file| std::fs::remove_file(file))
        }
    };
    let what = format!("{} could not be written", file.display());
    tried.map_err(|error| not_written(&what, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(files: [&Path; 2], read: &Path) -> bool {
        let [report, html] = files.map(|file| Some(file.to_owned()));
        Outputs::check([("--report", &report), ("--html", &html)], [read]).is_err()
    }

    #[test]
    fn one_file_is_not_written_twice_nor_over_what_is_read_however_it_is_spelled() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (one, two, scenario) = (at("one"), at("two"), at("scenario"));
        std::fs::write(&scenario, "kept").unwrap();
        std::fs::create_dir(at("below")).unwrap();
        std::os::unix::fs::symlink(&scenario, at("link")).unwrap();
        assert!(!is_refused([&one, &two], &scenario));
        assert!(!one.exists());
        for other in ["one", "./one", "below/../one"] {
            assert!(is_refused([&one, &at(other)], &scenario), "{other}");
        }
        for read in ["scenario", "below/../scenario", "link"] {
            assert!(is_refused([&one, &at(read)], &scenario), "{read}");
        }
        std::fs::write(&one, "").unwrap();
        assert!(is_refused([&one, &at("below/../one")], &scenario));
        assert_eq!(std::fs::read_to_string(&scenario).unwrap(), "kept");
        let nowhere = at("nowhere");
        std::os::unix::fs::symlink(at("gone"), &nowhere).unwrap();
        assert!(is_refused([&nowhere, &two], &scenario));
        assert!(nowhere.is_symlink() && !at("gone").exists());
        // What a device is given is nobody's.
        let null = Path::new("/dev/null");
        assert!(!is_refused([null, null], &scenario));
        assert!(is_refused([Path::new("-"); 2], &scenario));
    }
}
