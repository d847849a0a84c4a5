//! Times as pages show and name them. The chart's day is Korean, so its times are.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::chart::Settings;
use crate::plays::HOUR_MS;

/// RFC 3339 → `2026-11-23 14:00` in the chart's time zone, and the zone's short name.
pub(super) fn local_time(at: &str) -> (String, String) {
    let zone: TimeZone = Settings::default().time_zone;
    let at: Timestamp = at.parse().unwrap_or_default();
    let at = at.to_zoned(zone);
    (
        at.strftime("%Y-%m-%d %H:%M").to_string(),
        at.strftime("%Z").to_string(),
    )
}

/// The name of a full hour in addresses: `2026-11-23T05` (UTC).
pub(super) fn hour_name(hour_ms: i64) -> String {
    let at = Timestamp::from_millisecond(hour_ms).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H").to_string()
}

/// Reads such a name; none for anything else.
pub(super) fn parse_hour(name: &str) -> Option<i64> {
    let at: Timestamp = format!("{name}:00:00Z").parse().ok()?;
    let hour_ms = at.as_millisecond();
    (hour_ms % HOUR_MS == 0 && hour_name(hour_ms) == name).then_some(hour_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_in_seoul() {
        let shown = local_time("2026-11-23T05:00:00Z");
        assert_eq!(shown, ("2026-11-23 14:00".to_owned(), "KST".to_owned()));
    }

    #[test]
    fn only_a_full_hour_has_a_name() {
        assert_eq!(parse_hour("2026-11-23T05"), Some(1_795_410_000_000));
        assert_eq!(hour_name(1_795_410_000_000), "2026-11-23T05");
        for nonsense in [
            "2026-11-23",
            "2026-11-23T5",
            "2026-11-23T25",
            "2026-13-01T00",
            "x",
            "",
        ] {
            assert_eq!(parse_hour(nonsense), None, "{nonsense}");
        }
    }
}
