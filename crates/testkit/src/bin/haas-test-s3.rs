//! The store of the tests as a process of its own, for rigs: `haas-test-s3 FOLDER [ADDRESS]`.
//!
//! Prints the address of the store, then that of its switches: `GET /?slow_ms=2000&fail_every=10` sets both, and answers
//! with how many requests there were and how many of them failed. Ends when its standard input does.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use testkit::{Faults, S3};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

#[derive(Debug, serde::Deserialize)]
struct Switches {
    #[serde(default)]
    slow_ms: u64,
    #[serde(default)]
    fail_every: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let address = arguments.next().and_then(|text| text.into_string().ok());
    let address: SocketAddr = address.as_deref().unwrap_or("127.0.0.1:0").parse()?;
    let store = S3::serve(TcpListener::bind(address).await?, &folder);
    let switches = TcpListener::bind("127.0.0.1:0").await?;
    let (address, switch_address) = (store.address, switches.local_addr()?);
    std::io::stdout()
        .write_all(format!("http://{address}\nhttp://{switch_address}\n").as_bytes())?;
    let router = Router::new()
        .route("/", get(switch))
        .with_state(Arc::clone(&store.faults));
    tokio::select! {
        served = axum::serve(switches, router) => served?,
        _ended = async { tokio::io::stdin().read_u8().await } => {}
    }
    Ok(())
}

async fn switch(State(faults): State<Arc<Faults>>, Query(switches): Query<Switches>) -> String {
    faults.slow(Duration::from_millis(switches.slow_ms));
    faults.fail_every(switches.fail_every);
    let (requests, failed) = faults.counts();
    format!("{requests} {failed}\n")
}
