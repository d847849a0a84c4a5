//! The part of a body that has come.

use sha2::{Digest as _, Sha256};

use super::ask::Keep;
use super::checks::Digest;
use super::fault::Fault;
use super::packed::unpack;

pub(super) struct Received {
    keep: Keep,
    pub(super) bytes: u64,
    pub(super) text: Vec<u8>,
    /// Where it will be compared.
    hash: Option<Sha256>,
}

impl Received {
    pub(super) fn new(keep: Keep, is_checked: bool) -> Self {
        Self {
            keep,
            bytes: 0,
            text: Vec::new(),
            hash: is_checked.then(Sha256::new),
        }
    }

    /// Whether nobody looks at its bytes.
    pub(super) fn is_thrown_away(&self) -> bool {
        matches!(self.keep, Keep::Nothing(_)) && self.hash.is_none()
    }

    pub(super) fn take(&mut self, data: &[u8]) {
        self.bytes += data.len() as u64;
        if let Some(hash) = &mut self.hash {
            hash.update(data);
        }
        if matches!(self.keep, Keep::Text(_)) {
            self.text.extend_from_slice(data);
        }
    }

    /// So many bytes have come that nobody has seen.
    pub(super) fn pass(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    pub(super) fn digest(&mut self) -> Option<Digest> {
        let hash = self.hash.take()?;
        Some(hash.finalize().into())
    }

    /// What was kept, unpacked: it may not be more than what may be kept.
    pub(super) fn unpack(&mut self) -> Result<(), Fault> {
        let Keep::Text(most) = self.keep else {
            return Ok(());
        };
        self.text = unpack(std::mem::take(&mut self.text), most)?;
        Ok(())
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        let (Keep::Text(most) | Keep::Nothing(most)) = self.keep;
        if most < self.bytes {
            return Err(Fault::TooLarge(most));
        }
        Ok(())
    }
}
