//! Debian packages: what a step needs is installed, or it is said what is missing.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::failure::{Failure, Result};
use crate::screen;
use crate::subprocess;
use crate::workspace::Workspace;

/// A program (or file) that a Debian package brings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needed {
    /// A program name, or an absolute path to a file; one folder of the path may be `*`.
    pub(crate) program: &'static str,
    pub(crate) package: &'static str,
    /// What works when it cannot be had.
    pub(crate) without: &'static str,
}

pub(crate) const FFMPEG: Needed = Needed {
    program: "ffmpeg",
    package: "ffmpeg",
    without: "music plays in its original quality; there are no lower qualities for slow links",
};
pub(crate) const CHROMIUM: Needed = Needed {
    program: "chromium",
    package: "chromium",
    without: "no browser tests",
};
pub(crate) const KOREAN_FONT: Needed = Needed {
    program: "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    package: "fonts-noto-cjk",
    without: "browser tests run, but Korean text is boxes in screenshots",
};
pub(crate) const HAPROXY: Needed = Needed {
    program: "haproxy",
    package: "haproxy",
    without: "no tests of replicas behind a balancer",
};
pub(crate) const FAKETIME: Needed = Needed {
    program: "/usr/lib/*/faketime/libfaketime.so.1",
    package: "libfaketime",
    without: "no tests of replicas whose clocks differ",
};
pub(crate) const SYSTEMD: Needed = Needed {
    program: "systemd-analyze",
    package: "systemd",
    without: "the unit for systemd is not checked",
};
pub(crate) const CURL: Needed = Needed {
    program: "curl",
    package: "curl",
    without: "no tests of downloads that are resumed",
};
pub(crate) const PIP: Needed = Needed {
    program: "pip3",
    package: "python3-pip",
    without: "no import of files that break parsers",
};
pub(crate) const MARIADB: Needed = Needed {
    program: "mariadbd",
    package: "mariadb-server",
    without: "no tests on MariaDB",
};
pub(crate) const LIBAIO: Needed = Needed {
    program: "/usr/lib/x86_64-linux-gnu/libaio.so.1",
    package: "libaio1",
    without: "no tests on MySQL",
};
pub(crate) const POSTGRES: Needed = Needed {
    program: "/usr/lib/postgresql/*/bin/postgres",
    package: "postgresql",
    without: "no tests on PostgreSQL",
};

pub(crate) const NGINX: Needed = Needed {
    program: "nginx",
    package: "nginx-light",
    without: "no comparison with nginx",
};
pub(crate) const WRK: Needed = Needed {
    program: "wrk",
    package: "wrk",
    without: "no comparison with other servers",
};
pub(crate) const OPENSSL: Needed = Needed {
    program: "openssl",
    package: "openssl",
    without: "no comparison over TLS",
};

/// Installs what is missing. An error says what is missing, what works without it and how to go on.
pub(crate) fn ensure(workspace: &Workspace, needed: &[Needed]) -> Result<()> {
    let missing: Vec<_> = needed
        .iter()
        .filter(|needed| !is_there(needed.program))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<_> = missing.iter().map(|needed| needed.package).collect();
    let step = screen::step("Debian packages", &packages.join(" "));
    install(workspace, &packages).map_err(|failure| {
        let without: Vec<_> = missing.iter().map(|needed| needed.without).collect();
        failure.without(without.join("; ")).how(format!(
            "install {} yourself, then run this again",
            packages.join(" and ")
        ))
    })?;
    step.done(&packages.join(" "));
    Ok(())
}

/// Whether a program or file is there.
pub(crate) fn is_there(program: &str) -> bool {
    if program.starts_with('/') {
        find(program).is_some()
    } else {
        subprocess::is_installed(program)
    }
}

/// Finds a file by a path in which one folder may be `*`; of several, the last by name.
pub(crate) fn find(pattern: &str) -> Option<PathBuf> {
    let Some((before, after)) = pattern.split_once("/*/") else {
        return Some(PathBuf::from(pattern)).filter(|path| path.exists());
    };
    let folders = std::fs::read_dir(before).ok()?.flatten();
    folders
        .map(|folder| folder.path().join(after))
        .filter(|path| path.exists())
        .max()
}

fn install(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    if !subprocess::is_installed("apt-get") {
        return Err(Failure::new(format!(
            "{} is missing, and this machine has no apt-get to install it with",
            packages.join(" and ")
        )));
    }
    update(workspace)?;
    let log = workspace.own("log/apt.log")?;
    let mut install = vec![
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-q",
        "-y",
    ];
    install.extend([
        "-o",
        "DPkg::Lock::Timeout=300",
        "--no-install-recommends",
        "install",
    ]);
    install.extend(packages);
    subprocess::log(&mut as_root(&install)?, &log)
}

/// Fetches Debian's package lists.
pub(crate) fn update(workspace: &Workspace) -> Result<()> {
    let log = workspace.own("log/apt-update.log")?;
    subprocess::log(&mut as_root(&["apt-get", "-q", "update"])?, &log).map_err(|failure| {
        let what = "Debian's package lists could not be fetched (is there a network?)";
        Failure::new(format!("{what}\n{}", failure.what))
    })
}

/// A command that runs as root: as it is, or by sudo.
fn as_root(words: &[&str]) -> Result<Command> {
    let (first, rest) = words
        .split_first()
        .ok_or_else(|| Failure::new("an empty command"))?;
    if is_root() {
        let mut command = Command::new(first);
        command.args(rest);
        return Ok(command);
    }
    if !subprocess::is_installed("sudo") {
        return Err(Failure::new(
            "installing Debian packages needs root, and there is no sudo",
        ));
    }
    // sudo asks on the terminal itself; without one it must not wait for an answer.
    let asks = Command::new("sudo")
        .args(["-v"])
        .stdin(Stdio::inherit())
        .status();
    if !asks.is_ok_and(|status| status.success()) {
        return Err(Failure::new(
            "installing Debian packages needs root, and sudo was refused",
        ));
    }
    let mut command = Command::new("sudo");
    command.args(words);
    Ok(command)
}

/// Whether this process is root.
pub(crate) fn is_root() -> bool {
    subprocess::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
