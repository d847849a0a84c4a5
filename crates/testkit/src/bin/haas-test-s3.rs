//! The store of the tests as a process of its own, for rigs: `haas-test-s3 FOLDER ADDRESS SWITCHES`.
//!
//! `GET /?slow_ms=2000&fail_every=10` at the address of the switches sets both, and is answered with how many requests
//! there were and how many of them failed. It runs until it is ended.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use testkit::{Faults, S3};
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
    let mut address = || -> Result<SocketAddr, Box<dyn std::error::Error>> {
        let address = arguments.next().and_then(|text| text.into_string().ok());
        Ok(address.ok_or("which address?")?.parse()?)
    };
    let (address, switches) = (address()?, address()?);
    let store = S3::serve(TcpListener::bind(address).await?, &folder);
    let router = Router::new()
        .route("/", get(switch))
        .with_state(Arc::clone(&store.faults));
    axum::serve(TcpListener::bind(switches).await?, router).await?;
    Ok(())
}

async fn switch(State(faults): State<Arc<Faults>>, Query(switches): Query<Switches>) -> String {
    faults.slow(Duration::from_millis(switches.slow_ms));
    faults.fail_every(switches.fail_every);
    let (requests, failed) = faults.counts();
    format!("{requests} {failed}\n")
}
