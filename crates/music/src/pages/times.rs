//! Times as pages show and name them: shown in the chart's time zone, named in UTC, where no hour comes twice.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::plays::HOUR_MS;

/// A time as people read it on a clock of the chart's time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LocalTime {
    /// `2026-11-23 14:00`.
    pub(super) time: String,
    /// What tells the hour from the same hour after clocks are set back: `KST`, `CEST`, or `UTC+05:45` where the
    /// zone has no letters.
    pub(super) zone: String,
}

/// Reads RFC 3339 on a clock of this zone.
pub(super) fn local_time(zone: &TimeZone, at: &str) -> LocalTime {
    let at: Timestamp = at.parse().unwrap_or_default();
    let at = at.to_zoned(zone.clone());
    let letters = at.strftime("%Z").to_string();
    LocalTime {
        time: at.strftime("%Y-%m-%d %H:%M").to_string(),
        zone: if letters.starts_with(['+', '-']) {
            at.strftime("UTC%:z").to_string()
        } else {
            letters
        },
    }
}

/// The name of a full hour in addresses: `2026-11-23T05Z`.
pub(super) fn hour_name(hour_ms: i64) -> String {
    let at = Timestamp::from_millisecond(hour_ms).unwrap_or_default();
    at.strftime("%Y-%m-%dT%HZ").to_string()
}

/// Reads such a name; none for anything else.
pub(super) fn parse_hour(name: &str) -> Option<i64> {
    let hour = name.strip_suffix('Z')?;
    let at: Timestamp = format!("{hour}:00:00Z").parse().ok()?;
    let hour_ms = at.as_millisecond();
    (hour_ms % HOUR_MS == 0 && hour_name(hour_ms) == name).then_some(hour_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(zone: &str, at: &str) -> (String, String) {
        let LocalTime { time, zone } = local_time(&TimeZone::get(zone).unwrap(), at);
        (time, zone)
    }

    fn pair(time: &str, zone: &str) -> (String, String) {
        (time.to_owned(), zone.to_owned())
    }

    #[test]
    fn times_are_shown_in_the_zone_whatever_its_distance() {
        let at = "2026-11-23T05:00:00Z";
        assert_eq!(shown("Asia/Seoul", at), pair("2026-11-23 14:00", "KST"));
        assert_eq!(shown("Asia/Kolkata", at), pair("2026-11-23 10:30", "IST"));
        assert_eq!(
            shown("Asia/Kathmandu", at),
            pair("2026-11-23 10:45", "UTC+05:45")
        );
        assert_eq!(
            shown("America/Sao_Paulo", at),
            pair("2026-11-23 02:00", "UTC-03:00")
        );
        assert_eq!(shown("UTC", at), pair("2026-11-23 05:00", "UTC"));
    }

    #[test]
    fn the_hour_that_comes_twice_is_told_apart_and_the_one_that_is_missing_is_left_out() {
        let berlin = |at| shown("Europe/Berlin", at);
        assert_eq!(
            berlin("2026-10-25T00:00:00Z"),
            pair("2026-10-25 02:00", "CEST")
        );
        assert_eq!(
            berlin("2026-10-25T01:00:00Z"),
            pair("2026-10-25 02:00", "CET")
        );
        assert_eq!(
            berlin("2026-03-29T00:00:00Z"),
            pair("2026-03-29 01:00", "CET")
        );
        assert_eq!(
            berlin("2026-03-29T01:00:00Z"),
            pair("2026-03-29 03:00", "CEST")
        );
    }

    #[test]
    fn only_a_full_hour_has_a_name() {
        assert_eq!(parse_hour("2026-11-23T05Z"), Some(1_795_410_000_000));
        assert_eq!(hour_name(1_795_410_000_000), "2026-11-23T05Z");
        for nonsense in [
            "2026-11-23",
            "2026-11-23T05",
            "2026-11-23T5Z",
            "2026-11-23T25Z",
            "2026-13-01T00Z",
            "x",
            "Z",
            "",
        ] {
            assert_eq!(parse_hour(nonsense), None, "{nonsense}");
        }
    }
}
