//! What can go wrong between a listener and a server.

use std::io;

/// Why a request has no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Nobody listens at the address.
    #[error("the connection was refused")]
    Refused,
    /// This machine has no port or descriptor left for another connection: the generator is the limit.
    #[error("this machine has no port or descriptor left for another connection")]
    Exhausted,
    /// The connection ended in the middle of an answer.
    #[error("the connection was lost")]
    Lost,
    /// The server did not answer in time.
    #[error("no answer came in time")]
    Timeout,
    /// An answer that says no.
    #[error("the answer was {status}")]
    Status {
        status: u16,
        /// When to come again, in seconds, if the server said it.
        retry_after_s: Option<u64>,
    },
    /// No HTTP, or not what was asked for.
    #[error("the answer cannot be used: {0}")]
    Unusable(&'static str),
    /// A body that does not end where it should.
    #[error("the answer has more than {0} bytes")]
    TooLarge(u64),
}

impl Fault {
    /// A short name for tables and metrics.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Exhausted => "exhausted",
            Self::Lost => "lost",
            Self::Timeout => "timeout",
            Self::Status { status: 429, .. } => "status_429",
            Self::Status { status: 503, .. } => "status_503",
            Self::Status { status: 500.., .. } => "status_5xx",
            Self::Status { .. } => "status_4xx",
            Self::Unusable(_) => "unusable",
            Self::TooLarge(_) => "too_large",
        }
    }

    /// Whether it is this machine's fault and not the server's.
    pub(crate) fn is_own(&self) -> bool {
        *self == Self::Exhausted
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        const NO_DESCRIPTOR: i32 = 24;
        const NO_DESCRIPTOR_IN_SYSTEM: i32 = 23;
        match (error.kind(), error.raw_os_error()) {
            (_, Some(NO_DESCRIPTOR | NO_DESCRIPTOR_IN_SYSTEM))
            | (io::ErrorKind::AddrNotAvailable | io::ErrorKind::AddrInUse, _) => Self::Exhausted,
            (io::ErrorKind::ConnectionRefused, _) => Self::Refused,
            (io::ErrorKind::TimedOut, _) => Self::Timeout,
            _ => Self::Lost,
        }
    }
}
