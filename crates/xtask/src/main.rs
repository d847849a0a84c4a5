//! Set-up, checks, generators and benches: every `make` target is one line that calls `cargo xtask`.
//!
//! This crate depends on none of ours; what it must know about the product it asks the built binary.

mod availability;
mod bench;
mod beside;
mod browser;
mod build;
mod bytes;
mod databases;
mod demo;
mod dependencies;
mod document;
mod failure;
mod fixtures;
mod footprint;
mod fuzz;
mod generate;
mod group;
mod hostile;
mod jmeter;
mod keeper;
mod lighthouse;
mod load;
mod make_run;
mod maven;
mod packages;
mod queries;
mod reference;
mod renditions;
mod run;
mod screen;
mod server;
mod speed;
mod subprocess;
mod test;
mod tidy;
mod unit;
mod web;
mod workspace;

use std::process::ExitCode;

use failure::Result;
use workspace::Workspace;

const HELP: &str = "\
make run         listen to music: sets everything up, imports music, serves http://127.0.0.1:8080
                 MUSIC=/a/folder  your own music      DEMO=full  all of the demo music
                 LISTEN=127.0.0.1:8090  another address    DATA=/another/folder  where the library is kept
make build       the release binary, target/release/haas
make test        every check there is (the first run takes half an hour); ONLY=clippy runs one stage
make test-fast   the checks to run while working
make check       the laws of the repository (cargo xtask tidy)
make browser     the browser tests alone (cargo xtask browser m05-queue.spec.ts for some of them)
make databases   a PostgreSQL, a MariaDB and a MySQL of your own, until Ctrl-C
make gen         what is generated and committed (API description, typed client)
make fuzz        property tests with many random cases (SECONDS=600)
make listeners   some hundred simulated people on the server that `make run` serves, for five minutes
make bench       speed and memory, measured; docs/benchmarks*.md and docs/load*.md are written anew (ONLY=speed is a part of it)
make bench-quick whether the comparison with nginx and Express works, in a minute";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match Workspace::find().and_then(|workspace| dispatch(&command, &rest, &workspace)) {
        Ok(code) => code,
        Err(failure) => {
            screen::failure(&failure);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &str, rest: &[String], workspace: &Workspace) -> Result<ExitCode> {
    if command == "browser" {
        return browser::run(workspace, rest).map(|()| ExitCode::SUCCESS);
    }
    let settings = workspace::Settings::read(rest)?;
    match command {
        "run" => run::run(workspace, &settings),
        "build" => build::build(workspace).map(|()| ExitCode::SUCCESS),
        "test" => Ok(test::all(workspace, &settings)),
        "test-fast" => Ok(test::fast(workspace, &settings)),
        "bench" => bench::run(workspace, &settings).map(|()| ExitCode::SUCCESS),
        "bench-quick" => bench::quick(workspace).map(|()| ExitCode::SUCCESS),
        "listeners" => run::listeners(workspace, &settings),
        "fuzz" => fuzz::run(workspace, &settings).map(|()| ExitCode::SUCCESS),
        "gen" => generate::run(workspace, &settings).map(|()| ExitCode::SUCCESS),
        "tidy" => tidy::run(workspace),
        "databases" => databases::serve(workspace),
        "queries" => queries::run(workspace).map(|()| ExitCode::SUCCESS),
        "" | "help" | "-h" | "--help" => {
            screen::say(HELP);
            Ok(ExitCode::SUCCESS)
        }
        other => Err(
            failure::Failure::new(format!("there is no command {other:?}"))
                .how("`make help` lists them"),
        ),
    }
}
