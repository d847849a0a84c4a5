//! The text in which Prometheus tells metrics: of each line what is needed to sum it up.

/// A line that holds a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sample<'a> {
    pub(super) name: &'a str,
    /// What is between the braces.
    labels: &'a str,
    pub(super) value: f64,
}

/// All lines that hold a number; comments, and what is none of this format, are passed over.
pub(super) fn samples(text: &str) -> impl Iterator<Item = Sample<'_>> {
    text.lines().filter_map(Sample::read)
}

impl<'a> Sample<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let is_of_name =
            |character: char| character.is_ascii_alphanumeric() || "_:".contains(character);
        let line = line.trim();
        let (name, rest) = line.split_at(line.find(|character| !is_of_name(character))?);
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        let (labels, rest) = match rest.strip_prefix('{') {
            Some(inside) => {
                let (labels, rest) = inside.split_at(end_of_labels(inside)?);
                (labels, rest.strip_prefix('}')?)
            }
            None if rest.starts_with([' ', '\t']) => ("", rest),
            None => return None,
        };
        // A time and an exemplar may follow.
        let value = rest.split_whitespace().next()?.parse().ok()?;
        Some(Self {
            name,
            labels,
            value,
        })
    }

    /// The value of a label.
    pub(super) fn label(&self, name: &str) -> Option<String> {
        let mut rest = self.labels;
        loop {
            let (key, after) = rest.trim_start_matches([',', ' ']).split_once('=')?;
            let (value, after) = unquote(after.trim_start().strip_prefix('"')?)?;
            if key.trim() == name {
                return Some(value);
            }
            rest = after;
        }
    }
}

/// Where the closing brace is: one in quotes is none.
fn end_of_labels(text: &str) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.char_indices().find_map(|(at, character)| {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '}' if !is_quoted => return Some(at),
            _ => {}
        }
        None
    })
}

/// A value up to its closing quote, and what follows.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(match characters.next()? {
                'n' => '\n',
                other => other,
            }),
            other => value.push(other),
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers are read as they were written")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_of_both_formats_are_read_and_others_are_passed_over() {
        let text = "# HELP a_total What a counts.\n# TYPE a_total counter\n\
            a_total 3\n\
            b{path=\"/a}b\",quote=\"say \\\"x\\\"\\\\\\n\"} 4.5e2 1395066363000\n\
            c_bucket{le=\"+Inf\"} 7 # {trace=\"1\"} 0.5\n\
            d NaN\n\
            <html>\n1e 5\na-b 3\nopen{le=\"1\nnothing\n# EOF\n";
        let all: Vec<Sample<'_>> = samples(text).collect();
        let names: Vec<&str> = all.iter().map(|sample| sample.name).collect();
        assert_eq!(names, ["a_total", "b", "c_bucket", "d"]);
        assert_eq!(
            [all[0].value, all[1].value, all[2].value],
            [3.0, 450.0, 7.0]
        );
        assert!(all[3].value.is_nan());
        assert_eq!(all[1].label("path").unwrap(), "/a}b");
        assert_eq!(all[1].label("quote").unwrap(), "say \"x\"\\\n");
        assert_eq!(all[2].label("le").unwrap(), "+Inf");
        assert_eq!((all[0].label("le"), all[2].label("trace")), (None, None));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in any::<String>()) {
            for sample in samples(&text) {
                sample.label("le");
            }
        }

        #[test]
        fn no_line_of_its_own_signs_is_too_odd(line in "[a:_{}=\"\\\\, 1#n\u{e9}]{0,40}") {
            for sample in samples(&line) {
                sample.label("a");
            }
        }

        #[test]
        fn what_was_written_is_read(
            name in "[a-zA-Z_:][a-zA-Z0-9_:]{0,12}",
            labels in prop::collection::btree_map("[a-z_]{1,6}", any::<String>(), 0..4),
            value in any::<f64>(),
        ) {
            let escape = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            // The format knows one end of a line.
            let labels: Vec<(String, String)> =
                labels.into_iter().map(|(key, value)| (key, value.replace('\r', ""))).collect();
            let pairs: Vec<String> =
                labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escape(value))).collect();
            let line = format!("{name}{{{}}} {value}", pairs.join(","));
            let sample = samples(&line).next().unwrap();
            prop_assert_eq!(sample.name, name);
            prop_assert!(sample.value.total_cmp(&value).is_eq() || value.is_nan() && sample.value.is_nan());
            for (key, value) in labels {
                prop_assert_eq!(sample.label(&key), Some(value));
            }
        }
    }
}
