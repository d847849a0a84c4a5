//! What could not be done, said so that a person can go on.

use std::fmt;

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// A step that could not be done: what is missing, what works without it, and how to go on.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) without: Option<String>,
    pub(crate) how: Option<String>,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            without: None,
            how: None,
        }
    }

    /// Says what works all the same.
    pub(crate) fn without(mut self, text: impl Into<String>) -> Self {
        self.without = Some(text.into());
        self
    }

    /// Says how to go on.
    pub(crate) fn how(mut self, text: impl Into<String>) -> Self {
        self.how = Some(text.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(without) = &self.without {
            write!(f, "\n  Without it: {without}")?;
        }
        if let Some(how) = &self.how {
            write!(f, "\n  To go on: {how}")?;
        }
        Ok(())
    }
}

/// Turns an I/O error into a failure that says what was being done.
pub(crate) trait While<T> {
    /// Names the work, as in "could not {work}".
    fn while_doing(self, work: impl fmt::Display) -> Result<T>;
}

impl<T, E: fmt::Display> While<T> for std::result::Result<T, E> {
    fn while_doing(self, work: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Failure::new(format!("could not {work}: {error}")))
    }
}
