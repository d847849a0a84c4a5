//! One misspelling: a letter too many, too few or wrong, or two neighbours swapped.

/// How near a text comes to what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Edited {
    /// One edit away from the whole text.
    Whole,
    /// One edit away from the beginning of the text.
    Beginning,
}

/// Says whether `typed` is at most one edit away from the text or its beginning.
pub(crate) fn one_edit(typed: &[char], text: &[char]) -> Option<Edited> {
    let same = typed.iter().zip(text).take_while(|(a, b)| a == b).count();
    let (typed, text) = (typed.get(same..)?, text.get(same..)?);
    let [_, typed_rest @ ..] = typed else {
        // Everything typed is there; the text may go on by a letter that was forgotten, or by more.
        return Some(if text.len() <= 1 {
            Edited::Whole
        } else {
            Edited::Beginning
        });
    };
    let Some((_, text_rest)) = text.split_first() else {
        return typed_rest.is_empty().then_some(Edited::Whole);
    };
    let swapped = match (typed, text) {
        ([a, b, typed_rest @ ..], [c, d, text_rest @ ..]) if a == d && b == c => {
            begins(text_rest, typed_rest)
        }
        _ => None,
    };
    [
        begins(text_rest, typed_rest),
        begins(text, typed_rest),
        begins(text_rest, typed),
        swapped,
    ]
    .into_iter()
    .flatten()
    .min()
}

fn begins(text: &[char], beginning: &[char]) -> Option<Edited> {
    let rest = text.strip_prefix(beginning)?;
    Some(if rest.is_empty() {
        Edited::Whole
    } else {
        Edited::Beginning
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edited(typed: &str, text: &str) -> Option<Edited> {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        one_edit(&letters(typed), &letters(text))
    }

    #[test]
    fn each_kind_of_misspelling_is_one_edit() {
        for typed in [
            "beatles", "beetles", "beatlees", "eatles", "beatle", "baetles", "xbeatles",
        ] {
            assert_eq!(edited(typed, "beatles"), Some(Edited::Whole), "{typed}");
        }
    }

    #[test]
    fn two_misspellings_are_too_many() {
        for typed in ["beetlez", "btls", "abeetles", "ebatlse"] {
            assert_eq!(edited(typed, "beatles"), None, "{typed}");
        }
    }

    #[test]
    fn a_beginning_is_enough() {
        assert_eq!(edited("beet", "beatles"), Some(Edited::Beginning));
        assert_eq!(edited("beatlez", "beatlesforsale"), Some(Edited::Beginning));
    }

    proptest! {
        #[test]
        fn one_change_anywhere_is_forgiven(
            text in "[abc]{2,12}", at in 0_usize..12, letter in "[abcd]", kind in 0..4,
        ) {
            let mut typed: Vec<char> = text.chars().collect();
            let at = at % typed.len();
            let letter = letter.chars().next().unwrap();
            match kind {
                0 => typed[at] = letter,
                1 => typed.insert(at, letter),
                2 => { typed.remove(at); }
                _ => { let other = (at + 1) % typed.len(); if at < other { typed.swap(at, other); } }
            }
            let text: Vec<char> = text.chars().collect();
            prop_assert!(one_edit(&typed, &text).is_some());
        }

        #[test]
        fn what_is_forgiven_is_near(typed in "[ab]{0,8}", text in "[ab]{0,8}") {
            let typed: Vec<char> = typed.chars().collect();
            let text: Vec<char> = text.chars().collect();
            let near = (0..=text.len()).any(|end| distance(&typed, &text[..end]) <= 1);
            prop_assert_eq!(one_edit(&typed, &text).is_some(), near);
            let is_whole = distance(&typed, &text) <= 1;
            prop_assert_eq!(one_edit(&typed, &text) == Some(Edited::Whole), is_whole);
        }
    }

    /// Optimal string alignment, the textbook table.
    fn distance(a: &[char], b: &[char]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let cost = usize::from(a[i - 1] != b[j - 1]);
                    let mut least = (table[i - 1][j] + 1)
                        .min(table[i][j - 1] + 1)
                        .min(table[i - 1][j - 1] + cost);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(table[i - 2][j - 2] + 1);
                    }
                    least
                };
            }
        }
        table[a.len()][b.len()]
    }
}
