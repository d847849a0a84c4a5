//! What stands for something else in a plan: variables of its user and properties of `JMeter`'s command line.

use std::collections::BTreeMap;

use super::JmxError;
use super::notes::Notes;

/// Longer than servers take a path; variables that double each other end here.
const TEXT_BYTES_MAX: usize = 8 * 1024;

/// Variables by their names.
#[derive(Debug, Default)]
pub(super) struct Variables(BTreeMap<String, String>);

impl Variables {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }

    /// A text with what its references stand for; what is not known stays, and is said.
    pub(super) fn fill(
        &self,
        text: &str,
        place: &str,
        notes: &mut Notes,
    ) -> Result<String, JmxError> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, reference, after)) = split_reference(rest) {
            filled.push_str(before);
            rest = after;
            match self.value(reference) {
                Some(Value::Variable(value)) => filled.push_str(value),
                Some(Value::Default(value)) => {
                    notes.say(format!(
                        "{place}: ${{{reference}}} is taken as its default, {value:?}"
                    ));
                    filled.push_str(value);
                }
                None => {
                    notes.say(format!("{place}: ${{{reference}}} is not understood"));
                    filled.push_str("${");
                    filled.push_str(reference);
                    filled.push('}');
                }
            }
            if TEXT_BYTES_MAX < filled.len() + rest.len() {
                break;
            }
        }
        filled.push_str(rest);
        if TEXT_BYTES_MAX < filled.len() {
            return Err(JmxError::Meaning(format!(
                "{place}: a text has more than {TEXT_BYTES_MAX} bytes when its variables are filled in"
            )));
        }
        Ok(filled)
    }

    fn value<'a>(&'a self, reference: &'a str) -> Option<Value<'a>> {
        if let Some(value) = self.get(reference) {
            return Some(Value::Variable(value));
        }
        let (function, arguments) = reference.strip_suffix(')')?.split_once('(')?;
        let mut arguments = arguments.split(',').map(str::trim);
        let default = match function {
            "__P" => arguments.nth(1).unwrap_or("1"),
            "__property" => arguments.nth(2)?,
            _ => return None,
        };
        Some(Value::Default(default))
    }
}

/// Whether something in a filled text still stands for something else.
pub(super) fn has_reference(text: &str) -> bool {
    split_reference(text).is_some()
}

/// What is before the first reference, its inside, and what is after it.
fn split_reference(text: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = text.split_once("${")?;
    let (reference, after) = after.split_once('}')?;
    Some((before, reference, after))
}

enum Value<'a> {
    Variable(&'a str),
    Default(&'a str),
}
