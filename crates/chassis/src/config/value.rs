use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Units of time, largest first.
const TIME_UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("min", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Units of size, largest first; the decimal ones are read, never written.
const SIZE_UNITS: [(&str, u64); 8] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
];

/// A value that need not be set: an empty text is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Optional<T>(pub Option<T>);

impl<T: FromStr> FromStr for Optional<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        text.parse().map(Some).map(Self)
    }
}

impl<T: fmt::Display> fmt::Display for Optional<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |value| value.fmt(formatter))
    }
}

/// Reads `"30s"`, `"250ms"`, `"5min"`, `"2h"`, `"7d"`; a number without a unit is refused.
pub fn parse_duration(text: &str) -> Option<Duration> {
    parse_with_unit(text, &TIME_UNITS).map(Duration::from_millis)
}

/// Reads `"64KiB"`, `"16MiB"`, `"1GiB"`, `"512B"`, also decimal `KB`, `MB`, `GB`; in bytes.
pub fn parse_size(text: &str) -> Option<u64> {
    parse_with_unit(text, &SIZE_UNITS)
}

/// Writes a duration as [`parse_duration`] reads it, in the largest unit that keeps it whole.
pub fn duration_text(duration: Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    match millis {
        0 => "0s".to_owned(),
        millis => text_with_unit(millis, &TIME_UNITS),
    }
}

/// Writes a size as [`parse_size`] reads it, in the largest binary unit that keeps it whole.
pub fn size_text(bytes: u64) -> String {
    match bytes {
        0 => "0B".to_owned(),
        bytes => text_with_unit(bytes, &SIZE_UNITS[..5]),
    }
}

fn parse_with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let digits_end = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at(digits_end);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim())?;
    digits.parse::<u64>().ok()?.checked_mul(*factor)
}

fn text_with_unit(amount: u64, units: &[(&str, u64)]) -> String {
    let whole = units
        .iter()
        .find(|(_, factor)| amount.is_multiple_of(*factor));
    let (name, factor) = whole.copied().unwrap_or(("", 1));
    format!("{}{name}", amount / factor)
}

/// A value that must never be shown: `Debug` is redacted and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value that must never be shown.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one call that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(secret)")
    }
}
