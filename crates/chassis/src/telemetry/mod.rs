//! Logs: text for people, JSON for programs; on standard error, so that standard output stays the program's.

mod request;

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::Section;
use request::Lines;
pub(crate) use request::within;

/// What the log leaves out of tags that are read: the reader warns of each odd one without the name of its file, and
/// `haas music import` names every file that it leaves out.
const QUIET_TAGS: &str = "lofty=error";

/// A store that is away is asked again many times, and no time tells what the error in the end does not.
const QUIET_RETRIES: &str = "object_store=warn";

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

/// The filter of a level.
fn directives(level: &str) -> String {
    match level {
        // Libraries are loud below info and tell statements and addresses there.
        "debug" | "trace" => {
            format!("info,chassis={level},music={level},server={level},haas={level},pages={level}")
        }
        // A new database would begin with two lines per migration.
        "info" => format!(
            "info,{},{QUIET_TAGS},{QUIET_RETRIES}",
            crate::database::QUIET_MIGRATIONS
        ),
        level => format!("{level},{QUIET_TAGS}"),
    }
}

/// Starts logging, and logs panics too. Does nothing when the process logs already.
pub fn start(config: &Config) {
    let Config { format, level } = config;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(directives(level)))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .event_format(Lines::new(*format));
    let started = match format {
        Format::Text => lines.finish().try_init(),
        Format::Json => lines.fmt_fields(JsonFields::new()).finish().try_init(),
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let location = panic.location().map(ToString::to_string);
            let message = panic.payload_as_str().unwrap_or("no message");
            tracing::error!(location, message, "panicked");
        }));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

    use super::*;

    /// Whether what is logged passes a filter.
    fn passes(level: &str, log: impl FnOnce()) -> bool {
        struct Heard(Arc<AtomicBool>);
        impl<S: tracing::Subscriber> Layer<S> for Heard {
            fn on_event(&self, _event: &tracing::Event<'_>, _context: Context<'_, S>) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let heard = Arc::new(AtomicBool::new(false));
        let subscriber = tracing_subscriber::registry()
            .with(EnvFilter::new(directives(level)))
            .with(Heard(Arc::clone(&heard)));
        tracing::subscriber::with_default(subscriber, log);
        heard.load(Ordering::Relaxed)
    }

    #[test]
    fn odd_tags_are_told_to_whoever_looks_closely_and_all_else_to_everybody() {
        for (level, is_told) in [("warn", false), ("info", false), ("debug", true)] {
            let of_tags = || tracing::warn!(target: "lofty::id3::v2::tag", "\"-3\" is no number");
            assert_eq!(passes(level, of_tags), is_told, "{level}");
            let of_another = || tracing::warn!(target: "hyper", "slow");
            assert!(passes(level, of_another), "{level}");
        }
        let error_of_tags = || tracing::error!(target: "lofty::id3::v2::tag", "lost");
        assert!(passes("info", error_of_tags));
        let of_another = || tracing::warn!(target: "hyper", "slow");
        assert!(!passes("error", of_another));
    }
}
