//! What an operator may set about plays and the chart.

use jiff::tz::TimeZone;

use crate::plays::PlayLimits;

/// What an operator may set about plays and the chart.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Where the chart's clock hangs: its night is there, and pages show its times so.
    pub(crate) time_zone: TimeZone,
    /// Whether plays that nobody hears chart: for trying the product out.
    pub(crate) simulated_plays_chart: bool,
    /// What may chart at most.
    pub(crate) limits: PlayLimits,
}

impl Settings {
    /// Whether such plays may chart here.
    pub(crate) fn may_chart(&self, is_simulated: bool) -> bool {
        !is_simulated || self.simulated_plays_chart
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_zone: TimeZone::get("Asia/Seoul").expect("the time zones are part of the program"),
            simulated_plays_chart: false,
            limits: PlayLimits::default(),
        }
    }
}
