//! Counts as numbers to reckon with.

/// Exact for everything that is counted here: below 2^53.
#[expect(clippy::cast_precision_loss, reason = "nothing is counted so far")]
pub(crate) fn to_f64(count: u64) -> f64 {
    count as f64
}

/// A share of nothing is nothing.
pub(crate) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    to_f64(part) / to_f64(whole)
}

/// A rate; none of anything without time.
pub(crate) fn per_s(count: u64, seconds: f64) -> f64 {
    if seconds == 0.0 {
        return 0.0;
    }
    to_f64(count) / seconds
}
