//! What the decoded audio says: exact length, loudness, peak, and the overview that is drawn in the seek bar.

use ebur128::{EbuR128, Mode};

use super::loudness::{Blocks, gain_db};

/// How many peaks an overview has.
pub(crate) const WAVEFORM_PEAKS: usize = 400;
/// Peaks are collected in this many steps first, halved when they run over: the length is not known before the end.
const FINE_PEAKS_MAX: usize = 16 * 1024;
/// Both channels.
pub(crate) const CHANNELS: u32 = 2;
const CHANNELS_USIZE: usize = 2;
/// Blocks of 400 ms start every 100 ms.
const HOPS_PER_BLOCK: u32 = 4;

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Analysis {
    /// Per channel.
    pub(crate) sample_count: u64,
    /// Integrated; none for silence.
    pub(crate) loudness_lufs: Option<f64>,
    /// What it was integrated from.
    pub(crate) blocks: Blocks,
    /// Highest sample; 1.0 is full scale.
    pub(crate) peak: f64,
    /// [`WAVEFORM_PEAKS`] of 0 to 255.
    pub(crate) waveform: Vec<u8>,
}

impl Analysis {
    /// What brings the track to the common level.
    pub(crate) fn gain_db(&self) -> Option<f64> {
        self.loudness_lufs.map(gain_db)
    }
}

/// Takes interleaved stereo samples piece by piece; memory does not grow with length.
pub(crate) struct Analyser {
    meter: EbuR128,
    /// Samples of both channels between the starts of two blocks.
    hop_samples: usize,
    /// How many of them the meter has taken since the last block.
    samples_in_hop: usize,
    /// How many hops are missing until the first block is whole.
    hops_missing: u32,
    blocks: Blocks,
    sample_count: u64,
    peak: f32,
    fine: FinePeaks,
}

impl Analyser {
    /// Starts at a sample rate.
    pub(crate) fn new(sample_rate_hz: u32) -> Result<Self, ebur128::Error> {
        let hop_frames = usize::try_from((sample_rate_hz + 5) / 10).unwrap_or(1);
        Ok(Self {
            meter: EbuR128::new(CHANNELS, sample_rate_hz, Mode::M)?,
            hop_samples: hop_frames.max(1) * CHANNELS_USIZE,
            samples_in_hop: 0,
            hops_missing: HOPS_PER_BLOCK,
            blocks: Blocks::default(),
            sample_count: 0,
            peak: 0.0,
            fine: FinePeaks {
                samples_per_peak: 64,
                samples_in_last: 0,
                peaks: Vec::new(),
            },
        })
    }

    /// Takes whole frames of two samples. What is no number is silence: it would spoil the meter for the rest.
    pub(crate) fn add(&mut self, samples: &[f32]) -> Result<(), ebur128::Error> {
        if samples.iter().all(|sample| sample.is_finite()) {
            return self.add_finite(samples);
        }
        let finite = samples
            .iter()
            .map(|sample| if sample.is_finite() { *sample } else { 0.0 });
        self.add_finite(&finite.collect::<Vec<f32>>())
    }

    fn add_finite(&mut self, samples: &[f32]) -> Result<(), ebur128::Error> {
        self.measure_blocks(samples)?;
        for frame in samples.chunks_exact(CHANNELS_USIZE) {
            let peak = frame
                .iter()
                .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
            self.peak = self.peak.max(peak);
            self.fine.add(peak);
            self.sample_count += 1;
        }
        Ok(())
    }

    /// Gives the meter samples up to the end of each block and reads how loud that block was.
    fn measure_blocks(&mut self, mut samples: &[f32]) -> Result<(), ebur128::Error> {
        while !samples.is_empty() {
            let wanted = self.hop_samples - self.samples_in_hop;
            let (piece, rest) = samples.split_at(wanted.min(samples.len()));
            self.meter.add_frames_f32(piece)?;
            self.samples_in_hop += piece.len();
            samples = rest;
            if self.samples_in_hop == self.hop_samples {
                self.samples_in_hop = 0;
                self.hops_missing = self.hops_missing.saturating_sub(1);
                if self.hops_missing == 0 {
                    self.blocks.add(self.meter.loudness_momentary()?);
                }
            }
        }
        Ok(())
    }

    /// Ends the measurement.
    pub(crate) fn finish(self) -> Analysis {
        Analysis {
            sample_count: self.sample_count,
            loudness_lufs: self.blocks.loudness_lufs(),
            blocks: self.blocks,
            peak: f64::from(self.peak),
            waveform: self.fine.overview(),
        }
    }
}

/// Peaks over equal stretches, as many as fit; when they run over, two become one.
struct FinePeaks {
    samples_per_peak: u64,
    samples_in_last: u64,
    peaks: Vec<f32>,
}

impl FinePeaks {
    fn add(&mut self, peak: f32) {
        if self.samples_in_last == 0 {
            if self.peaks.len() == FINE_PEAKS_MAX {
                self.halve();
            }
            self.peaks.push(peak);
        } else if let Some(last) = self.peaks.last_mut() {
            *last = last.max(peak);
        }
        self.samples_in_last += 1;
        if self.samples_in_last >= self.samples_per_peak {
            self.samples_in_last = 0;
        }
    }

    fn halve(&mut self) {
        self.peaks = self
            .peaks
            .chunks(2)
            .map(|pair| pair.iter().copied().fold(0.0, f32::max))
            .collect();
        self.samples_per_peak *= 2;
    }

    /// [`WAVEFORM_PEAKS`] values; a quiet track keeps its height, because loudness is part of the picture.
    fn overview(&self) -> Vec<u8> {
        (0..WAVEFORM_PEAKS)
            .map(|index| {
                let start = index * self.peaks.len() / WAVEFORM_PEAKS;
                let end = ((index + 1) * self.peaks.len() / WAVEFORM_PEAKS).max(start + 1);
                let stretch = self.peaks.get(start..end.min(self.peaks.len()));
                let peak = stretch
                    .unwrap_or_default()
                    .iter()
                    .copied()
                    .fold(0.0, f32::max);
                to_byte(peak)
            })
            .collect()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=255 before"
)]
fn to_byte(peak: f32) -> u8 {
    (peak * 255.0).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn analyse(samples: impl Iterator<Item = f32>) -> Analysis {
        let mut analyser = Analyser::new(48_000).unwrap();
        let interleaved: Vec<f32> = samples.flat_map(|sample| [sample, sample]).collect();
        for piece in interleaved.chunks(10_000) {
            analyser.add(piece).unwrap();
        }
        analyser.finish()
    }

    fn sine(amplitude: f32, second_count: u16) -> impl Iterator<Item = f32> {
        (0..second_count).flat_map(move |_| {
            (0..48_000_u16)
                .map(move |at| amplitude * (TAU * 1_000.0 * f32::from(at) / 48_000.0).sin())
        })
    }

    /// EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS has -23 LUFS.
    #[test]
    fn the_loudness_of_the_ebu_test_signal_is_as_the_ebu_says() {
        let analysis = analyse(sine(10_f32.powf(-23.0 / 20.0), 20));
        assert!((analysis.loudness_lufs.unwrap() + 23.0).abs() < 0.1);
        assert!((analysis.gain_db().unwrap() - 5.0).abs() < 0.1);
        assert!((analysis.peak - 10_f64.powf(-23.0 / 20.0)).abs() < 0.001);
        assert_eq!(analysis.sample_count, 20 * 48_000);
    }

    #[test]
    fn silence_has_no_loudness_and_a_flat_overview() {
        let analysis = analyse(std::iter::repeat_n(0.0, 48_000));
        assert_eq!(analysis.loudness_lufs, None);
        assert_eq!(analysis.gain_db(), None);
        assert_eq!(analysis.waveform, vec![0; WAVEFORM_PEAKS]);
    }

    #[test]
    fn the_overview_shows_where_it_is_loud_however_long_it_is() {
        for second_count in [1_u16, 60] {
            let half = u32::from(second_count) * 24_000;
            let quiet = std::iter::repeat_n(0.1, usize::try_from(half).unwrap());
            let loud = std::iter::repeat_n(0.8, usize::try_from(half).unwrap());
            let waveform = analyse(quiet.chain(loud)).waveform;
            assert_eq!(waveform.len(), WAVEFORM_PEAKS);
            assert_eq!(waveform[..198], [26; 198], "{second_count} s");
            assert_eq!(waveform[202..], [204; 198], "{second_count} s");
        }
    }

    #[test]
    fn samples_that_are_no_numbers_do_not_spoil_the_rest() {
        let broken = [f32::NAN, f32::INFINITY].into_iter();
        let analysis = analyse(broken.chain(sine(10_f32.powf(-23.0 / 20.0), 20)));
        assert!((analysis.peak - 10_f64.powf(-23.0 / 20.0)).abs() < 0.001);
        assert!((analysis.loudness_lufs.unwrap() + 23.0).abs() < 0.1);
    }
}
