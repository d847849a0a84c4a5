//! Whether bodies are what they should be: some are compared by their digests, the others cost nothing.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::ask::Ask;
use super::fault::Fault;
use super::traffic::Counter;

/// Of a body: SHA-256.
pub(super) type Digest = [u8; 32];

/// How many first bodies are remembered. What comes after them is compared only where the server tells its digest.
const KEPT_MAX: usize = 4_096;

/// What a server says about the bytes it gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proof {
    etag: Option<String>,
    /// Of the bytes of this answer, and of the whole that it may be a part of (RFC 9530).
    content: Option<Digest>,
    whole: Option<Digest>,
}

/// What was seen of bodies; all listeners of a thread share it.
#[derive(Debug)]
pub(crate) struct Checks {
    share: f64,
    random: RefCell<StdRng>,
    kept: RefCell<HashMap<Part, Kept>>,
}

/// The address of a body and the part of it that was asked for.
type Part = (String, Option<Range<u64>>);

/// What a part was when it was first seen.
#[derive(Debug)]
struct Kept {
    etag: Option<String>,
    digest: Digest,
}

impl Proof {
    /// Takes what a field says.
    pub(super) fn take(&mut self, name: &str, value: &str) {
        if name.eq_ignore_ascii_case("etag") {
            self.etag = Some(value.to_owned());
        } else if name.eq_ignore_ascii_case("content-digest") {
            self.content = sha_256(value);
        } else if name.eq_ignore_ascii_case("repr-digest") {
            self.whole = sha_256(value);
        }
    }

    /// A weak one is given to bodies that mean the same and may differ.
    fn is_weak(&self) -> bool {
        self.etag
            .as_ref()
            .is_some_and(|etag| etag.starts_with("W/"))
    }
}

impl Checks {
    /// A share of all bodies is looked at, as chance wants it.
    pub(crate) fn new(share: f64, seed: u64) -> Self {
        Self {
            share,
            random: RefCell::new(StdRng::seed_from_u64(seed)),
            kept: RefCell::default(),
        }
    }

    /// Whether the next body is looked at.
    pub(super) fn choose(&self) -> bool {
        0.0 < self.share && self.random.borrow_mut().random_bool(self.share)
    }

    /// Compares a body with what the server says of it, else with what the same part was before.
    pub(super) fn compare(
        &self,
        ask: &Ask<'_>,
        proof: Proof,
        digest: Digest,
        counter: &Counter,
    ) -> Result<(), Fault> {
        let told = proof
            .content
            .or(proof.whole.filter(|_| ask.range.is_none()));
        let (known, reason) = match told {
            Some(told) => (Some(told), "they are not those of its digest"),
            None => (
                self.known(ask, proof, digest),
                "they are not those that came before",
            ),
        };
        let Some(known) = known else {
            return Ok(());
        };
        counter.check(known == digest);
        if known == digest {
            Ok(())
        } else {
            Err(Fault::WrongBytes(reason))
        }
    }

    /// What a part was before; what it is now is remembered where it was not known, or is another by its own word.
    fn known(&self, ask: &Ask<'_>, proof: Proof, digest: Digest) -> Option<Digest> {
        if proof.is_weak() {
            return None;
        }
        let mut kept = self.kept.borrow_mut();
        let part = (ask.url.as_str().to_owned(), ask.range.cloned());
        match kept.get(&part) {
            Some(known) if known.etag == proof.etag => return Some(known.digest),
            None if KEPT_MAX <= kept.len() => return None,
            _ => {}
        }
        let etag = proof.etag;
        kept.insert(part, Kept { etag, digest });
        None
    }
}

/// The member of a dictionary of digests that is compared: `sha-256=:base64:`.
fn sha_256(field: &str) -> Option<Digest> {
    let member = field.split(',').find_map(|member| {
        let (name, value) = member.split_once('=')?;
        name.trim().eq_ignore_ascii_case("sha-256").then_some(value)
    })?;
    let bytes = member.trim().strip_prefix(':')?.split(':').next()?;
    BASE64_STANDARD.decode(bytes).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;
    use crate::wire::{BODY_BYTES_MAX, Keep};

    fn proof(fields: &[(&str, &str)]) -> Proof {
        let mut proof = Proof::default();
        for (name, value) in fields {
            proof.take(name, value);
        }
        proof
    }

    /// Compares bodies of one address one after the other.
    fn compare(bodies: &[(Proof, u8)], range: Option<&Range<u64>>) -> Vec<bool> {
        let (checks, counter) = (Checks::new(1.0, 0), Counter::default());
        let url = Url::parse("http://a.test/song").unwrap();
        let ask = Ask::get(&url, range, Keep::Nothing(BODY_BYTES_MAX));
        let compared = bodies.iter().map(|(proof, byte)| {
            checks
                .compare(&ask, proof.clone(), [*byte; 32], &counter)
                .is_ok()
        });
        compared.collect()
    }

    #[test]
    fn a_body_is_what_it_was_unless_its_server_says_that_it_is_another() {
        let none = proof(&[]);
        let bodies = [(none.clone(), 1), (none.clone(), 1), (none, 2)];
        assert_eq!(compare(&bodies, None), [true, true, false]);
        let strong = |etag| proof(&[("ETag", etag)]);
        let bodies = [
            (strong("\"a\""), 1),
            (strong("\"b\""), 2),
            (strong("\"b\""), 2),
            (strong("\"b\""), 1),
        ];
        assert_eq!(compare(&bodies, None), [true, true, true, false]);
        let bodies = [(strong("W/\"a\""), 1), (strong("W/\"a\""), 2)];
        assert_eq!(compare(&bodies, None), [true, true]);
    }

    #[test]
    fn a_body_is_what_its_server_says_and_a_part_is_not_the_whole() {
        let one = format!(
            "sha-512=:AA==:, sha-256=:{}:",
            BASE64_STANDARD.encode([1; 32])
        );
        let whole = proof(&[("Repr-Digest", &one)]);
        let bodies = [(whole.clone(), 1), (whole.clone(), 2)];
        assert_eq!(compare(&bodies, None), [true, false]);
        assert_eq!(compare(&[(whole, 2)], Some(&(0..9))), [true]);
        let content = proof(&[("content-digest", &one)]);
        assert_eq!(compare(&[(content, 2)], Some(&(0..9))), [false]);
    }

    #[test]
    fn no_more_than_a_number_of_bodies_is_remembered() {
        let (checks, counter) = (Checks::new(1.0, 0), Counter::default());
        for number in 0..=KEPT_MAX {
            let url = Url::parse(&format!("http://a.test/{number}")).unwrap();
            let ask = Ask::get(&url, None, Keep::Nothing(BODY_BYTES_MAX));
            for byte in [1, 2] {
                let compared = checks.compare(&ask, Proof::default(), [byte; 32], &counter);
                assert_eq!(compared.is_err(), byte == 2 && number < KEPT_MAX);
            }
        }
        assert_eq!(checks.kept.borrow().len(), KEPT_MAX);
    }

    #[test]
    fn as_many_bodies_are_chosen_as_the_share_says() {
        let chosen = |share| {
            let checks = Checks::new(share, 1);
            (0..10_000).filter(|_| checks.choose()).count()
        };
        assert_eq!((chosen(0.0), chosen(1.0)), (0, 10_000));
        // Four standard deviations are 40.
        assert!(chosen(0.01).abs_diff(100) < 40, "{}", chosen(0.01));
    }

    proptest! {
        #[test]
        fn no_field_breaks_the_reader(field in ".{0,80}") {
            let _ = sha_256(&field);
            let _ = sha_256(&format!("sha-256={field}"));
            let _ = sha_256(&format!("sha-256=:{field}:"));
        }

        #[test]
        fn every_digest_is_read(digest in any::<Digest>()) {
            let field = format!("sha-256=:{}:", BASE64_STANDARD.encode(digest));
            prop_assert_eq!(sha_256(&field), Some(digest));
        }
    }
}
