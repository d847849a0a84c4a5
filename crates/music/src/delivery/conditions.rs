//! Preconditions (RFC 9110 §13): `If-Match`, `If-None-Match`, their elder sisters with dates, and `If-Range`.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use chassis::Problem;
use jiff::fmt::rfc2822::DateTimeParser;

/// What a request's conditions say about the representation that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Answer as if there were no conditions.
    Proceed,
    /// 304: the client has it.
    NotModified,
    /// 412: the client means another one.
    PreconditionFailed,
}

/// The representation that conditions are held against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validators<'a> {
    /// Strong, with quotes.
    pub(crate) etag: &'a HeaderValue,
    /// When it last changed, if that is known.
    pub(crate) modified_at_s: Option<i64>,
}

impl Validators<'_> {
    /// Evaluates the conditions of a GET or HEAD in the order of RFC 9110 §13.2.2.
    pub(crate) fn evaluate(self, headers: &HeaderMap) -> Verdict {
        if headers.contains_key(header::IF_MATCH) {
            if !self.is_listed(headers, &header::IF_MATCH, Comparison::Strong) {
                return Verdict::PreconditionFailed;
            }
        } else if let Some(since_s) = date(headers, &header::IF_UNMODIFIED_SINCE)
            && self.modified_at_s.is_some_and(|at_s| at_s > since_s)
        {
            return Verdict::PreconditionFailed;
        }
        if headers.contains_key(header::IF_NONE_MATCH) {
            if self.is_listed(headers, &header::IF_NONE_MATCH, Comparison::Weak) {
                return Verdict::NotModified;
            }
        } else if let Some(since_s) = date(headers, &header::IF_MODIFIED_SINCE)
            && self.modified_at_s.is_some_and(|at_s| at_s <= since_s)
        {
            return Verdict::NotModified;
        }
        Verdict::Proceed
    }

    /// Whether a `Range` counts: there is no `If-Range`, or it names exactly this representation.
    pub(crate) fn allow_range(self, headers: &HeaderMap) -> bool {
        let Some(condition) = headers.get(header::IF_RANGE) else {
            return true;
        };
        let text = condition.as_bytes();
        if text.starts_with(b"\"") || text.starts_with(b"W/") {
            return text == self.etag.as_bytes();
        }
        let since_s = date(headers, &header::IF_RANGE);
        since_s.is_some() && since_s == self.modified_at_s
    }

    fn is_listed(self, headers: &HeaderMap, name: &HeaderName, comparison: Comparison) -> bool {
        headers.get_all(name).iter().any(|value| {
            let text = value.as_bytes().trim_ascii();
            text == b"*" || tags(text).any(|tag| self.is_same(tag, comparison))
        })
    }

    fn is_same(self, tag: &[u8], comparison: Comparison) -> bool {
        match (comparison, tag.strip_prefix(b"W/")) {
            (Comparison::Strong, Some(_weak)) => false,
            (_, opaque) => opaque.unwrap_or(tag) == self.etag.as_bytes(),
        }
    }
}

/// What is answered to [`Verdict::PreconditionFailed`].
pub(crate) fn precondition_failed() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "precondition_failed",
        "Precondition failed",
    )
    .detail("the conditions of the request name another version of this file")
}

#[derive(Clone, Copy, Debug)]
enum Comparison {
    Strong,
    Weak,
}

/// The entity tags of a list; ours hold no comma, so one inside a foreign tag cannot make it ours.
fn tags(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// A date header; one that cannot be read is ignored, as the standard asks.
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<i64> {
    let text = headers.get(name)?.to_str().ok()?;
    let at = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(at.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ETAG: HeaderValue = HeaderValue::from_static("\"abc\"");
    /// Sun, 06 Nov 1994 08:49:37 GMT.
    const MODIFIED_AT_S: i64 = 784_111_777;

    fn verdict(headers: &[(HeaderName, &'static str)]) -> Verdict {
        Validators {
            etag: &ETAG,
            modified_at_s: Some(MODIFIED_AT_S),
        }
        .evaluate(&map(headers))
    }

    fn map(headers: &[(HeaderName, &'static str)]) -> HeaderMap {
        headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn tags_are_compared_strongly_to_go_on_and_weakly_to_save_bytes() {
        use Verdict::{NotModified, PreconditionFailed, Proceed};
        for (name, value, expected) in [
            (header::IF_NONE_MATCH, "\"abc\"", NotModified),
            (header::IF_NONE_MATCH, "W/\"abc\"", NotModified),
            (header::IF_NONE_MATCH, "*", NotModified),
            (
                header::IF_NONE_MATCH,
                "\"x\", W/\"y\" , \"abc\"",
                NotModified,
            ),
            (header::IF_NONE_MATCH, "\"x\"", Proceed),
            (header::IF_NONE_MATCH, "abc", Proceed),
            (header::IF_NONE_MATCH, "", Proceed),
            (header::IF_MATCH, "\"abc\"", Proceed),
            (header::IF_MATCH, "*", Proceed),
            (header::IF_MATCH, "\"x\",\"abc\"", Proceed),
            (header::IF_MATCH, "W/\"abc\"", PreconditionFailed),
            (header::IF_MATCH, "\"x\"", PreconditionFailed),
            (
                header::IF_MODIFIED_SINCE,
                "Sun, 06 Nov 1994 08:49:37 GMT",
                NotModified,
            ),
            (
                header::IF_MODIFIED_SINCE,
                "Sun, 06 Nov 1994 08:49:36 GMT",
                Proceed,
            ),
            (header::IF_MODIFIED_SINCE, "yesterday", Proceed),
            (
                header::IF_UNMODIFIED_SINCE,
                "Sun, 06 Nov 1994 08:49:37 GMT",
                Proceed,
            ),
            (
                header::IF_UNMODIFIED_SINCE,
                "Sun, 06 Nov 1994 08:49:36 GMT",
                PreconditionFailed,
            ),
        ] {
            assert_eq!(
                verdict(&[(name.clone(), value)]),
                expected,
                "{name}: {value}"
            );
        }
    }

    #[test]
    fn a_tag_outranks_a_date_and_going_on_comes_before_saving_bytes() {
        let later = "Mon, 07 Nov 1994 08:49:37 GMT";
        assert_eq!(
            verdict(&[
                (header::IF_NONE_MATCH, "\"x\""),
                (header::IF_MODIFIED_SINCE, later)
            ]),
            Verdict::Proceed
        );
        assert_eq!(
            verdict(&[
                (header::IF_MATCH, "\"x\""),
                (header::IF_NONE_MATCH, "\"abc\"")
            ]),
            Verdict::PreconditionFailed
        );
    }

    #[test]
    fn if_range_lets_a_range_count_only_for_exactly_this_representation() {
        let validators = Validators {
            etag: &ETAG,
            modified_at_s: Some(MODIFIED_AT_S),
        };
        for (value, allowed) in [
            ("\"abc\"", true),
            ("\"x\"", false),
            ("W/\"abc\"", false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", true),
            ("Sun, 06 Nov 1994 08:49:38 GMT", false),
            ("nonsense", false),
        ] {
            assert_eq!(
                validators.allow_range(&map(&[(header::IF_RANGE, value)])),
                allowed,
                "{value}"
            );
        }
        assert!(validators.allow_range(&HeaderMap::new()));
    }
}
