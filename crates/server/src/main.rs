//! The haas binary: the only place that knows which services exist.

use std::path::PathBuf;

use chassis::clock::Clock;
use chassis::database::Database;
use chassis::lifecycle::Tasks;
use chassis::objects;
use chassis::service::Context;
use clap::{Parser, Subcommand};
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
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Command::Serve { data, listen } = Arguments::parse().command;
    std::fs::create_dir_all(&data)?;
    let database =
        Database::connect(&format!("sqlite:{}", data.join("music.sqlite").display())).await?;
    database.migrate::<music::Migrator>().await?;
    let tasks = Tasks::default();
    let mut metrics = Registry::default();
    let mounted = music::start(Context {
        database,
        objects: objects::open_folder(&data.join("music"))?,
        clock: Clock::system(),
        tasks: tasks.clone(),
        metrics: &mut metrics,
    });
    let listener = TcpListener::bind(&listen).await?;
    announce(&format!("http://{}", listener.local_addr()?));
    let router = mounted.router.merge(pages::assets::router());
    chassis::http::serve(listener, router, tasks).await;
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "the first line is the address, for people and for scripts"
)]
fn announce(address: &str) {
    println!("{address}");
}
