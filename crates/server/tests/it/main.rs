//! The built binary, driven as its users drive it.

mod backups;
mod buckets;
mod commands;
mod configuration;
mod disks;
mod http;
mod kills;
mod load;
mod load_capacity;
mod load_compare;
mod load_files;
mod load_jmx;
mod load_live;
mod plays;
mod replicas;
mod shelf;
mod stop;
mod tls;

/// The binary under test.
const HAAS: &str = env!("CARGO_BIN_EXE_haas");
