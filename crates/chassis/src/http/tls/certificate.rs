use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, Error, InconsistentKeys};

/// The largest file of certificates or a key that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Where certificate and key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, then those of who signed it, in PEM.
    pub certificate: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

/// Why certificate and key cannot be used; names the file, never shows what is in it.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file could not be read.
    #[error("could not read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{} has no {what} in PEM", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// Certificate and key are of different pairs.
    #[error("the key {} does not belong to the certificate {}", key.display(), certificate.display())]
    OtherKey {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// TLS cannot be spoken with them.
    #[error("certificate and key cannot be used")]
    Unusable(#[source] Error),
}

/// Tells contents of the two files apart, without holding them.
pub(super) type Fingerprint = [u8; 32];

/// Who we are.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
    /// When the certificate ends, if that can be told.
    pub(super) ends: Option<Timestamp>,
}

impl TlsFiles {
    /// Reads both files, and tells these contents apart from others whether or not they can be used.
    pub(super) fn read(&self) -> (Fingerprint, Result<Identity, TlsError>) {
        let (certificate, key) = (read(&self.certificate), read(&self.key));
        let mut hash = Sha256::new();
        for file in [&certificate, &key] {
            match file {
                Ok(bytes) => {
                    hash.update(bytes.len().to_le_bytes());
                    hash.update(bytes);
                }
                Err(error) => hash.update(error.to_string()),
            }
        }
        let identity = certificate.and_then(|certificate| self.identity(&certificate, &key?));
        (hash.finalize().into(), identity)
    }

    fn identity(&self, certificate: &[u8], key: &[u8]) -> Result<Identity, TlsError> {
        let missing = |path: &Path, what| TlsError::Missing {
            path: path.to_owned(),
            what,
        };
        let chain: Result<Vec<_>, pem::Error> =
            CertificateDer::pem_slice_iter(certificate).collect();
        let chain =
            chain.map_err(|_broken| missing(&self.certificate, "certificate that is whole"))?;
        let Some(first) = chain.first() else {
            return Err(missing(&self.certificate, "certificate"));
        };
        let ends = end_of(first);
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|_not_shown| missing(&self.key, "private key"))?;
        let identity = Identity { chain, key, ends };
        identity.check().map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::OtherKey {
                certificate: self.certificate.clone(),
                key: self.key.clone(),
            },
            error => TlsError::Unusable(error),
        })?;
        Ok(identity)
    }
}

impl Identity {
    /// Whether the key can be used and is the certificate's.
    fn check(&self) -> Result<(), Error> {
        let provider = rustls::crypto::ring::default_provider();
        let (chain, key) = (self.chain.clone(), self.key.clone_key());
        rustls::sign::CertifiedKey::from_der(chain, key, &provider).map(drop)
    }
}

impl TlsError {
    pub(super) fn unusable(error: Error) -> Self {
        Self::Unusable(error)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(path)?
            .take(FILE_BYTES_MAX)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|source| TlsError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

/// When a certificate ends. What reads certificates here (rustls) does not tell, and this is the only thing that is asked:
/// `Certificate { tbs { [0] version?, serial, algorithm, issuer, validity { begin, end } … } … }` in DER.
pub(super) fn end_of(certificate: &[u8]) -> Option<Timestamp> {
    const SEQUENCE: u8 = 0x30;
    const VERSION: u8 = 0xa0;
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;

    let (_, certificate, _) = element(certificate)?;
    let (_, tbs, _) = element(certificate)?;
    let (first, _, after_first) = element(tbs)?;
    let mut rest = if first == VERSION { after_first } else { tbs };
    for _serial_algorithm_issuer in 0..3 {
        rest = element(rest)?.2;
    }
    let (SEQUENCE, validity, _) = element(rest)? else {
        return None;
    };
    let (_, _, end) = element(validity)?;
    let (tag, text, _) = element(end)?;
    let text = std::str::from_utf8(text).ok()?;
    let text = match tag {
        // Two digits of the year: those from 50 are of the last century.
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// The first element of DER: its tag, what is in it, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], rest) = der.split_first_chunk()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length - 0x80))?;
            let digits = digits.iter().map(|digit| usize::from(*digit));
            (digits.fold(0, |sum, digit| sum << 8 | digit), rest)
        }
        _ => return None,
    };
    let (inner, rest) = rest.split_at_checked(length)?;
    Some((tag, inner, rest))
}
