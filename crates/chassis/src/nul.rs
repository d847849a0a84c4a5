//! NUL in what comes from outside. No name or id has one, and PostgreSQL takes none in text: it is refused where it
//! comes in, so that no query has to fail of it.

/// Whether a path or query stands for text with a NUL.
pub(crate) fn is_in_url(part: &str) -> bool {
    part.contains("%00")
}

/// Whether JSON holds text with a NUL: written out it is no JSON, so that only the escape is looked for.
pub(crate) fn is_in_json(json: &[u8]) -> bool {
    let mut rest = json.iter();
    while let Some(byte) = rest.next() {
        if *byte != b'\\' {
            continue;
        }
        // The letter after a backslash belongs to it, also when it is another backslash.
        if rest.next() == Some(&b'u') && rest.as_slice().starts_with(b"0000") {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_escape_of_nul_is_found() {
        for json in [r#""\u0000""#, r#"{"a":"b\\\u0000"}"#] {
            assert!(is_in_json(json.as_bytes()), "{json}");
        }
        for json in [r#""\\u0000""#, r#""u0000""#, r#""\u0001""#, r#""\"#] {
            assert!(!is_in_json(json.as_bytes()), "{json}");
        }
    }

    proptest::proptest! {
        #[test]
        fn text_of_any_letters_is_told_apart(text: String) {
            let json = serde_json::to_vec(&text).unwrap();
            proptest::prop_assert_eq!(is_in_json(&json), text.contains('\0'));
        }
    }
}
