use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use chassis::config::{Effective, Flag, Sources, environment};
use chassis::objects::{NoPlace, Place};
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand};

use crate::load::LoadArguments;

/// High-availability streaming: music for everybody, in one binary.
#[derive(Debug, Parser)]
#[command(name = "haas", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serves every service, or those that --only names.
    Serve(Serve),
    /// Measures and transcodes music that was imported, without serving anybody.
    Worker(WorkerArguments),
    /// Brings the databases up to date and ends.
    Migrate(Common),
    /// Says whether the configuration is good, and everything that is wrong with it.
    Check(Check),
    /// Writes the descriptions of the APIs.
    Openapi(Openapi),
    /// Works on the music library.
    #[command(subcommand)]
    Music(MusicCommand),
    /// Keeps everything in a backup, or brings it back.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Lets virtual listeners play music on a server, and says whether it starts at once and does not stop.
    Load(Box<LoadArguments>),
    /// Asks a running process whether it takes requests; the exit code is the answer.
    Health(Health),
}

#[derive(Debug, Subcommand)]
pub(crate) enum MusicCommand {
    /// Imports a folder or a bucket of music: reads tags, keeps the originals, remembers what lay where.
    Import(ImportArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Keeps every row and every object of the music library as it is now, while it goes on serving.
    Backup(BackupArguments),
    /// Brings a backup back into an empty database and its objects, and checks every byte of it.
    Restore(RestoreArguments),
}

/// What `haas admin backup` takes.
#[derive(Debug, Args)]
#[command(after_help = BACKUP_EXIT_CODES)]
pub(crate) struct BackupArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// The folder, or part of a bucket (`s3://BUCKET/PREFIX`), that holds all backups; objects are kept once in it.
    #[arg(value_name = "FOLDER", value_parser = OsStringValueParser::new().try_map(read_place))]
    pub(crate) place: Place,
}

/// What `haas admin restore` takes.
#[derive(Debug, Args)]
#[command(after_help = RESTORE_EXIT_CODES)]
pub(crate) struct RestoreArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// The folder, or part of a bucket (`s3://BUCKET/PREFIX`), that holds the backups.
    #[arg(value_name = "FOLDER", value_parser = OsStringValueParser::new().try_map(read_place))]
    pub(crate) place: Place,
    /// Which backup, by its name such as `2026-11-30T15-04-05Z-7f3a`; otherwise the latest.
    #[arg(long, value_name = "NAME")]
    pub(crate) backup: Option<String>,
    /// Takes over objects that belong to another library, which cannot import or prepare music there any more. What the
    /// restored database does not name of them is deleted a day later.
    #[arg(long)]
    pub(crate) take_over: bool,
}

/// What scripts may rely on.
const BACKUP_EXIT_CODES: &str = "Exit codes:\n  0    everything is kept\n  1    there is no backup\n  \
     3    it is kept, but for objects that are lost where they should be\n  64   wrong arguments or configuration\n  \
     130  somebody stopped it";

/// What scripts may rely on.
const RESTORE_EXIT_CODES: &str = "Exit codes:\n  0    everything is restored\n  1    nothing is restored; it can be done again\n  \
     3    it is restored, but for objects that the backup does not have as they were\n  64   wrong arguments or configuration\n  \
     130  somebody stopped it";

/// What scripts may rely on.
const IMPORT_EXIT_CODES: &str = "Exit codes:\n  0    everything was imported\n  1    the run could not be finished; the next one goes on\n  \
     3    some files were left out, each named with its reason\n  64   wrong arguments or configuration\n  130  somebody stopped it";

/// What `haas music import` takes.
#[derive(Debug, Args)]
#[command(after_help = IMPORT_EXIT_CODES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags of a command line are independent"
)]
pub(crate) struct ImportArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// The folder with the music, or a part of a bucket (`s3://BUCKET/PREFIX`); it is only read.
    #[arg(value_name = "FOLDER", value_parser = OsStringValueParser::new().try_map(read_place))]
    pub(crate) origin: Place,
    /// Writes one line of JSON per file and a summary instead of a progress bar.
    #[arg(long)]
    pub(crate) json: bool,
    /// Reads every file again, also those that look unchanged, and makes again what was given up or is lost.
    #[arg(long)]
    pub(crate) thorough: bool,
    /// Leaves measuring and transcoding to `haas serve`; the music plays at once, as it is.
    #[arg(long)]
    pub(crate) defer: bool,
    /// How many tracks are measured and transcoded at the same time.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) workers: u8,
    /// Removes every track of the folder or bucket when it is empty.
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Takes over objects that belong to another library, which cannot import or prepare music there any more. What this
    /// one does not name of them is deleted a day later.
    #[arg(long)]
    pub(crate) take_over: bool,
}

/// Where configuration comes from; for every command that needs it.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// The configuration file (TOML); otherwise the one that `HAAS_CONFIG` names.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder that holds everything of the embedded default: databases, objects, files being worked on.
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    common: Common,
    /// The services to serve, separated by commas; all when it is left out.
    #[arg(long, value_name = "SERVICES")]
    only: Option<String>,
    /// The address of the public listener; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The address of the admin listener (`/live`, `/ready`, `/metrics`, `/config`); port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    admin_listen: Option<String>,
    /// The certificate of the public listener, which then speaks HTTPS; with those of who signed it, in PEM.
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<String>,
    /// The private key of the certificate, in PEM.
    #[arg(long, value_name = "FILE")]
    tls_key: Option<String>,
    /// Refuse to start when a database is not up to date, instead of migrating it.
    #[arg(long)]
    no_migrate: bool,
}

/// What `haas worker` takes.
#[derive(Debug, Args)]
pub(crate) struct WorkerArguments {
    #[command(flatten)]
    common: Common,
    /// How many tracks are measured and transcoded at once; otherwise as many as there are processors.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) workers: Option<u8>,
    /// The address of the admin listener (`/live`, `/ready`, `/metrics`, `/config`); port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    admin_listen: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Show every value in force and where it comes from; secrets are not shown.
    #[arg(long)]
    print: bool,
    /// Show every key with default, accepted values and meaning, as Markdown.
    #[arg(long, conflicts_with = "print")]
    markdown: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Openapi {
    /// The folder to write one file per service into.
    #[arg(long, value_name = "DIR", default_value = "docs/generated/openapi")]
    pub(crate) out: PathBuf,
    /// Write nothing; fail when a file differs from what would be written.
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Health {
    #[command(flatten)]
    pub(crate) common: Common,
    /// The admin listener to ask; otherwise the configured one.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) admin: Option<SocketAddr>,
}

impl Common {
    pub(crate) fn sources(&self) -> Sources {
        let mut flags = Vec::new();
        add(&mut flags, "--data", "server.data", self.data.as_ref());
        Sources {
            file: self.config.clone(),
            environment: environment(),
            flags,
        }
    }
}

impl Serve {
    pub(crate) fn sources(&self) -> Sources {
        let mut sources = self.common.sources();
        let flags = &mut sources.flags;
        add(flags, "--only", "server.only", self.only.as_ref());
        add(flags, "--listen", "server.listen", self.listen.as_ref());
        let admin = self.admin_listen.as_ref();
        add(flags, "--admin-listen", "server.admin_listen", admin);
        add(
            flags,
            "--tls-cert",
            "server.tls_cert",
            self.tls_cert.as_ref(),
        );
        add(flags, "--tls-key", "server.tls_key", self.tls_key.as_ref());
        let no = "false".to_owned();
        let migrate = self.no_migrate.then_some(&no);
        add(flags, "--no-migrate", "server.migrate", migrate);
        sources
    }
}

impl WorkerArguments {
    pub(crate) fn sources(&self) -> Sources {
        let mut sources = self.common.sources();
        let admin = self.admin_listen.as_ref();
        let flags = &mut sources.flags;
        add(flags, "--admin-listen", "server.admin_listen", admin);
        sources
    }
}

impl AdminCommand {
    pub(crate) fn sources(&self) -> Sources {
        match self {
            Self::Backup(arguments) => arguments.common.sources(),
            Self::Restore(arguments) => arguments.common.sources(),
        }
    }
}

impl Check {
    /// Whether somebody wants to know if it would start here; else what could be set is shown.
    pub(crate) fn is_about_this_machine(&self) -> bool {
        !(self.print || self.markdown)
    }

    pub(crate) fn report(&self, effective: &Effective) -> String {
        match (self.print, self.markdown) {
            (true, _) => effective.to_toml(),
            (_, true) => effective.to_markdown(),
            _ => "the configuration is good\n".to_owned(),
        }
    }
}

/// A folder's name need not be text.
fn read_place(argument: OsString) -> Result<Place, NoPlace> {
    match argument.to_str() {
        Some(text) => text.parse(),
        None => Ok(Place::Folder(argument.into())),
    }
}

fn add(flags: &mut Vec<Flag>, name: &'static str, key: &'static str, value: Option<&String>) {
    flags.extend(value.map(|value| Flag {
        name,
        key,
        value: value.clone(),
    }));
}
