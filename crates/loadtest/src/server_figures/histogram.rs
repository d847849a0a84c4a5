//! Durations that a server has counted in buckets.

/// How many were not above each bound, ascending by bound; the last bound is infinite.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Buckets(Vec<(f64, f64)>);

impl Buckets {
    /// Counts more of those that are not above a bound.
    pub(super) fn add(&mut self, bound: f64, count: f64) {
        if bound.is_nan() || !count.is_finite() {
            return;
        }
        let found = self.0.binary_search_by(|(own, _)| own.total_cmp(&bound));
        match (found, found.map(|at| self.0.get_mut(at))) {
            (Ok(_), Ok(Some((_, own)))) => *own += count,
            (Err(at), _) => self.0.insert(at, (bound, count)),
            (Ok(_), _) => {}
        }
    }

    /// Adds those of another instance.
    pub(super) fn add_all(&mut self, others: &Self) {
        for (bound, count) in &others.0 {
            self.add(*bound, *count);
        }
    }

    /// What was counted since: everything, where the server has begun anew.
    pub(super) fn since(&self, before: &Self) -> Self {
        let of_before = |bound: f64| {
            let found = before.0.binary_search_by(|(own, _)| own.total_cmp(&bound));
            found
                .ok()
                .and_then(|at| before.0.get(at))
                .map_or(0.0, |(_, count)| *count)
        };
        if self
            .0
            .iter()
            .any(|(bound, count)| *count < of_before(*bound))
        {
            return self.clone();
        }
        let more = self
            .0
            .iter()
            .map(|(bound, count)| (*bound, count - of_before(*bound)));
        Self(more.collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The duration that such a share is not above, within its bucket as `histogram_quantile` of Prometheus draws a line;
    /// none where nothing was counted.
    pub(super) fn quantile(&self, share: f64) -> Option<f64> {
        let total = self.0.iter().map(|(_, count)| *count).fold(0.0, f64::max);
        if total <= 0.0 {
            return None;
        }
        let rank = share * total;
        let (mut lower, mut below) = (0.0_f64, 0.0_f64);
        for (bound, count) in &self.0 {
            // While they were being read some were counted: a bucket never holds less than the one before it.
            let count = count.max(below);
            if rank <= count && below < count {
                return Some(if bound.is_infinite() {
                    lower
                } else {
                    lower + (bound - lower) * ((rank - below) / (count - below)).max(0.0)
                });
            }
            (lower, below) = (*bound, count);
        }
        Some(lower)
    }
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "few values are counted")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: [f64; 4] = [0.01, 0.1, 1.0, f64::INFINITY];

    fn counted(values: &[f64]) -> Buckets {
        let mut buckets = Buckets::default();
        for bound in BOUNDS {
            let within = values.iter().filter(|value| **value <= bound).count();
            buckets.add(bound, within as f64);
        }
        buckets
    }

    fn near(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
    }

    #[test]
    fn a_quantile_lies_on_a_line_within_its_bucket() {
        let mut buckets = Buckets::default();
        for (bound, count) in BOUNDS.into_iter().zip([10.0, 90.0, 99.0, 100.0]) {
            buckets.add(bound, count);
        }
        near(buckets.quantile(0.05), 0.005);
        near(buckets.quantile(0.5), 0.01 + 0.09 * 0.5);
        near(buckets.quantile(0.99), 1.0);
        // Nobody knows how long the last ones took.
        near(buckets.quantile(0.999), 1.0);
        assert_eq!(Buckets::default().quantile(0.5), None);
        assert_eq!(counted(&[]).quantile(0.5), None);
    }

    #[test]
    fn what_was_counted_since_is_told_and_all_where_the_server_began_anew() {
        let (before, now) = (counted(&[0.001, 0.5]), counted(&[0.001, 0.5, 0.05, 5.0]));
        assert_eq!(now.since(&before), counted(&[0.05, 5.0]));
        assert_eq!(now.since(&Buckets::default()), now);
        assert_eq!(before.since(&now), before);
        let mut both = before.clone();
        both.add_all(&counted(&[0.05, 5.0]));
        assert_eq!(both, now);
    }

    proptest! {
        #[test]
        fn a_quantile_is_in_the_bucket_of_the_value_itself(
            values in prop::collection::vec(0.0001..3.0_f64, 1..60),
            share in 0.0..1.0_f64,
        ) {
            let found = counted(&values).quantile(share).unwrap();
            let lower = BOUNDS.into_iter().rev().find(|bound| *bound < found).unwrap_or(0.0);
            let upper = BOUNDS.into_iter().find(|bound| found <= *bound).unwrap();
            let within = |bound: f64| values.iter().filter(|value| **value <= bound).count() as f64;
            let rank = share * values.len() as f64;
            prop_assert!(within(lower) <= rank + 1e-9);
            // Those above the last bound are told as long as that.
            prop_assert!(rank <= within(upper) + 1e-9 || 1.0 <= upper);
        }

        #[test]
        fn a_larger_share_is_not_shorter(
            values in prop::collection::vec(0.0001..3.0_f64, 1..60),
            one in 0.0..=1.0_f64,
            other in 0.0..=1.0_f64,
        ) {
            let buckets = counted(&values);
            prop_assert!(buckets.quantile(one.min(other)) <= buckets.quantile(one.max(other)));
        }
    }
}
