//! Guests that one name carries along: `A feat. B` is two artists, and the album is A's.

/// How tags write it, in lower case. `Little Feat` is a band.
const MARKS: [&str; 5] = ["feat.", "ft.", "featuring ", "(feat ", "[feat "];

/// Splits names where guests are named. What stands after the mark stays one name: a comma or `&` may be part of it.
pub(super) fn apart(names: Vec<String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let parts = split(&name).map_or_else(
            || vec![name.clone()],
            |(host, guest)| vec![host.to_owned(), guest.to_owned()],
        );
        for part in parts {
            if !all.contains(&part) {
                all.push(part);
            }
        }
    }
    all
}

fn split(name: &str) -> Option<(&str, &str)> {
    // The same bytes at the same places: only ASCII changes.
    let lower = name.to_ascii_lowercase();
    let found = MARKS.iter().flat_map(|mark| {
        let places = lower.match_indices(mark);
        places.map(|(at, mark)| (at, at + mark.len()))
    });
    let parts = found.filter_map(|(at, end)| Some((name.get(..at)?, name.get(end..)?)));
    let (host, guest) = parts
        .filter(|(host, _)| host.ends_with([' ', '(', '[']))
        .min_by_key(|(host, _)| host.len())?;
    let host = host.trim_end_matches([' ', '(', '[']);
    let guest = guest.trim().trim_end_matches([')', ']']).trim_end();
    (!host.is_empty() && !guest.is_empty()).then_some((host, guest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_guest_is_an_artist_of_their_own() {
        for (name, host, guest) in [
            ("이소라 feat. 박효신", "이소라", "박효신"),
            ("이소라 (Feat. 윤하)", "이소라", "윤하"),
            ("A ft. B & C", "A", "B & C"),
            ("A [featuring B]", "A", "B"),
            ("A FEAT. B", "A", "B"),
            ("A (feat B)", "A", "B"),
            ("이소라 (Feat.윤하)", "이소라", "윤하"),
            ("A ft.B", "A", "B"),
        ] {
            assert_eq!(apart(vec![name.to_owned()]), [host, guest], "{name}");
        }
    }

    #[test]
    fn names_that_only_look_like_it_stay_whole() {
        for name in [
            "Defeat. Us",
            "Feat. Nobody",
            "A feat. ",
            "Little Feat & Friends",
            "Lift. Off",
            "Earth, Wind & Fire",
        ] {
            assert_eq!(apart(vec![name.to_owned()]), [name], "{name}");
        }
    }

    #[test]
    fn nobody_is_named_twice() {
        let names = ["A feat. B", "B"].map(str::to_owned);
        assert_eq!(apart(names.to_vec()), ["A", "B"]);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_nothing_is_empty(name in "([a-zé ]|feat\\. |\\(|\\)){1,12}") {
            prop_assume!(!name.trim().is_empty());
            let all = apart(vec![name]);
            prop_assert!(all.iter().all(|name| !name.is_empty()));
        }
    }
}
