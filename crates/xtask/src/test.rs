//! `make test`: every check there is, cheapest first.

mod counts;
mod product;
mod rust;
mod suite;
mod web;

use std::process::ExitCode;

use crate::databases::{self, Server};
use crate::failure::{Failure, Result};
use crate::packages::{self, CHROMIUM, FFMPEG, KOREAN_FONT};
use crate::workspace::{Settings, Workspace};
use crate::{speed, tidy};
use counts::Counts;
use suite::{Suite, Verdict};

const MYSQL: &str = "mysql server";

/// Everything that decides whether a change may land.
pub(crate) fn all(workspace: &Workspace, settings: &Settings) -> ExitCode {
    let mut suite = Suite::new(workspace, settings.get("ONLY").unwrap_or_default());
    let packages = [
        FFMPEG,
        packages::POSTGRES,
        packages::MARIADB,
        CHROMIUM,
        KOREAN_FONT,
        packages::HAPROXY,
        packages::FAKETIME,
        packages::SYSTEMD,
        packages::CURL,
    ];
    let packages = [&packages[..], &speed::NEEDED].concat();
    suite.needed("debian packages", |_| {
        set_up(packages::ensure(workspace, &packages))
    });
    let has_web = quick(&mut suite);
    web::tests(&mut suite);
    rust::dependencies(&mut suite);
    rust::advisories(&mut suite);
    web::advisories(&mut suite);
    if has_web {
        rust::clippy(&mut suite);
        if suite.wants(rust::TESTS) {
            let servers = start_databases(&mut suite);
            rust::tests(&mut suite, &servers.environment());
        }
        rust::fuzz(&mut suite);
        rust::documentation(&mut suite);
        product_stages(&mut suite);
    }
    suite.finish()
}

/// What to run while working: no browser, no database server, no release build.
pub(crate) fn fast(workspace: &Workspace, settings: &Settings) -> ExitCode {
    let mut suite = Suite::new(workspace, settings.get("ONLY").unwrap_or_default());
    let has_web = quick(&mut suite);
    web::tests(&mut suite);
    if has_web {
        rust::clippy(&mut suite);
        rust::tests(&mut suite, &[]);
    }
    suite.finish()
}

/// The checks that need no Rust build, and the web build that every Rust build needs.
fn quick(suite: &mut Suite<'_>) -> bool {
    rust::format(suite);
    let workspace = suite.workspace;
    suite.stage("tidy", |_| {
        let (passed, findings) = tidy::check(workspace)?;
        let failed = tidy::count() - passed;
        Ok(Verdict::Tests(
            Counts {
                passed,
                failed,
                skipped: 0,
            },
            findings,
        ))
    });
    web_build(suite)
}

/// The stages on the release binary, which is brought up to date for any of them.
fn product_stages(suite: &mut Suite<'_>) {
    let is_wanted = |suite: &Suite<'_>| {
        let mut stages = product::STAGES.into_iter().flatten();
        suite.wants(rust::RELEASE) || stages.any(|(name, _)| suite.wants(name))
    };
    if is_wanted(suite) && rust::release(suite) {
        for group in product::STAGES {
            suite.group(group);
        }
    }
}

fn web_build(suite: &mut Suite<'_>) -> bool {
    let workspace = suite.workspace;
    suite.needed("web build", |_| {
        crate::web::build(workspace).map(|()| Verdict::Holds)
    })
}

/// What cannot be installed is skipped and named – but not in CI, where it would hide that nothing was tested.
fn set_up(result: Result<()>) -> Result<Verdict> {
    match result {
        Ok(()) => Ok(Verdict::Holds),
        Err(failure) if std::env::var_os("CI").is_some() => Err(failure),
        Err(Failure { what, without, .. }) => Ok(Verdict::Missing(format!(
            "{what} ({})",
            without.unwrap_or_default()
        ))),
    }
}

/// The database servers that could be started, each under the variable that names it to the tests.
#[derive(Default)]
struct Servers(Vec<(&'static str, Server)>);

impl Servers {
    fn environment(&self) -> Vec<(&'static str, String)> {
        let servers = self.0.iter();
        servers
            .map(|(variable, server)| (*variable, server.url.clone()))
            .collect()
    }
}

fn start_databases(suite: &mut Suite<'_>) -> Servers {
    let mut servers = Servers::default();
    let workspace = suite.workspace;
    let mut start = |name: &str, variable, start: fn(&Workspace) -> Result<Server>| {
        suite.needed(name, |_| {
            set_up(start(workspace).map(|server| servers.0.push((variable, server))))
        });
    };
    start(
        "postgresql server",
        databases::POSTGRES_URL,
        databases::start_postgres,
    );
    start(
        "mariadb server",
        databases::MARIADB_URL,
        databases::start_mariadb,
    );
    match databases::missing_for_mysql() {
        None => start(MYSQL, databases::MYSQL_URL, databases::start_mysql),
        Some(missing) => {
            suite.needed(MYSQL, |_| Ok(Verdict::Missing(missing)));
        }
    }
    servers
}
