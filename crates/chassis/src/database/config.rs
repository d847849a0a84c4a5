use std::path::{Path, PathBuf};
use std::time::Duration;

use super::url::{ACCEPTED, is_usable};
use crate::config::{Secret, Section};

/// How long a request waits for a free connection before it gets 503.
pub const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How many connections one service of one process opens at most.
pub const CONNECTIONS_MAX: u32 = 8;
/// How long one statement may run.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);

/// Where a service's database is, and its limits.
#[derive(Clone, Debug)]
pub struct Config {
    pub(super) url: Secret,
    /// The file of the embedded database. Not part of the URL, where `?` and `%` would be more than letters of a name.
    pub(super) file: Option<PathBuf>,
    pub(super) connections_max: u32,
    pub(super) acquire_timeout: Duration,
    pub(super) statement_timeout: Duration,
    pub(super) is_embedded: bool,
}

impl Config {
    /// The default limits.
    pub fn with_url(url: &str) -> Self {
        Self {
            url: Secret::new(url),
            file: None,
            connections_max: CONNECTIONS_MAX,
            acquire_timeout: ACQUIRE_TIMEOUT,
            statement_timeout: STATEMENT_TIMEOUT,
            is_embedded: url.starts_with("sqlite:"),
        }
    }

    /// Reads the `database_…` keys of a service's section. Without a URL it is an SQLite file of the service's name
    /// in the data folder.
    pub fn read(section: &mut Section<'_>, data: &Path, service: &str) -> Self {
        let url = section.secret(
            "database_url",
            ACCEPTED,
            "The database, with its password. Without it an SQLite file in the data folder.",
        );
        if url.as_ref().is_some_and(|url| !is_usable(url.reveal())) {
            section.refuse_secret("database_url", ACCEPTED);
        }
        let connections = section.count(
            "database_connections_max",
            CONNECTIONS_MAX.into(),
            1..=1000,
            "How many connections one process opens at most.",
        );
        let second = Duration::from_secs(1);
        let acquire_timeout = section.duration(
            "database_acquire_timeout",
            ACQUIRE_TIMEOUT,
            second..=60 * second,
            "How long a request waits for a free connection; then 503.",
        );
        let statement_timeout = section.duration(
            "database_statement_timeout",
            STATEMENT_TIMEOUT,
            second..=600 * second,
            "How long one statement may run (not SQLite).",
        );
        let file = data.join(format!("{service}.sqlite"));
        let file = url.is_none().then_some(file);
        let url = url.unwrap_or_else(|| Secret::new("sqlite:"));
        Self {
            is_embedded: url.reveal().starts_with("sqlite:"),
            url,
            file,
            connections_max: u32::try_from(connections).unwrap_or(CONNECTIONS_MAX),
            acquire_timeout,
            statement_timeout,
        }
    }

    /// The file of the embedded database, where that is the service's own in the data folder.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Whether the database is a file of this machine, so that nobody else can be waiting for its migration.
    pub fn is_embedded(&self) -> bool {
        self.is_embedded
    }
}
