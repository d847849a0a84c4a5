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
    RgbImage::from_fn(side_px, side_px, |x, y| {
        let unit = |at: u32| (to_f32(at) + 0.5) / to_f32(side_px);
        scene.color(unit(x), unit(y), 1.0 / to_f32(side_px))
    })
}

struct Scene {
    hue: f32,
    hue_step: f32,
    disc: Disc,
    ranges: Vec<Range>,
}

struct Disc {
    x: f32,
    y: f32,
    radius: f32,
}

/// One range of hills: two waves on a base line.
struct Range {
    base: f32,
    waves: [Wave; 2],
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
                }
            })
            .collect();
        Self {
            hue,
            hue_step,
            disc,
            ranges,
        }
    }

    fn color(&self, x: f32, y: f32, pixel: f32) -> Rgb<u8> {
        let sky = Oklch {
            lightness: 0.84 - 0.16 * (1.0 - y),
            chroma: 0.070,
            hue: self.hue + 30.0 * y,
        };
        let mut color = sky.linear();
        let distance = ((x - self.disc.x).powi(2) + (y - self.disc.y).powi(2)).sqrt();
        let disc = Oklch {
            lightness: 0.93,
            chroma: 0.055,
            hue: self.hue + 60.0,
        };
        let inside = soft_edge(self.disc.radius - distance, pixel);
        let glow = (1.0 - distance / 0.6).clamp(0.0, 1.0).powi(2) * 0.35;
        color = mix(color, disc.linear(), inside.max(glow));
        for (nearness, range) in (1_u8..).zip(&self.ranges) {
            let depth = f32::from(nearness) / f32::from(RANGE_COUNT);
            let below = y - range.height(x);
            let hill = Oklch {
                lightness: 0.74 - 0.46 * depth + 0.05 * below.clamp(0.0, 0.4),
                chroma: 0.060 + 0.035 * depth,
                hue: self.hue + self.hue_step * f32::from(nearness),
            };
            color = mix(color, hill.linear(), soft_edge(below, pixel));
        }
        Rgb(color.map(encode_srgb))
    }
}

impl Range {
    fn height(&self, x: f32) -> f32 {
        let wave = |wave: &Wave| wave.height * (TAU * (wave.count * x + wave.phase)).sin();
        self.base + self.waves.iter().map(wave).sum::<f32>()
    }
}

struct Oklch {
    lightness: f32,
    chroma: f32,
    hue: f32,
}

impl Oklch {
    /// Linear sRGB, by Björn Ottosson's matrices.
    fn linear(&self) -> [f32; 3] {
        let (sin, cos) = self.hue.to_radians().sin_cos();
        let (redness, yellowness) = (self.chroma * cos, self.chroma * sin);
        let cone = |to_red: f32, to_yellow: f32| {
            (self.lightness + to_red * redness + to_yellow * yellowness).powi(3)
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

fn mix(below: [f32; 3], above: [f32; 3], share: f32) -> [f32; 3] {
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
