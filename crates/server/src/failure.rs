use std::error::Error as StdError;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use chassis::config::ConfigError;
use chassis::objects::storage_fault;
use chassis::problem;

/// The exit code for a command line or configuration that cannot be used (`EX_USAGE` of sysexits.h).
const USAGE: u8 = 64;
/// What shells give a command that a SIGINT ended.
const INTERRUPTED: u8 = 130;
/// So long the last word waits for a terminal that is stopped, or a pipe that nobody reads.
const LAST_WORD_MAX: Duration = Duration::from_secs(2);

/// Why a command could not do its work: a sentence, what is below it, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    text: String,
    code: u8,
}

impl Failure {
    /// A failure with its cause, and what mends it if that is a disk.
    pub(crate) fn new(text: &str, cause: impl StdError + 'static) -> Self {
        let cause_text = problem::chain(&cause);
        Self::plain(match storage_fault(&cause) {
            Some(fault) => format!("{text}: {cause_text}\n{fault}: {}", fault.advice()),
            None => format!("{text}: {cause_text}"),
        })
    }

    /// A failure that is its own cause.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: 1,
        }
    }

    /// Something the user wrote cannot be used.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: USAGE,
        }
    }

    /// Somebody wanted the command to end before it had done its work.
    pub(crate) fn interrupted() -> Self {
        Self {
            text: "interrupted".to_owned(),
            code: INTERRUPTED,
        }
    }

    /// Several as one, with the exit code of the first; none is none.
    pub(crate) fn all(failures: impl IntoIterator<Item = Self>) -> Result<(), Self> {
        let all = failures.into_iter().reduce(|first, next| Self {
            text: format!("{}\n{}", first.text, next.text),
            code: first.code,
        });
        all.map_or(Ok(()), Err)
    }

    /// Tells the user, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        complain(&format!("haas: {}", self.text));
        ExitCode::from(self.code)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

/// Shows what clap has to say: help on standard output, a mistake on standard error.
pub(crate) fn usage(message: &clap::Error) -> ExitCode {
    let _nobody_listens = message.print();
    if message.use_stderr() {
        ExitCode::from(USAGE)
    } else {
        ExitCode::SUCCESS
    }
}

/// The last word to the user, whether or not there is a log, and whether or not anybody reads it.
pub(crate) fn complain(text: &str) {
    // Whoever has closed it is not interested.
    let say = |text: &str| drop(writeln!(std::io::stderr(), "{text}"));
    let own = text.to_owned();
    let (said, heard) = mpsc::channel::<()>();
    let saying = thread::Builder::new().spawn(move || {
        say(&own);
        drop(said);
    });
    match saying {
        // Whoever has stopped the terminal wanted an end all the same.
        Ok(_) => drop(heard.recv_timeout(LAST_WORD_MAX)),
        // There is not even a thread left: then it is what is to be told.
        Err(_) => say(text),
    }
}
