//! Calm pictures for music without one: a sky, a disc in it, and ranges of hills, in neighbouring hues.
//!
//! Drawn in OKLCH, so that every hue is equally light and quiet; edges are soft over a pixel or two.

use std::f32::consts::TAU;

use image::{Rgb, RgbImage};

/// How many ranges of hills stand in front of each other.
const RANGE_COUNT: u8 = 4;

/// Draws a square from 32 bytes; each byte decides one thing.
pub(crate) fn draw(seed: &[u8; 32], side_px: u32) -> RgbImage {
    let scene = Scene::new(seed);
    let unit = |at: u32| (to_f32(at) + 0.5) / to_f32(side_px);
    // Waves are the same down a column, the sky along a row: what is slow is worked out once for each.
    let columns: Vec<Column> = (0..side_px).map(|x| scene.column(unit(x))).collect();
    let mut picture = RgbImage::new(side_px, side_px);
    for (y, row) in (0..side_px).zip(picture.rows_mut()) {
        let y = unit(y);
        let sky = scene.sky(y);
        for (column, pixel) in columns.iter().zip(row) {
            *pixel = scene.color(sky, column, y, 1.0 / to_f32(side_px));
        }
    }
    picture
}

/// Red, green and blue, 0 to 1, as light adds up.
type Linear = [f32; 3];

/// What stands above and below each other.
struct Column {
    x: f32,
    /// Where each range of hills begins.
    skylines: Vec<f32>,
}

struct Scene {
    hue: f32,
    disc: Disc,
    ranges: Vec<Range>,
}

struct Disc {
    x: f32,
    y: f32,
    radius: f32,
    color: Linear,
}

/// One range of hills: two waves on a base line.
struct Range {
    base: f32,
    waves: [Wave; 2],
    lightness: f32,
    tint: Tint,
}

struct Wave {
    height: f32,
    count: f32,
    phase: f32,
}

impl Scene {
    fn new(seed: &[u8; 32]) -> Self {
        let mut bytes = seed.iter().map(|byte| f32::from(*byte) / 255.0);
        let mut next = |low: f32, high: f32| low + bytes.next().unwrap_or(0.5) * (high - low);
        let hue = next(0.0, 360.0);
        let hue_step = if next(0.0, 1.0) < 0.5 { -1.0 } else { 1.0 } * next(9.0, 20.0);
        let disc = Disc {
            x: next(0.22, 0.78),
            y: next(0.22, 0.44),
            radius: next(0.09, 0.19),
            color: Tint::new(0.055, hue + 60.0).with_lightness(0.93),
        };
        let ranges = (1..=RANGE_COUNT)
            .map(|nearness| {
                let depth = f32::from(nearness) / f32::from(RANGE_COUNT);
                Range {
                    base: 0.40 + depth * 0.44 + next(-0.04, 0.04),
                    waves: [
                        Wave {
                            height: next(0.03, 0.09),
                            count: next(0.5, 1.4),
                            phase: next(0.0, 1.0),
                        },
                        Wave {
                            height: next(0.01, 0.03),
                            count: next(1.6, 3.2),
                            phase: next(0.0, 1.0),
                        },
                    ],
                    lightness: 0.74 - 0.46 * depth,
                    tint: Tint::new(0.060 + 0.035 * depth, hue + hue_step * f32::from(nearness)),
                }
            })
            .collect();
        Self { hue, disc, ranges }
    }

    fn column(&self, x: f32) -> Column {
        let skylines = self.ranges.iter().map(|range| range.skyline(x));
        Column {
            x,
            skylines: skylines.collect(),
        }
    }

    fn sky(&self, y: f32) -> Linear {
        Tint::new(0.070, self.hue + 30.0 * y).with_lightness(0.84 - 0.16 * (1.0 - y))
    }

    fn color(&self, sky: Linear, column: &Column, y: f32, pixel: f32) -> Rgb<u8> {
        let disc = &self.disc;
        let distance = ((column.x - disc.x).powi(2) + (y - disc.y).powi(2)).sqrt();
        let inside = soft_edge(disc.radius - distance, pixel);
        let glow = (1.0 - distance / 0.6).clamp(0.0, 1.0).powi(2) * 0.35;
        let mut color = mix(sky, disc.color, inside.max(glow));
        for (range, skyline) in self.ranges.iter().zip(&column.skylines) {
            let below = y - skyline;
            let share = soft_edge(below, pixel);
            if 0.0 < share {
                let lightness = range.lightness + 0.05 * below.clamp(0.0, 0.4);
                color = mix(color, range.tint.with_lightness(lightness), share);
            }
        }
        Rgb(color.map(encode_srgb))
    }
}

impl Range {
    fn skyline(&self, x: f32) -> f32 {
        let wave = |wave: &Wave| wave.height * (TAU * (wave.count * x + wave.phase)).sin();
        self.base + self.waves.iter().map(wave).sum::<f32>()
    }
}

/// A hue and how strong it is, in OKLCH.
struct Tint {
    redness: f32,
    yellowness: f32,
}

impl Tint {
    fn new(chroma: f32, hue: f32) -> Self {
        let (sin, cos) = hue.to_radians().sin_cos();
        Self {
            redness: chroma * cos,
            yellowness: chroma * sin,
        }
    }

    /// By Björn Ottosson's matrices.
    fn with_lightness(&self, lightness: f32) -> Linear {
        let cone = |to_red: f32, to_yellow: f32| {
            (lightness + to_red * self.redness + to_yellow * self.yellowness).powi(3)
        };
        let long = cone(0.396_337_78, 0.215_803_76);
        let medium = cone(-0.105_561_346, -0.063_854_17);
        let short = cone(-0.089_484_18, -1.291_485_5);
        [
            4.076_741_7 * long - 3.307_711_6 * medium + 0.230_969_94 * short,
            -1.268_438 * long + 2.609_757_4 * medium - 0.341_319_4 * short,
            -0.004_196_086 * long - 0.703_418_6 * medium + 1.707_614_7 * short,
        ]
    }
}

fn mix(below: Linear, above: Linear, share: f32) -> Linear {
    let [r, g, b] = below;
    let [to_r, to_g, to_b] = above;
    let blend = |from: f32, to: f32| from + (to - from) * share;
    [blend(r, to_r), blend(g, to_g), blend(b, to_b)]
}

/// 0 outside, 1 inside, a soft step between: no jagged edges.
fn soft_edge(inside: f32, pixel: f32) -> f32 {
    let t = (inside / (2.0 * pixel) + 0.5).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=255 before"
)]
fn encode_srgb(linear: f32) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let encoded = if linear <= 0.003_130_8 {
        12.92 * linear
    } else {
        1.055 * linear.powf(1.0 / 2.4) - 0.055
    };
    (encoded * 255.0).round().clamp(0.0, 255.0) as u8
}

#[expect(clippy::cast_precision_loss, reason = "sides of pictures are small")]
fn to_f32(value: u32) -> f32 {
    value as f32
}
