//! The durable job table: claim under a lease, retry with back-off, poison at last.

/// What kinds of work there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobKind {
    /// Measures a track and makes its renditions.
    Prepare,
}

impl JobKind {
    /// As stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
        }
    }
}
