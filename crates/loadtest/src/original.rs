//! The table of the original experiment (2024): what so many users a second did to its pods, and how it was judged.
//!
//! Its plans do not exist any more; the scenarios `A1` to `B18` reconstruct them from this table. Its verdicts are no
//! function of what was recorded: the legacy verdict follows a rule that was fitted to them afterwards, and says the same
//! for all 24 rows.

use std::sync::LazyLock;

use crate::verdict::Verdict;
use Pod::{Big, Small};
use Verdict::{Fair, Poor, Stable};

/// How long each run started users, in seconds.
pub(crate) const RAMP_S: u32 = 120;
/// What one pod without autoscaling was found to serve, in users a second: no figure of the experiment explains it.
const SMALL_POD_USERS_PER_S: f64 = 75.0;
const BIG_POD_USERS_PER_S: f64 = 140.0;
/// Requested seconds of CPU for a user, and the users a second that the whole system served: both from the number of pods.
const REQUESTED_CPU_S: f64 = 0.001_14;
const SYSTEM_USERS_PER_S: f64 = 3_000.0;

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// `A1` to `A6` without autoscaling, `B1` to `B18` with it.
    pub(crate) id: &'static str,
    pub(crate) pod: Pod,
    /// How many users a second started, each with one request.
    pub(crate) users_per_s: u32,
    /// The most pods that were allowed; none without autoscaling.
    pub(crate) pods_max: Option<u32>,
    /// How many there were.
    pub(crate) pods: u32,
    pub(crate) verdict: Verdict,
    /// What was written beside it: how late pods went away, or how the one pod did.
    pub(crate) remark: &'static str,
}

/// What a pod was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pod {
    /// 0.2 CPU requested and 1 at most, 512 MiB at most.
    Small,
    /// 0.5 CPU requested and 1.5 at most, 1 GiB at most.
    Big,
}

/// Every row, as the appendix has it; slide and body are shifted by a row in places.
static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let rows = include_str!("../scenarios/original.csv").lines().skip(1);
    rows.map(|row| read(row).expect("a table that its tests read"))
        .collect()
});

/// `row,pod,users_per_s,pods_max,pods,verdict,remark`.
fn read(row: &'static str) -> Option<Row> {
    let mut values = row.splitn(7, ',');
    let mut value = || values.next();
    Some(Row {
        id: value()?,
        pod: match value()? {
            "small" => Small,
            "big" => Big,
            _ => return None,
        },
        users_per_s: value()?.parse().ok()?,
        pods_max: match value()? {
            "" => None,
            pods => Some(pods.parse().ok()?),
        },
        pods: value()?.parse().ok()?,
        verdict: match value()? {
            "stable" => Stable,
            "fair" => Fair,
            "poor" => Poor,
            _ => return None,
        },
        remark: value()?,
    })
}

/// The row of a name.
pub(crate) fn find(id: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.id == id)
}

impl Row {
    /// What the rule says of so many users a second on this row's pods.
    pub(crate) fn legacy_verdict(&self, users_per_s: f64) -> Verdict {
        match self.pods_max {
            None => self.pod.legacy_verdict(users_per_s),
            Some(pods_max) => {
                let served = users_per_s.min(SYSTEM_USERS_PER_S);
                let wanted = (REQUESTED_CPU_S * served / self.pod.requested_cpu()).ceil();
                let has_room = wanted <= f64::from(pods_max);
                if has_room && users_per_s <= 1.1 * SYSTEM_USERS_PER_S {
                    Stable
                } else if self.pod == Small && 3.0 * SYSTEM_USERS_PER_S <= users_per_s {
                    Poor
                } else {
                    Fair
                }
            }
        }
    }
}

impl Pod {
    fn requested_cpu(self) -> f64 {
        match self {
            Small => 0.2,
            Big => 0.5,
        }
    }

    /// One pod alone.
    fn legacy_verdict(self, users_per_s: f64) -> Verdict {
        let load = users_per_s
            / match self {
                Small => SMALL_POD_USERS_PER_S,
                Big => BIG_POD_USERS_PER_S,
            };
        if load <= 1.1 {
            Stable
        } else if load <= 1.7 {
            Fair
        } else {
            Poor
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_says_what_the_table_says_for_every_row() {
        assert_eq!(TABLE.len(), 24);
        for row in TABLE.iter() {
            let rate = f64::from(row.users_per_s);
            assert_eq!(row.legacy_verdict(rate), row.verdict, "{}", row.id);
        }
    }

    #[test]
    fn rows_are_found_by_their_names() {
        assert_eq!(find("B7").unwrap().pods, 20);
        assert_eq!(find("B19"), None);
    }
}
