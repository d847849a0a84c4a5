//! Runs other programs and says plainly how they ended.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::failure::{Failure, Result, While};
use crate::workspace::Workspace;

/// How many lines of a failed program's output are shown.
const TAIL_LINES: usize = 60;

/// Cargo in the repository, with the environment that a person's cargo has.
///
/// `cargo xtask` sets variables for this program. Build scripts that read them would run again, and half of the
/// dependencies be built anew, each time somebody changes between `cargo xtask` and plain cargo.
pub(crate) fn cargo(workspace: &Workspace, words: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(words).current_dir(&workspace.root);
    for (name, _) in std::env::vars_os() {
        if is_set_by_cargo_run(&name.to_string_lossy()) {
            cargo.env_remove(name);
        }
    }
    cargo
}

fn is_set_by_cargo_run(name: &str) -> bool {
    let names = [
        "CARGO",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "OUT_DIR",
    ];
    names.contains(&name)
        || ["CARGO_PKG_", "CARGO_BIN_", "CARGO_CRATE_"]
            .iter()
            .any(|start| name.starts_with(start))
}

/// Runs a program that speaks to the terminal itself.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;
    check(command, status)
}

/// Runs a program and returns what it printed on stdout.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::piped())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(command, &error))?;
    check(command, output.status).map_err(|failure| {
        let said = String::from_utf8_lossy(&output.stderr);
        Failure {
            what: format!("{}\n{}", failure.what, tail(&said, TAIL_LINES)),
            ..failure
        }
    })?;
    String::from_utf8(output.stdout).while_doing(format!("read the output of {}", shown(command)))
}

/// Runs a program whose output goes to a file; the end of it is shown when the program fails.
pub(crate) fn log(command: &mut Command, file: &Path) -> Result<()> {
    let out = File::create(file).while_doing(format!("write {}", file.display()))?;
    let err = out
        .try_clone()
        .while_doing(format!("write {}", file.display()))?;
    let status = command
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .status();
    let status = status.map_err(|error| not_started(command, &error))?;
    check(command, status).map_err(|failure| {
        let said = tail(&lossy(&std::fs::read(file).unwrap_or_default()), TAIL_LINES);
        Failure {
            what: format!("{}\n{said}", failure.what),
            ..failure
        }
    })
}

/// Whether a program of this name can be found.
pub(crate) fn is_installed(program: &str) -> bool {
    locate(program).is_some()
}

/// Finds a program by its name, also among those for administrators.
pub(crate) fn locate(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(Into::into))
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The last lines of a text.
pub(crate) fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.trim_end().lines().collect();
    let shown = all
        .get(all.len().saturating_sub(lines)..)
        .unwrap_or_default();
    shown
        .iter()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Text that may hold bytes which are not UTF-8.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The command as a person would type it, without the folders of programs.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

pub(crate) fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    let program = command.get_program().to_string_lossy();
    if error.kind() == std::io::ErrorKind::NotFound {
        return Failure::new(format!("the program {program} is missing"));
    }
    Failure::new(format!("could not start {program}: {error}"))
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`{}` failed ({status})",
        shown(command)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_what_it_said() {
        let failure = read(Command::new("sh").args(["-c", "echo oh no >&2; exit 3"])).unwrap_err();
        assert!(failure.what.contains("exit status: 3"), "{failure}");
        assert!(failure.what.contains("oh no"), "{failure}");
    }

    #[test]
    fn what_cargo_sets_is_told_from_what_a_person_sets() {
        assert!(is_set_by_cargo_run("CARGO_PKG_NAME"));
        assert!(is_set_by_cargo_run("CARGO_MANIFEST_DIR"));
        assert!(!is_set_by_cargo_run("CARGO_TARGET_DIR"));
        assert!(!is_set_by_cargo_run("CARGO_HOME"));
    }

    #[test]
    fn a_missing_program_is_called_missing() {
        let failure = read(&mut Command::new("no-such-program-here")).unwrap_err();
        assert_eq!(failure.what, "the program no-such-program-here is missing");
    }

    #[test]
    fn the_tail_keeps_the_last_lines() {
        assert_eq!(tail("a\nb\nc\n", 2), "    b\n    c");
    }
}
