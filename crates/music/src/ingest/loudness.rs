//! How loud tracks and albums are, by EBU R128 (ITU-R BS.1770-4), and what brings them to one level.
//!
//! # Which gain a track has
//!
//! What was measured wins: every track is measured in the same way, and tags differ in reference level and in age.
//! A track's `ReplayGain` or R128 tag is its gain until it is measured, for ever where there is no ffmpeg. An album's gain
//! is only measured, over all its tracks; players use the track's gain while the album has none.
//!
//! # Why blocks are stored
//!
//! Loudness is the mean of overlapping blocks of 400 ms, without silence and without what is 10 LU below the mean: the
//! quiet track of a loud album counts less than it does alone. An album's loudness can therefore not be computed from
//! its tracks' loudnesses, but from their blocks. How many blocks are how loud, in steps of 0.1 LU, is enough; it is
//! stored per track, so that an album is levelled again without its audio when a track comes, goes or is measured anew.

/// What every track and album is brought to, in LUFS (`ReplayGain` 2.0).
pub(crate) const TARGET_LUFS: f64 = -18.0;
/// Quieter blocks are silence and do not count.
const ABSOLUTE_GATE_LUFS: f64 = -70.0;
/// Blocks so much quieter than the mean, in LU, do not count either.
const RELATIVE_GATE_LU: f64 = -10.0;
/// Steps of 0.1 LU from the absolute gate up to +30 LUFS.
const STEPS: usize = 1_000;
const STEPS_PER_LU: f64 = 10.0;
/// From the start of one block to the start of the next, in milliseconds.
pub(crate) const HOP_MS: i64 = 100;
/// No gain beyond this, in dB: a nearly silent track would be noise.
const GAIN_DB_MAX: f64 = 24.0;
/// A step and its count as stored.
const STORED_BYTES: usize = 6;

/// What brings a loudness to [`TARGET_LUFS`], within reason.
pub(crate) fn gain_db(loudness_lufs: f64) -> f64 {
    (TARGET_LUFS - loudness_lufs).clamp(-GAIN_DB_MAX, GAIN_DB_MAX)
}

/// How many blocks are how loud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocks(Vec<u32>);

impl Default for Blocks {
    fn default() -> Self {
        Self(vec![0; STEPS])
    }
}

impl Blocks {
    /// Takes a block. Silence, and what is no number, does not count.
    pub(crate) fn add(&mut self, lufs: f64) {
        self.add_many(lufs, 1);
    }

    fn add_many(&mut self, lufs: f64, block_count: u32) {
        if lufs.is_nan() || lufs < ABSOLUTE_GATE_LUFS {
            return;
        }
        if let Some(count) = self.0.get_mut(step(lufs)) {
            *count = count.saturating_add(block_count);
        }
    }

    /// Takes the blocks of another track.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(&other.0) {
            *count = count.saturating_add(*more);
        }
    }

    /// What stands for a track whose blocks were not stored: as if it were equally loud all over.
    pub(crate) fn even(lufs: f64, duration_ms: i64) -> Self {
        let mut blocks = Self::default();
        let block_count = u32::try_from(duration_ms / HOP_MS).unwrap_or_default();
        blocks.add_many(lufs, block_count.max(1));
        blocks
    }

    /// The gated loudness; none for silence.
    pub(crate) fn loudness_lufs(&self) -> Option<f64> {
        self.gated_lufs(RELATIVE_GATE_LU)
    }

    fn gated_lufs(&self, relative_gate_lu: f64) -> Option<f64> {
        let gate = self.mean_power(f64::NEG_INFINITY)? * power(relative_gate_lu);
        Some(10.0 * self.mean_power(gate)?.log10())
    }

    fn mean_power(&self, gate: f64) -> Option<f64> {
        let (mut sum, mut count) = (0.0, 0.0);
        for (step, blocks) in (0_u32..).zip(&self.0) {
            let power = power(middle_lufs(step));
            if power >= gate {
                sum += power * f64::from(*blocks);
                count += f64::from(*blocks);
            }
        }
        (count > 0.0).then(|| sum / count)
    }

    /// As stored: each step that has blocks (two bytes) with their number (four), big-endian.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (step, count) in (0_u16..).zip(&self.0) {
            if *count > 0 {
                bytes.extend(step.to_be_bytes());
                bytes.extend(count.to_be_bytes());
            }
        }
        bytes
    }

    /// What [`Blocks::to_bytes`] wrote; none when it did not.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (entries, []) = bytes.as_chunks::<STORED_BYTES>() else {
            return None;
        };
        let mut blocks = Self::default();
        for [a, b, count @ ..] in entries {
            let step = usize::from(u16::from_be_bytes([*a, *b]));
            *blocks.0.get_mut(step)? = u32::from_be_bytes(*count);
        }
        Some(blocks)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at least 0 by the caller's check, and cut to the last step"
)]
fn step(lufs: f64) -> usize {
    (((lufs - ABSOLUTE_GATE_LUFS) * STEPS_PER_LU) as usize).min(STEPS - 1)
}

fn middle_lufs(step: u32) -> f64 {
    ABSOLUTE_GATE_LUFS + (f64::from(step) + 0.5) / STEPS_PER_LU
}

fn power(lufs: f64) -> f64 {
    10_f64.powf(lufs / 10.0)
}

#[cfg(test)]
mod tests {
    use ebur128::{EbuR128, Mode};
    use proptest::prelude::*;

    use super::*;
    use crate::ingest::analysis::Analyser;

    #[test]
    fn an_album_is_gated_over_all_of_its_tracks() {
        let loud = Blocks::even(-10.0, 60_000);
        let quiet = Blocks::even(-30.0, 60_000);
        let mut album = loud.clone();
        album.merge(&quiet);
        // Ungated it would be 3 LU less.
        assert!((album.loudness_lufs().unwrap() + 9.95).abs() < 0.001);
        assert!((quiet.loudness_lufs().unwrap() + 29.95).abs() < 0.001);
        assert_eq!(Blocks::default().loudness_lufs(), None);
    }

    #[test]
    fn silence_and_nonsense_are_not_counted_and_the_loudest_is() {
        let mut blocks = Blocks::default();
        for lufs in [f64::NAN, f64::NEG_INFINITY, -70.1] {
            blocks.add(lufs);
        }
        assert_eq!(blocks, Blocks::default());
        blocks.add(f64::INFINITY);
        assert!((blocks.loudness_lufs().unwrap() - 29.95).abs() < 0.001);
    }

    #[test]
    fn what_was_not_written_by_us_is_not_read() {
        assert_eq!(Blocks::from_bytes(&[0; 5]), None);
        assert_eq!(Blocks::from_bytes(&[0xff; 6]), None);
    }

    /// Noise in stretches of different level: seconds and amplitude each.
    fn track(stretches: &[(u32, f32)], rate_hz: u32) -> Vec<f32> {
        let mut state = 1_u32;
        let mut samples = Vec::new();
        for (tenths, amplitude) in stretches {
            for _ in 0..rate_hz / 10 * tenths * 2 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let [_, _, _, high] = state.to_le_bytes();
                samples.push((f32::from(high) / 127.5 - 1.0) * amplitude);
            }
        }
        samples
    }

    /// Whether the library's loudness is what the blocks say. A block counts with the middle of its step, and so does
    /// the gate: one that lies a step from the gate may be on the other side of it. More of them make it quieter.
    fn is_near(blocks: &Blocks, exact_lufs: f64) -> bool {
        let step_lu = 1.0 / STEPS_PER_LU;
        let gated = |shift_lu: f64| blocks.gated_lufs(RELATIVE_GATE_LU + shift_lu);
        match (gated(-step_lu), gated(step_lu)) {
            (Some(quietest), Some(loudest)) => {
                quietest - step_lu < exact_lufs && exact_lufs < loudest + step_lu
            }
            _ => exact_lufs < ABSOLUTE_GATE_LUFS + step_lu,
        }
    }

    #[test]
    fn one_of_few_blocks_at_the_gate_may_fall_on_its_other_side() {
        // Found by the property below: one of 33 blocks is worth 0.15 LU.
        let samples = track(&[(17, 0.585_015_9), (19, 0.130_423_71)], 44_100);
        let mut meter = EbuR128::new(2, 44_100, Mode::I).unwrap();
        meter.add_frames_f32(&samples).unwrap();
        let mut analyser = Analyser::new(44_100).unwrap();
        analyser.add(&samples).unwrap();
        let exact = meter.loudness_global().unwrap();
        let blocks = analyser.finish().blocks;
        assert!(is_near(&blocks, exact));
        assert!((blocks.loudness_lufs().unwrap() - exact).abs() < 0.2);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn an_album_is_as_loud_as_the_library_says_with_all_its_audio_at_hand(
            tracks in prop::collection::vec(
                prop::collection::vec((1_u32..20, 0.0005_f32..1.0), 1..4), 1..4),
            rate_hz in prop::sample::select(vec![8_000_u32, 11_025]),
            piece in 100_usize..9_000,
        ) {
            let (mut album, mut meters) = (Blocks::default(), Vec::new());
            for stretches in &tracks {
                let samples = track(stretches, rate_hz);
                let mut meter = EbuR128::new(2, rate_hz, Mode::I).unwrap();
                meter.add_frames_f32(&samples).unwrap();
                let mut analyser = Analyser::new(rate_hz).unwrap();
                for piece in samples.chunks(piece * 2) {
                    analyser.add(piece).unwrap();
                }
                let analysis = analyser.finish();
                let alone = meter.loudness_global().unwrap();
                prop_assert!(is_near(&analysis.blocks, alone), "{:?} {}", analysis.loudness_lufs, alone);
                album.merge(&analysis.blocks);
                meters.push(meter);
            }
            let exact = EbuR128::loudness_global_multiple(meters.iter()).unwrap();
            prop_assert!(is_near(&album, exact), "{:?} {}", album.loudness_lufs(), exact);
        }

        #[test]
        fn blocks_are_stored_without_loss(
            blocks in prop::collection::vec((-80.0_f64..40.0, 1_u32..100_000), 0..200),
        ) {
            let mut counted = Blocks::default();
            for (lufs, count) in blocks {
                counted.add_many(lufs, count);
            }
            prop_assert_eq!(Blocks::from_bytes(&counted.to_bytes()), Some(counted));
        }
    }
}
