//! What can go wrong between a listener and a server.

use std::fmt::Display;
use std::io;

use rustix::io::Errno;
use tokio_rustls::rustls::{self, CertificateError};
use url::{Position, Url};

/// Why a request has no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Nobody listens at the address.
    #[error("the connection was refused")]
    Refused,
    /// This machine has no port, descriptor or memory left for another connection: the generator is the limit.
    #[error("this machine has no port, descriptor or memory left for another connection")]
    Exhausted,
    /// More people are there than this process may have connections for, and than the scenario was to have: they stay too
    /// long.
    #[error("more people are there at once than this process may have connections for")]
    Crowded,
    /// The network has no way to the address, for now.
    #[error("no way leads to its address")]
    Unreachable,
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
    /// The server could not show that it is who it should be, or speaks no TLS.
    #[error("the connection is not secure: {0}")]
    Tls(String),
    /// No HTTP, or not what was asked for.
    #[error("the answer cannot be used: {0}")]
    Unusable(&'static str),
    /// A body that does not end where it should.
    #[error("the answer has more than {0} bytes")]
    TooLarge(u64),
    /// A body that is not what the server says it is, or what it gave before.
    #[error("the bytes of the answer are wrong: {0}")]
    WrongBytes(&'static str),
}

/// What went wrong at an address, for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{address}: {why}")]
pub(crate) struct Failure {
    /// Of the fault.
    pub(crate) kind: &'static str,
    address: String,
    why: String,
}

impl Failure {
    pub(super) fn new(url: &Url, kind: &'static str, why: &dyn Display) -> Self {
        // What follows the path may be a secret: servers sign the addresses of their stores.
        let address = &url[Position::BeforeHost..Position::AfterPath];
        Self {
            kind,
            address: format!("{}://{address}", url.scheme()),
            why: why.to_string(),
        }
    }
}

impl Fault {
    /// A short name for tables and metrics.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Exhausted => "exhausted",
            Self::Crowded => "crowded",
            Self::Unreachable => "unreachable",
            Self::Lost => "lost",
            Self::Timeout => "timeout",
            Self::Status { status: 429, .. } => "status_429",
            Self::Status { status: 503, .. } => "status_503",
            Self::Status { status: 500.., .. } => "status_5xx",
            Self::Status { .. } => "status_4xx",
            Self::Tls(_) => "tls",
            Self::Unusable(_) => "unusable",
            Self::TooLarge(_) => "too_large",
            Self::WrongBytes(_) => "wrong_bytes",
        }
    }

    /// Whether it is this machine's fault and not the server's.
    pub(crate) fn is_own(&self) -> bool {
        *self == Self::Exhausted
    }
}

impl From<&io::Error> for Fault {
    fn from(error: &io::Error) -> Self {
        let inner = error.get_ref();
        if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Self::Tls(reason(error));
        }
        match (error.kind(), Errno::from_io_error(error)) {
            (_, Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM))
            | (io::ErrorKind::AddrNotAvailable | io::ErrorKind::AddrInUse, _) => Self::Exhausted,
            (io::ErrorKind::ConnectionRefused, _) => Self::Refused,
            (io::ErrorKind::TimedOut, _) => Self::Timeout,
            (io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable, _) => {
                Self::Unreachable
            }
            (io::ErrorKind::NotFound, _) => Self::Unusable("its name leads nowhere"),
            _ => Self::Lost,
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::from(&error)
    }
}

/// What is wrong with a certificate, for those who can do something about it.
fn reason(error: &rustls::Error) -> String {
    let known = match error {
        rustls::Error::InvalidCertificate(wrong) => match wrong {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                "nobody who is trusted has signed its certificate"
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name"
            }
            // The library below has no type of its own for it.
            CertificateError::Other(error) if error.to_string().contains("CaUsedAsEndEntity") => {
                "its certificate is one of an authority (CA:TRUE), and a server may not have such a one: make one with CA:FALSE"
            }
            _ => return error.to_string(),
        },
        rustls::Error::InvalidMessage(_) => "it speaks no TLS",
        _ => return error.to_string(),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_descriptors_or_ports_is_the_limit_itself() {
        for errno in [
            Errno::MFILE,
            Errno::NFILE,
            Errno::NOBUFS,
            Errno::NOMEM,
            Errno::ADDRNOTAVAIL,
        ] {
            assert!(Fault::from(io::Error::from(errno)).is_own(), "{errno}");
        }
        for errno in [Errno::CONNREFUSED, Errno::CONNRESET, Errno::TIMEDOUT] {
            assert!(!Fault::from(io::Error::from(errno)).is_own(), "{errno}");
        }
        for errno in [Errno::HOSTUNREACH, Errno::NETUNREACH] {
            assert_eq!(Fault::from(io::Error::from(errno)), Fault::Unreachable);
        }
    }
}
