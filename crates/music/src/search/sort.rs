//! What lists of names sort by.

use unicode_normalization::UnicodeNormalization;

use super::letters::fold;

/// As long as the column that holds it.
const SORT_KEY_CHARS_MAX: usize = 255;
const ARTICLES: [&str; 3] = ["the", "a", "an"];
/// How many digits of a number count; longer runs are cut.
const DIGITS_MAX: usize = 30;

/// The key of a name: Hangul first, then Latin and other letters, then numbers, then signs. Case, accents, punctuation
/// and a leading English article do not count, and numbers sort by value. Compared byte by byte.
pub(crate) fn sort_key(name: &str) -> String {
    let folded: String = name
        .nfc()
        .filter(|sign| !is_apostrophe(*sign))
        .flat_map(fold)
        .collect();
    let mut words: Vec<&str> = folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.len() > 1 && words.first().is_some_and(|word| ARTICLES.contains(word)) {
        words.remove(0);
    }
    if words.is_empty() {
        return ["4", name]
            .concat()
            .chars()
            .take(SORT_KEY_CHARS_MAX)
            .collect();
    }
    let words: Vec<String> = words.into_iter().map(by_value).collect();
    let key = words.join(" ");
    let class = match key.chars().next() {
        Some('가'..='힣' | 'ㄱ'..='ㅣ') => "1",
        Some(first) if first.is_numeric() => "3",
        _ => "2",
    };
    [class, &key]
        .concat()
        .chars()
        .take(SORT_KEY_CHARS_MAX)
        .collect()
}

/// Writes how many digits a number has before it, so that 2 sorts before 10.
fn by_value(word: &str) -> String {
    let mut out = String::new();
    for run in word
        .as_bytes()
        .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit())
    {
        let run = String::from_utf8_lossy(run);
        if run.starts_with(|letter: char| letter.is_ascii_digit()) {
            let digits = run.trim_start_matches('0');
            let digits: String = digits.chars().take(DIGITS_MAX).collect();
            out.push_str(&[two_digits(digits.len()), digits].concat());
        } else {
            out.push_str(&run);
        }
    }
    out
}

fn two_digits(number: usize) -> String {
    format!("{number:02}")
}

/// Apostrophes do not part a word.
fn is_apostrophe(sign: char) -> bool {
    matches!(sign, '\'' | '’' | '‘' | 'ʼ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_as_a_listener_expects() {
        let sorted = [
            "가을 아침",
            "나비",
            "밤편지",
            "아이유",
            "하루",
            "The Beatles",
            "Don’t stop",
            "élan",
            "Elbow",
            "Track 2",
            "Track 10",
            "ZZ Top",
            "さくら",
            "2 Become 1",
            "10 000 Hz",
            "1999",
            "???",
        ];
        let mut names = sorted;
        names.reverse();
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, sorted);
    }

    #[test]
    fn an_article_alone_is_a_name() {
        assert_eq!(sort_key("The"), "2the");
        assert_eq!(sort_key("A"), "2a");
    }

    #[test]
    fn a_key_fits_its_column() {
        assert_eq!(sort_key(&"긴 이름 ".repeat(200)).chars().count(), 255);
        assert_eq!(sort_key(""), "4");
    }
}
