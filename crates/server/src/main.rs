//! The haas binary: the only place that knows which services exist.

mod import;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chassis::clock::Clock;
use chassis::database::Database;
use chassis::lifecycle::Tasks;
use chassis::objects;
use chassis::service::Context;
use clap::{Parser, Subcommand};
use music::ingest::Library;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// High-availability streaming: music for everybody, in one binary.
#[derive(Debug, Parser)]
#[command(name = "haas", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves every service.
    Serve {
        /// Where the embedded database and the objects lie.
        #[arg(long, default_value = "haas-data")]
        data: PathBuf,
        /// Where the public listener listens; port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: String,
    },
    /// Works on the music library.
    #[command(subcommand)]
    Music(MusicCommand),
}

#[derive(Debug, Subcommand)]
enum MusicCommand {
    /// Imports a folder of music: reads tags, keeps the originals, remembers what lay where.
    Import {
        /// Where the embedded database and the objects lie.
        #[arg(long, default_value = "haas-data")]
        data: PathBuf,
        #[command(flatten)]
        arguments: import::ImportArguments,
    },
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    match Arguments::parse().command {
        Command::Serve { data, listen } => serve(&data, &listen).await,
        Command::Music(MusicCommand::Import { data, arguments }) => {
            let library = Library {
                database: open_database(&data).await?,
                objects: objects::open_folder(&data.join("music"))?,
                clock: Clock::system(),
            };
            Ok(import::run(&library, &arguments).await)
        }
    }
}

async fn open_database(data: &Path) -> Result<Database, Box<dyn std::error::Error>> {
    std::fs::create_dir_all(data)?;
    let database =
        Database::connect(&format!("sqlite:{}", data.join("music.sqlite").display())).await?;
    database.migrate::<music::Migrator>().await?;
    Ok(database)
}

async fn serve(data: &Path, listen: &str) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let database = open_database(data).await?;
    let tasks = Tasks::default();
    let mut metrics = Registry::default();
    let mounted = music::start(Context {
        database,
        objects: objects::open_folder(&data.join("music"))?,
        clock: Clock::system(),
        tasks: tasks.clone(),
        metrics: &mut metrics,
    });
    let listener = TcpListener::bind(listen).await?;
    announce(&format!("http://{}", listener.local_addr()?));
    let router = mounted.router.merge(pages::assets::router());
    chassis::http::serve(listener, router, tasks).await;
    Ok(ExitCode::SUCCESS)
}

#[expect(
    clippy::print_stdout,
    reason = "the first line is the address, for people and for scripts"
)]
fn announce(address: &str) {
    println!("{address}");
}
