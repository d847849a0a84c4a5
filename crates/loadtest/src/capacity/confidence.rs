//! How sure a rate is that held in so many runs.

/// What 95 % confidence leaves.
const DOUBT: f64 = 0.05;
/// So often the gap is halved in which a share lies: it is found to nine digits.
const HALVINGS: u32 = 30;

/// How often a run like these holds at least, with 95 % confidence, when so many of them held: the lower bound of Clopper
/// and Pearson (Biometrika 26, 1934). It is the same whether the number of runs was set before, or runs went on until so
/// many had held.
pub(super) fn share_at_least(held: u32, runs: u32) -> f64 {
    if held == 0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let share = f64::midpoint(low, high);
        if chance_of_at_least(held, runs, share) < DOUBT {
            low = share;
        } else {
            high = share;
        }
    }
    low
}

/// How likely so many of the runs hold, or more, when each does so with a chance.
fn chance_of_at_least(held: u32, runs: u32, chance: f64) -> f64 {
    let mut ways = 1.0;
    let chances = (0..=runs.saturating_sub(held)).map(|missed| {
        if 0 < missed {
            ways *= f64::from(runs - missed + 1) / f64::from(missed);
        }
        let powers = |base: f64, count: u32| base.powf(f64::from(count));
        ways * powers(chance, runs - missed) * powers(1.0 - chance, missed)
    });
    chances.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_grows_with_repeats_and_falls_with_misses() {
        for (held, runs, share) in [
            (0, 0, 0.0),
            (0, 3, 0.0),
            (1, 1, 0.05),
            (5, 5, 0.549),
            (5, 6, 0.418),
            (100, 101, 0.954),
        ] {
            let found = share_at_least(held, runs);
            assert!((found - share).abs() < 0.001, "{held} of {runs}: {found}");
        }
    }
}
