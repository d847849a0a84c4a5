//! Logs: text for people, JSON for programs; on standard error, so that standard output stays the program's.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::Section;

/// How and how much is logged.
#[derive(Clone, Debug)]
pub struct Config {
    format: Format,
    level: String,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Text,
    Json,
}

impl Config {
    /// Reads the section `telemetry`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let formats = [("text", Format::Text), ("json", Format::Json)];
        let format = section.choice(
            "log_format",
            "text",
            &formats,
            "Lines for people or one JSON object per line.",
        );
        let levels = ["error", "warn", "info", "debug", "trace"].map(|level| (level, level));
        let level = section.choice(
            "log_level",
            "info",
            &levels,
            "The least important level that is logged. `debug` logs every request.",
        );
        Self {
            format,
            level: level.to_owned(),
        }
    }
}

/// Starts logging, and logs panics too. Does nothing when the process logs already.
pub fn start(config: &Config) {
    let Config { format, level } = config;
    // Libraries are loud below info and tell statements and addresses there.
    let filter = match level.as_str() {
        "debug" | "trace" => EnvFilter::new(format!(
            "info,chassis={level},music={level},server={level},haas={level},pages={level}"
        )),
        // A new database would begin with two lines per migration.
        "info" => EnvFilter::new(format!("info,{}", crate::database::QUIET_MIGRATIONS)),
        level => EnvFilter::new(level),
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_span_events(FmtSpan::NONE);
    let started = match format {
        Format::Json => builder.json().flatten_event(true).finish().try_init(),
        Format::Text => {
            let is_terminal = std::io::stderr().is_terminal();
            builder.with_ansi(is_terminal).finish().try_init()
        }
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let location = panic.location().map(ToString::to_string);
            let message = panic.payload_as_str().unwrap_or("no message");
            tracing::error!(location, message, "panicked");
        }));
    }
}
