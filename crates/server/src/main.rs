//! The haas binary: the only place that knows which services exist.

mod admin;
mod arguments;
mod failure;
mod health;
mod import;
mod load;
mod migrate;
mod openapi;
mod process;
mod role;
mod serve;
mod service;
mod settings;
mod tls;
mod worker;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command, MusicCommand};
use failure::Failure;
use settings::Settings;

#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(usage) => return failure::usage(&usage),
    };
    match run(arguments) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    match arguments.command {
        Command::Serve(serve) => {
            let (settings, effective) = Settings::read(&serve.sources())?;
            on_runtime(serve::serve(settings, effective))
        }
        Command::Worker(arguments) => {
            let (settings, effective) = Settings::read(&arguments.sources())?;
            on_runtime(worker::work(settings, effective, arguments.workers))
        }
        Command::Admin(command) => {
            let (settings, _) = Settings::read(&command.sources())?;
            on_runtime(admin::run(settings, command))
        }
        Command::Migrate(common) => {
            let (settings, _) = Settings::read(&common.sources())?;
            on_runtime(migrate::migrate(settings))
        }
        Command::Check(check) => {
            let (settings, effective) = Settings::read(&check.common.sources())?;
            if check.is_about_this_machine() {
                serve::check(&settings)?;
            }
            say(&check.report(&effective));
            Ok(ExitCode::SUCCESS)
        }
        Command::Music(MusicCommand::Import(import)) => {
            let (settings, _) = Settings::read(&import.common.sources())?;
            on_runtime(import::run(settings, import))
        }
        Command::Openapi(openapi) => openapi::write(&openapi),
        Command::Load(load) => load::load(&load),
        Command::Health(health) => {
            let (settings, _) = Settings::read(&health.common.sources())?;
            health::ask(health.admin.unwrap_or(settings.admin_listen))
        }
    }
}

/// As many workers as the machine or its control group gives us processors.
fn on_runtime(work: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .map_err(|error| Failure::new("could not start the runtime", error))?;
    let ended = runtime.block_on(work);
    // All that matters was waited for: a thread that reads a disk which does not answer must not hold the end up.
    runtime.shutdown_background();
    ended
}

/// Writes for the one who called us; standard output is the program's, the log goes elsewhere. Whoever has closed it
/// is not interested, which is no reason to end.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _closed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_blocks_for_ever_does_not_hold_the_end_up() {
        let (held, never) = std::sync::mpsc::channel::<()>();
        let ended = on_runtime(async move {
            tokio::task::spawn_blocking(move || never.recv());
            Ok(ExitCode::SUCCESS)
        });
        assert!(ended.is_ok());
        drop(held);
    }
}
