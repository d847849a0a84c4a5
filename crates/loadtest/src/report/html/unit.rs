//! Numbers as people read them.

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Unit {
    Count,
    PerS,
    /// Durations; from a second on in seconds.
    Ms,
    /// Seconds since the beginning.
    Clock,
    /// 0 to 1, shown in percent.
    Share,
    KbitPerS,
    MbitPerS,
    Bytes,
    /// Processors that compute.
    Cores,
}

impl Unit {
    /// Of what a scenario asks for, by how it calls it.
    pub(in crate::report) fn of_threshold(name: &str) -> Self {
        if name.ends_with("_ms") {
            Self::Ms
        } else {
            Self::Share
        }
    }

    /// A value, with its unit.
    pub(in crate::report) fn text(self, value: f64) -> String {
        let short = self.tick(value);
        match self.symbol() {
            Some(symbol) => format!("{short} {symbol}"),
            None => short,
        }
    }

    /// A value beside an axis that names the unit once.
    pub(super) fn tick(self, value: f64) -> String {
        match self {
            Self::Count | Self::PerS | Self::KbitPerS | Self::MbitPerS | Self::Cores => {
                number(value)
            }
            Self::Ms if 999.5 <= value => format!("{} s", number(value / 1_000.0)),
            Self::Ms => format!("{} ms", number(value)),
            Self::Clock => clock(value),
            Self::Share => format!("{} %", number(value * 100.0)),
            Self::Bytes => bytes(value),
        }
    }

    /// What each value has beside it, where that is always the same.
    pub(super) fn symbol(self) -> Option<&'static str> {
        match self {
            Self::PerS => Some("/s"),
            Self::KbitPerS => Some("kbit/s"),
            Self::MbitPerS => Some("Mbit/s"),
            Self::Count | Self::Ms | Self::Clock | Self::Share | Self::Bytes | Self::Cores => None,
        }
    }
}

/// About three digits that count, thousands in groups.
pub(in crate::report) fn number(value: f64) -> String {
    let digits = match value.abs() {
        0.0..1.0 => 3,
        1.0..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    let text = format!("{value:.digits$}");
    if 0.0 < value && value < 0.000_5 {
        return "<0.001".to_owned();
    }
    match text.split_once('.') {
        None => grouped(&text),
        Some((whole, part)) => match part.trim_end_matches('0') {
            "" => grouped(whole),
            part => format!("{}.{part}", grouped(whole)),
        },
    }
}

/// A whole number.
pub(in crate::report) fn count(value: u64) -> String {
    grouped(&value.to_string())
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if 0 < index && (digits.len() - index).is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn clock(seconds: f64) -> String {
    if seconds < 120.0 {
        return format!("{} s", number(seconds));
    }
    let all_s = seconds.round();
    let hours = (all_s / 3_600.0).floor();
    let minutes = ((all_s - hours * 3_600.0) / 60.0).floor();
    let seconds = all_s - hours * 3_600.0 - minutes * 60.0;
    let parts = [(hours, "h"), (minutes, "min"), (seconds, "s")];
    let parts = parts.iter().filter(|(value, _)| 0.0 < *value);
    let parts: Vec<String> = parts
        .map(|(value, unit)| format!("{value:.0} {unit}"))
        .collect();
    parts.join(" ")
}

fn bytes(value: f64) -> String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    match units.iter().find(|(size, _)| *size <= value) {
        Some((size, unit)) => format!("{} {unit}", number(value / size)),
        None => format!("{} B", number(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_count() {
        let shown = [
            0.0,
            0.000_1,
            0.05,
            1.5,
            12.34,
            123.4,
            999.6,
            12_345.6,
            1_200_000.0,
        ];
        let shown = shown.map(number);
        let expected = [
            "0",
            "<0.001",
            "0.05",
            "1.5",
            "12.3",
            "123",
            "1,000",
            "12,346",
            "1,200,000",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn each_unit_is_written_as_people_say_it() {
        assert_eq!(Unit::Ms.text(12.0), "12 ms");
        assert_eq!(Unit::Ms.text(2_000.0), "2 s");
        assert_eq!(Unit::Clock.text(90.0), "90 s");
        assert_eq!(Unit::Clock.text(3_630.0), "1 h 30 s");
        assert_eq!(Unit::Clock.text(300.0), "5 min");
        assert_eq!(Unit::Share.text(0.001), "0.1 %");
        assert_eq!(Unit::PerS.text(3_000.0), "3,000 /s");
        assert_eq!(Unit::Bytes.text(38_500_000.0), "38.5 MB");
    }
}
