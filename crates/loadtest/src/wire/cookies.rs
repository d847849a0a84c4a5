//! What a server has a browser remember.

/// More than a server of music sets. What is beyond is not kept.
const COOKIES_MAX: usize = 16;
const BYTES_MAX: usize = 4 * 1024;
const BETWEEN: &str = "; ";

/// The cookies of one server, as they are sent: most people have none.
#[derive(Debug, Default)]
pub(super) struct Cookies(String);

impl Cookies {
    /// Takes what a field `Set-Cookie` says: a name that is known gets another value, or is forgotten.
    pub(super) fn take(&mut self, field: &str) {
        let mut parts = field.split(';').map(str::trim);
        let pair = parts.next().unwrap_or_default();
        let Some((name, _)) = pair.split_once('=') else {
            return;
        };
        let is_over = parts.any(is_end);
        let name_of = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
        let mut kept: Vec<&str> = self.pairs().collect();
        kept.retain(|known| name_of(known) != name);
        if !is_over {
            kept.push(pair);
        }
        let sent = kept.join(BETWEEN);
        if kept.len() <= COOKIES_MAX && sent.len() <= BYTES_MAX {
            self.0 = sent;
        }
    }

    /// What is sent back.
    pub(super) fn sent(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }

    fn pairs(&self) -> impl Iterator<Item = &str> {
        self.0.split(BETWEEN).filter(|pair| !pair.is_empty())
    }
}

/// How servers take a cookie back: an age that is over. A date beside it says the same.
fn is_end(attribute: &str) -> bool {
    let age = attribute
        .split_once('=')
        .filter(|(name, _)| name.eq_ignore_ascii_case("max-age"));
    age.is_some_and(|(_, seconds)| {
        seconds
            .trim()
            .parse::<i64>()
            .is_ok_and(|seconds| seconds <= 0)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sent(fields: &[&str]) -> String {
        let mut cookies = Cookies::default();
        for field in fields {
            cookies.take(field);
        }
        cookies.sent().unwrap_or_default().to_owned()
    }

    #[test]
    fn each_name_has_the_value_that_it_was_given_last() {
        assert_eq!(sent(&["a=1; Path=/", "b=2=3; HttpOnly"]), "a=1; b=2=3");
        assert_eq!(sent(&["a=1", "b=2", "a=3"]), "b=2; a=3");
        assert_eq!(sent(&["a=1", "b=2", "a=; Max-Age=0"]), "b=2");
        assert_eq!(sent(&["a=1", "a=; max-age=-1; Path=/"]), "");
        assert_eq!(sent(&["none", ""]), "");
    }

    #[test]
    fn no_more_is_kept_than_a_number_and_a_length() {
        let fields: Vec<String> = (0..=COOKIES_MAX)
            .map(|number| format!("c{number}=x"))
            .collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        assert_eq!(sent(&fields), fields[..COOKIES_MAX].join("; "));
        let long = format!("long={}", "x".repeat(BYTES_MAX));
        assert_eq!(sent(&["a=1", &long, "b=2"]), "a=1; b=2");
    }

    proptest! {
        #[test]
        fn no_field_breaks_the_reader(fields in prop::collection::vec("[a-c=; ]{0,8}|.{0,40}", 0..30)) {
            let mut cookies = Cookies::default();
            for field in &fields {
                cookies.take(field);
            }
            prop_assert!(cookies.pairs().count() <= COOKIES_MAX);
        }
    }
}
