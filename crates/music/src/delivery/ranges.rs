//! The `Range` header (RFC 9110 §14): which bytes of a representation are asked for.

use std::ops::Range;

/// How many ranges one request may ask for; a request for more gets the whole representation.
pub(crate) const RANGES_MAX: usize = 16;

/// What a `Range` header selects of a representation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// Everything: no header, one that is to be ignored (unknown unit, bad syntax, too many ranges).
    Whole,
    /// One range or several that do not overlap, none empty, each inside the representation.
    Ranges(Vec<Range<u64>>),
    /// Well formed, but nothing of it lies inside the representation.
    Unsatisfiable,
}

/// Reads a `Range` header against a representation of `size_bytes`.
///
/// Ranges that overlap or touch are joined, so an answer is never longer than the representation. Ranges that
/// do not are kept in the order asked for.
pub(crate) fn select(header: &[u8], size_bytes: u64) -> Selection {
    let Some(specs) = parse(header) else {
        return Selection::Whole;
    };
    if specs.is_empty() || specs.len() > RANGES_MAX {
        return Selection::Whole;
    }
    // A suffix of an empty representation is the whole of it, which no `Content-Range` can say.
    if size_bytes == 0 && specs.iter().any(Spec::is_satisfiable_suffix) {
        return Selection::Whole;
    }
    let ranges: Vec<Range<u64>> = specs
        .iter()
        .filter_map(|spec| spec.resolve(size_bytes))
        .collect();
    if ranges.is_empty() {
        return Selection::Unsatisfiable;
    }
    Selection::Ranges(join(ranges))
}

#[derive(Clone, Copy, Debug)]
enum Spec {
    /// First and last position, both included.
    FromTo(u64, u64),
    From(u64),
    Suffix(u64),
}

impl Spec {
    fn is_satisfiable_suffix(&self) -> bool {
        matches!(self, Self::Suffix(length) if *length > 0)
    }

    fn resolve(self, size_bytes: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::FromTo(first, last) => first..last.saturating_add(1).min(size_bytes),
            Self::From(first) => first..size_bytes,
            Self::Suffix(length) => size_bytes.saturating_sub(length)..size_bytes,
        };
        (range.start < range.end).then_some(range)
    }
}

/// Reads the header's text; `None` when it is not `bytes` or not well formed.
fn parse(header: &[u8]) -> Option<Vec<Spec>> {
    let text = str::from_utf8(header).ok()?;
    let (unit, set) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    set.split(',')
        .map(|spec| spec.trim_matches([' ', '\t']))
        .filter(|spec| !spec.is_empty())
        .map(parse_spec)
        .collect()
}

fn parse_spec(spec: &str) -> Option<Spec> {
    let (first, last) = spec.split_once('-')?;
    match (first, last) {
        ("", length) => Some(Spec::Suffix(parse_position(length)?)),
        (first, "") => Some(Spec::From(parse_position(first)?)),
        (first, last) => {
            let (first, last) = (parse_position(first)?, parse_position(last)?);
            (first <= last).then_some(Spec::FromTo(first, last))
        }
    }
}

/// Reads digits only; a number beyond 64 bits is as far away as the largest one.
fn parse_position(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u64::MAX))
}

fn join(ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let mut sorted = ranges.clone();
    sorted.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::with_capacity(sorted.len());
    for range in sorted {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    if joined.len() == ranges.len() {
        return ranges;
    }
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(range: Range<u64>) -> Selection {
        Selection::Ranges(vec![range])
    }

    #[test]
    fn each_form_selects_what_the_standard_says() {
        for (header, expected) in [
            ("bytes=0-0", one(0..1)),
            ("bytes=0-499", one(0..500)),
            ("bytes=500-999", one(500..1000)),
            ("bytes=9500-", one(9500..10_000)),
            ("bytes=-500", one(9500..10_000)),
            ("bytes=-20000", one(0..10_000)),
            ("bytes=9999-20000", one(9999..10_000)),
            ("BYTES=1-2", one(1..3)),
            ("bytes=0-99999999999999999999999", one(0..10_000)),
            ("bytes= 1-2 ,, 5-6", Selection::Ranges(vec![1..3, 5..7])),
            ("bytes=5-6,1-2", Selection::Ranges(vec![5..7, 1..3])),
            ("bytes=5-9,1-5", one(1..10)),
            ("bytes=0-4,5-9", one(0..10)),
            ("bytes=1-2,20000-", one(1..3)),
            ("bytes=10000-", Selection::Unsatisfiable),
            ("bytes=99999999999999999999-", Selection::Unsatisfiable),
            ("bytes=-0", Selection::Unsatisfiable),
            ("bytes=10000-10001,-0", Selection::Unsatisfiable),
        ] {
            assert_eq!(select(header.as_bytes(), 10_000), expected, "{header}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_as_if_it_were_not_there() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=a-b",
            "bytes=2-1",
            "bytes=1-2,x",
            "bytes=+1-2",
            "bytes=1--2",
            "bytes=0x1-2",
            "items=0-1",
            "bytes:0-1",
            "bytes=1 - 2",
        ] {
            assert_eq!(
                select(header.as_bytes(), 10_000),
                Selection::Whole,
                "{header}"
            );
        }
        assert_eq!(select(b"bytes=\xff-1", 10_000), Selection::Whole);
    }

    #[test]
    fn more_ranges_than_allowed_select_everything() {
        let specs: Vec<String> = (0..=RANGES_MAX)
            .map(|n| format!("{0}-{0}", n * 2))
            .collect();
        let header = format!("bytes={}", specs.join(","));
        assert_eq!(select(header.as_bytes(), 10_000), Selection::Whole);
        let header = format!("bytes={}", specs[1..].join(","));
        assert!(
            matches!(select(header.as_bytes(), 10_000), Selection::Ranges(ranges) if ranges.len() == RANGES_MAX)
        );
    }

    #[test]
    fn nothing_of_an_empty_representation_can_be_a_part() {
        assert_eq!(select(b"bytes=0-", 0), Selection::Unsatisfiable);
        assert_eq!(select(b"bytes=0-0", 0), Selection::Unsatisfiable);
        assert_eq!(select(b"bytes=-0", 0), Selection::Unsatisfiable);
        assert_eq!(select(b"bytes=-1", 0), Selection::Whole);
    }

    proptest! {
        #[test]
        fn any_header_selects_parts_inside_that_do_not_overlap(
            header in prop_oneof![
                "bytes=[0-9,\\- ]{0,40}",
                ".{0,40}",
                proptest::collection::vec((0_u64..3000, 0_u64..3000), 1..20).prop_map(|specs| {
                    let specs: Vec<String> = specs.iter().map(|(a, b)| format!("{a}-{b}")).collect();
                    format!("bytes={}", specs.join(","))
                }),
            ],
            size_bytes in prop_oneof![Just(0_u64), 1_u64..3000, Just(u64::MAX)],
        ) {
            if let Selection::Ranges(mut ranges) = select(header.as_bytes(), size_bytes) {
                prop_assert!(!ranges.is_empty() && ranges.len() <= RANGES_MAX);
                prop_assert!(ranges.iter().all(|range| range.start < range.end && range.end <= size_bytes));
                ranges.sort_by_key(|range| range.start);
                prop_assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start));
            }
        }

        #[test]
        fn a_position_is_selected_when_a_range_names_it(
            specs in proptest::collection::vec((0_u64..60, 0_u64..20), 1..RANGES_MAX),
            size_bytes in 0_u64..50,
        ) {
            let text: Vec<String> = specs.iter().map(|(first, more)| format!("{first}-{}", first + more)).collect();
            let selected = match select(format!("bytes={}", text.join(",")).as_bytes(), size_bytes) {
                Selection::Ranges(ranges) => ranges,
                Selection::Unsatisfiable => Vec::new(),
                Selection::Whole => return Err(TestCaseError::fail("a well-formed header was ignored")),
            };
            for position in 0..80 {
                let named = position < size_bytes
                    && specs.iter().any(|(first, more)| (*first..=first + more).contains(&position));
                prop_assert_eq!(selected.iter().any(|range| range.contains(&position)), named);
            }
        }
    }
}
