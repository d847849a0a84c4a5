//! Small texts: durations and lists of names.

use maud::{Markup, html};

use super::Link;
use crate::Lang;

const MS_PER_SECOND: u64 = 1_000;
const SECONDS_PER_MINUTE: u64 = 60;
const SECONDS_PER_HOUR: u64 = 3_600;

/// 65,400 ms → `1:05`; an hour and more → `1:02:03`. Whole seconds that have passed, as a clock shows them; nothing for
/// 0, which stands for a length that nobody knows.
pub fn duration_clock(duration_ms: u64) -> String {
    if duration_ms == 0 {
        return String::new();
    }
    let seconds = duration_ms / MS_PER_SECOND;
    let (hours, minutes, rest) = (
        seconds / SECONDS_PER_HOUR,
        seconds / SECONDS_PER_MINUTE % 60,
        seconds % SECONDS_PER_MINUTE,
    );
    if hours > 0 {
        format!("{hours}:{minutes:02}:{rest:02}")
    } else {
        format!("{minutes}:{rest:02}")
    }
}

/// 3,900,000 ms → `1시간 5분` / `1 hr 5 min`, to the minute; under one minute in seconds.
pub fn duration_words(lang: Lang, duration_ms: u64) -> String {
    let seconds = duration_ms / MS_PER_SECOND;
    if seconds < SECONDS_PER_MINUTE {
        return lang.t_with("duration.seconds", &[("seconds", &seconds.to_string())]);
    }
    let minutes = (seconds + SECONDS_PER_MINUTE / 2) / SECONDS_PER_MINUTE;
    let (hours, rest) = ((minutes / 60).to_string(), (minutes % 60).to_string());
    if minutes < 60 {
        lang.t_with("duration.minutes", &[("minutes", &rest)])
    } else {
        lang.t_with(
            "duration.hours_minutes",
            &[("hours", &hours), ("minutes", &rest)],
        )
    }
}

/// 65,400 ms → `PT1M5S`, as schema.org and `<time>` want it.
pub fn duration_xml(duration_ms: u64) -> String {
    let seconds = duration_ms / MS_PER_SECOND;
    format!(
        "PT{}M{}S",
        seconds / SECONDS_PER_MINUTE,
        seconds % SECONDS_PER_MINUTE
    )
}

/// `A, B, C`, each a link.
pub fn links(items: &[Link]) -> Markup {
    html! {
        @for (index, link) in items.iter().enumerate() {
            @if index > 0 { ", " }
            a href=(link.href) { (link.text) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_a_clock_like_words_and_like_xml() {
        assert_eq!(duration_clock(0), "");
        assert_eq!(duration_clock(999), "0:00");
        assert_eq!(duration_clock(65_999), "1:05");
        assert_eq!(duration_clock(3_723_000), "1:02:03");
        assert_eq!(duration_words(Lang::Ko, 3_900_000), "1시간 5분");
        assert_eq!(duration_words(Lang::En, 3_900_000), "1 hr 5 min");
        assert_eq!(duration_words(Lang::En, 89_000), "1 min");
        assert_eq!(duration_words(Lang::En, 3_599_000), "1 hr 0 min");
        assert_eq!(duration_words(Lang::Ko, 59_999), "59초");
        assert_eq!(duration_xml(3_723_000), "PT62M3S");
    }

    #[test]
    fn names_are_parted_by_commas() {
        let link = |text: &str| Link {
            text: text.into(),
            href: format!("/{text}"),
        };
        assert_eq!(
            links(&[link("a"), link("b")]).into_string(),
            "<a href=\"/a\">a</a>, <a href=\"/b\">b</a>"
        );
        assert_eq!(links(&[]).into_string(), "");
    }
}
