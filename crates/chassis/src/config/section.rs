use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::layers::{Given, Raw};
use super::report::Setting;
use super::value::{Secret, duration_text, parse_duration, parse_size, size_text};
use super::{Reader, report};

/// The keys of one part of the program. Every method asks for one key; a bad value is noted and the default returned.
#[derive(Debug)]
pub struct Section<'a> {
    reader: &'a mut Reader,
    name: &'static str,
}

impl<'a> Section<'a> {
    pub(super) fn new(reader: &'a mut Reader, name: &'static str) -> Self {
        Self { reader, name }
    }

    /// A time with its unit, such as `"30s"`.
    pub fn duration(
        &mut self,
        key: &str,
        default: Duration,
        accepted: RangeInclusive<Duration>,
        doc: &str,
    ) -> Duration {
        let range = format!(
            "a time from {} to {}, such as {:?}",
            duration_text(*accepted.start()),
            duration_text(*accepted.end()),
            duration_text(default)
        );
        let parse = |raw: &Raw| {
            let duration = parse_duration(text_of(raw)?)?;
            accepted.contains(&duration).then_some(duration)
        };
        self.ask(key, default, &range, doc, parse, |value| {
            format!("{:?}", duration_text(*value))
        })
    }

    /// A size with its unit, such as `"16MiB"`; in bytes.
    pub fn size(
        &mut self,
        key: &str,
        default: u64,
        accepted: RangeInclusive<u64>,
        doc: &str,
    ) -> u64 {
        let range = format!(
            "a size from {} to {}, such as {:?}",
            size_text(*accepted.start()),
            size_text(*accepted.end()),
            size_text(default)
        );
        let parse = |raw: &Raw| {
            let bytes = parse_size(text_of(raw)?)?;
            accepted.contains(&bytes).then_some(bytes)
        };
        self.ask(key, default, &range, doc, parse, |value| {
            format!("{:?}", size_text(*value))
        })
    }

    /// A whole number.
    pub fn count(
        &mut self,
        key: &str,
        default: u64,
        accepted: RangeInclusive<u64>,
        doc: &str,
    ) -> u64 {
        let range = format!(
            "a whole number from {} to {}",
            accepted.start(),
            accepted.end()
        );
        let parse = |raw: &Raw| {
            let number = number_of(raw)?.parse().ok()?;
            accepted.contains(&number).then_some(number)
        };
        self.ask(key, default, &range, doc, parse, u64::to_string)
    }

    /// Yes or no.
    pub fn switch(&mut self, key: &str, default: bool, doc: &str) -> bool {
        let parse = |raw: &Raw| match raw {
            Raw::Bool(is_on) => Some(*is_on),
            Raw::Text(text) => text.parse().ok(),
            _ => None,
        };
        self.ask(key, default, "true or false", doc, parse, bool::to_string)
    }

    /// One of a few named values.
    pub fn choice<T: Clone>(
        &mut self,
        key: &str,
        default: &'static str,
        choices: &[(&'static str, T)],
        doc: &str,
    ) -> T {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        let range = format!("one of {}", names.join(", "));
        let find = |name: &str| names.iter().find(|known| **known == name).copied();
        let parse = |raw: &Raw| find(text_of(raw)?);
        let chosen = self.ask(key, default, &range, doc, parse, |name| format!("{name:?}"));
        let value = choices.iter().find(|(name, _)| *name == chosen);
        value
            .expect("the default and every parsed name are among the choices")
            .1
            .clone()
    }

    /// Anything that is written as text and reads itself, such as an address; `accepted` says what it looks like.
    pub fn parsed<T: FromStr + Display>(
        &mut self,
        key: &str,
        default: T,
        accepted: &str,
        doc: &str,
    ) -> T {
        let parse = |raw: &Raw| text_of(raw)?.trim().parse().ok();
        self.ask(key, default, accepted, doc, parse, |value| {
            format!("{:?}", value.to_string())
        })
    }

    /// Several texts: a TOML list, or one text separated by commas.
    pub fn list<T: FromStr + Display>(&mut self, key: &str, accepted: &str, doc: &str) -> Vec<T> {
        let parse = |raw: &Raw| {
            let items: Vec<&str> = match raw {
                Raw::List(items) => items.iter().map(String::as_str).collect(),
                Raw::Text(text) => text.split(',').collect(),
                _ => return None,
            };
            let items = items.into_iter().map(str::trim).filter(|i| !i.is_empty());
            let items: Vec<T> = items.map(|item| item.parse().ok()).collect::<Option<_>>()?;
            // Whoever writes nothing but commas meant something.
            let is_blank = text_of(raw).is_none_or(|text| text.trim().is_empty());
            (is_blank || !items.is_empty()).then_some(items)
        };
        let shown = |items: &Vec<T>| {
            let items: Vec<_> = items.iter().map(|item| format!("\"{item}\"")).collect();
            format!("[{}]", items.join(", "))
        };
        self.ask(key, Vec::new(), accepted, doc, parse, shown)
    }

    /// A file or folder.
    pub fn path(&mut self, key: &str, default: &str, doc: &str) -> PathBuf {
        let parse = |raw: &Raw| {
            let text = text_of(raw)?;
            (!text.is_empty()).then(|| PathBuf::from(text))
        };
        self.ask(key, PathBuf::from(default), "a path", doc, parse, |path| {
            format!("{:?}", path.display().to_string())
        })
    }

    /// A value that is never shown, given as `key` or as the file that `key_file` names; none when neither is.
    pub fn secret(&mut self, key: &str, accepted: &str, doc: &str) -> Option<Secret> {
        let file_key = format!("{key}_file");
        let value = self.take(key);
        let file = self.take(&file_key);
        let place = value.as_ref().or(file.as_ref()).map(|g| g.place.clone());
        let secret = match (value, file) {
            (None, None) => None,
            (Some(value), None) => {
                let text = text_of(&value.raw).map(str::to_owned);
                if text.is_none() {
                    self.refuse(key, &value.place, "(not shown)", accepted);
                }
                text
            }
            (None, Some(file)) => self.read_secret_file(&file_key, &file),
            (Some(value), Some(file)) => {
                let name = self.name;
                self.reader.problem(format!(
                    "{}: {name}.{file_key} and {name}.{key} ({}) exclude each other: give one",
                    file.place, value.place
                ));
                None
            }
        };
        let shown = if secret.is_some() {
            "\"(secret)\""
        } else {
            "(none)"
        };
        self.note(key, accepted, "(none)".to_owned(), doc, shown, place);
        let doc = format!("A file with the value of `{key}`.");
        self.note(
            &file_key,
            "a path",
            "(none)".to_owned(),
            &doc,
            "(none)",
            None,
        );
        secret.map(Secret::new)
    }

    /// Notes that a secret is not accepted, without showing it.
    pub fn refuse_secret(&mut self, key: &str, accepted: &str) {
        let full = format!("{}.{key}", self.name);
        let file = format!("{full}_file");
        let given = &self.reader.given;
        let place = given.get(&full).or_else(|| given.get(&file));
        let place = place.map(|given| given.place.clone()).unwrap_or_default();
        self.refuse(key, &place, "(not shown)", accepted);
    }

    /// Notes that a key is missing that another one needs.
    pub fn refuse_missing(&mut self, key: &str, why: &str) {
        let name = self.name;
        self.reader
            .problem(format!("{name}.{key} is not set: {why}"));
    }

    fn read_secret_file(&mut self, key: &str, file: &Given) -> Option<String> {
        let path = text_of(&file.raw)?.to_owned();
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(text.trim_end_matches(['\r', '\n']).to_owned()),
            Err(error) => {
                let name = self.name;
                self.reader.problem(format!(
                    "{}: {name}.{key} = {path:?}: the file could not be read: {error}",
                    file.place
                ));
                None
            }
        }
    }

    fn ask<T>(
        &mut self,
        key: &str,
        default: T,
        accepted: &str,
        doc: &str,
        parse: impl FnOnce(&Raw) -> Option<T>,
        shown: impl Fn(&T) -> String,
    ) -> T {
        let given = self.take(key);
        let default_shown = shown(&default);
        let place = given.as_ref().map(|given| given.place.clone());
        let value = match given {
            None => default,
            Some(given) => parse(&given.raw).unwrap_or_else(|| {
                self.refuse(key, &given.place, &given.raw.shown(), accepted);
                default
            }),
        };
        self.note(key, accepted, default_shown, doc, &shown(&value), place);
        value
    }

    fn take(&mut self, key: &str) -> Option<Given> {
        let full = format!("{}.{key}", self.name);
        let given = self.reader.given.get(&full).cloned();
        self.reader.known.insert(full);
        given
    }

    fn refuse(&mut self, key: &str, place: &str, given: &str, accepted: &str) {
        let full = format!("{}.{key}", self.name);
        self.reader
            .problem(report::bad_value(&full, place, given, accepted));
    }

    fn note(
        &mut self,
        key: &str,
        accepted: &str,
        default: String,
        doc: &str,
        value: &str,
        place: Option<String>,
    ) {
        self.reader.settings.push(Setting {
            section: self.name,
            key: key.to_owned(),
            accepted: accepted.to_owned(),
            default,
            doc: doc.to_owned(),
            value: value.to_owned(),
            place,
        });
    }
}

fn text_of(raw: &Raw) -> Option<&str> {
    match raw {
        Raw::Text(text) => Some(text),
        _ => None,
    }
}

fn number_of(raw: &Raw) -> Option<&str> {
    match raw {
        Raw::Text(text) => Some(text.trim()),
        Raw::Number(number) => Some(number),
        _ => None,
    }
}
