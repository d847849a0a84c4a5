//! The two languages of every page, and which one a visitor gets.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};

use crate::encoding::quality;
use crate::messages;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lang {
    /// Korean, the language when nothing else is known.
    Ko,
    /// English.
    En,
}

impl Lang {
    /// Every language, the default first.
    pub const ALL: [Self; 2] = [Self::Ko, Self::En];

    /// The code for `lang` attributes, cookies and addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    /// The language's own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ko => "한국어",
            Self::En => "English",
        }
    }

    /// The other language, for the switch.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Ko => Self::En,
            Self::En => Self::Ko,
        }
    }

    /// `ko`, `ko-KR`, `en_US` → a language; anything else → none.
    pub fn parse(code: &str) -> Option<Self> {
        let primary = code.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|lang| lang.code().eq_ignore_ascii_case(primary))
    }

    /// The language of a request that names none in its address: cookie `lang`, else `Accept-Language`, else Korean.
    pub fn negotiate(headers: &HeaderMap) -> Self {
        cookie(headers, "lang")
            .and_then(Self::parse)
            .or_else(|| accepted(headers))
            .unwrap_or(Self::Ko)
    }

    /// The message of a key, as written.
    pub fn t(self, key: &'static str) -> &'static str {
        messages::text(self, key)
    }

    /// The message of a key with its `{placeholders}` filled.
    pub fn t_with(self, key: &'static str, values: &[(&str, &str)]) -> String {
        messages::fill(self.t(key), values)
    }

    /// The message of a counted thing: `key_one` or `key_other`, with `{count}` filled.
    pub fn t_count(self, key: &'static str, count: u64) -> String {
        messages::fill(
            messages::plural(self, key, count),
            &[("count", &group_digits(count))],
        )
    }
}

/// The value of a cookie, where the request has it.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// The best of our languages in `Accept-Language`; the first named wins a tie.
fn accepted(headers: &HeaderMap) -> Option<Lang> {
    let mut best: Option<(f32, Lang)> = None;
    let ranges = headers
        .get_all(ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    for range in ranges {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let quality = quality(parameters);
        if let Some(lang) = Lang::parse(tag.trim())
            && quality > best.map_or(0.0, |(known, _)| known)
        {
            best = Some((quality, lang));
        }
    }
    best.map(|(_, lang)| lang)
}

/// 1234567 → `1,234,567`, as both languages write it.
pub(crate) fn group_digits(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(pairs: &[(axum::http::HeaderName, &str)]) -> Lang {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value.parse().unwrap());
        }
        Lang::negotiate(&headers)
    }

    #[test]
    fn a_cookie_wins_over_the_browser_and_korean_is_the_default() {
        assert_eq!(negotiated(&[]), Lang::Ko);
        assert_eq!(
            negotiated(&[(ACCEPT_LANGUAGE, "en-US,en;q=0.9,ko;q=0.8")]),
            Lang::En
        );
        assert_eq!(
            negotiated(&[(ACCEPT_LANGUAGE, "fr, en;q=0.2, ko;q=0.8")]),
            Lang::Ko
        );
        assert_eq!(negotiated(&[(ACCEPT_LANGUAGE, "fr-FR, de")]), Lang::Ko);
        assert_eq!(negotiated(&[(ACCEPT_LANGUAGE, "en;q=0")]), Lang::Ko);
        let cookie = (COOKIE, "a=1; lang=en");
        assert_eq!(negotiated(&[(ACCEPT_LANGUAGE, "ko"), cookie]), Lang::En);
        assert_eq!(
            negotiated(&[(ACCEPT_LANGUAGE, "en"), (COOKIE, "lang=xx")]),
            Lang::En
        );
    }

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(group_digits(0), "0");
        assert_eq!(group_digits(999), "999");
        assert_eq!(group_digits(1_000), "1,000");
        assert_eq!(group_digits(1_234_567), "1,234,567");
    }
}
