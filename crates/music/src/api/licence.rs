//! A licence as tagged, made readable: most tags are the address of a text.

/// What to show of a licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Licence<'a> {
    /// What people call it.
    pub(crate) name: String,
    /// Where its text is.
    pub(crate) url: Option<&'a str>,
}

impl<'a> Licence<'a> {
    /// Reads a tag of any text.
    pub(crate) fn read(tagged: &'a str) -> Self {
        let is_address = tagged.starts_with("https://") || tagged.starts_with("http://");
        let url = (is_address && !tagged.contains(char::is_whitespace)).then_some(tagged);
        let name = url.and_then(creative_commons);
        Self {
            name: name.unwrap_or_else(|| tagged.to_owned()),
            url,
        }
    }
}

/// What people call a licence of Creative Commons, told from its address: `CC BY-SA 3.0`.
fn creative_commons(address: &str) -> Option<String> {
    let (_, path) = address.split_once("://creativecommons.org/")?;
    let mut parts = path.split('/');
    let (kind, code, version) = (parts.next()?, parts.next()?, parts.next()?);
    let is_plain = |part: &str| {
        let is_known = |letter: char| letter.is_ascii_alphanumeric() || "-.".contains(letter);
        !part.is_empty() && part.chars().all(is_known)
    };
    match (kind, code) {
        _ if !is_plain(code) || !is_plain(version) => None,
        ("licenses", _) => Some(format!("CC {} {version}", code.to_uppercase())),
        ("publicdomain", "zero") => Some(format!("CC0 {version}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_address_has_a_name_and_only_an_address_leads_somewhere() {
        for (tagged, name, is_link) in [
            (
                "http://creativecommons.org/licenses/by-sa/3.0/",
                "CC BY-SA 3.0",
                true,
            ),
            (
                "https://creativecommons.org/publicdomain/zero/1.0/",
                "CC0 1.0",
                true,
            ),
            (
                "https://creativecommons.org/licenses/",
                "https://creativecommons.org/licenses/",
                true,
            ),
            ("https://a b", "https://a b", false),
            ("CC BY 3.0", "CC BY 3.0", false),
            ("javascript:alert(1)", "javascript:alert(1)", false),
        ] {
            let licence = Licence::read(tagged);
            assert_eq!(
                (licence.name.as_str(), licence.url.is_some()),
                (name, is_link)
            );
        }
    }
}
