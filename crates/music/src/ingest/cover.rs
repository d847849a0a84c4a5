//! Pictures: from a tag or a folder to WebP in fixed widths.
//!
//! Lossy by libwebp: a photograph of 640 px takes 20 to 80 KB; the lossless encoder of `image` takes 400 to 800 KB.

use std::io::Cursor;

use bytes::Bytes;
use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits, RgbImage};
use sha2::{Digest, Sha256};

use super::content::hex;
use super::drawing;
use crate::api::tracks::COVER_WIDTHS_PX;

/// How wide and high a picture may be, in pixels.
const SIDE_PX_MAX: u32 = 12_000;
/// How much memory decoding one picture may take, in bytes: about 40 megapixels.
const DECODE_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// WebP quality, 0 to 100: above this the files grow faster than the pictures gain.
const QUALITY: f32 = 80.0;
/// How many characters a cover's id has.
const ID_CHARS: usize = 32;
/// Changes when generated covers change.
const DRAWING_VERSION: u32 = 1;

/// A picture that is not decoded yet, or one to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Picture {
    /// The bytes of a picture file.
    Encoded(Vec<u8>),
    /// A calm picture drawn from a text: the same text, the same picture.
    Drawn(String),
}

impl Picture {
    /// The id its cover has: equal pictures share one.
    pub(crate) fn cover_id(&self) -> String {
        let hash = match self {
            Self::Encoded(bytes) => Sha256::digest(bytes),
            Self::Drawn(seed) => Sha256::digest(format!("drawn:{DRAWING_VERSION}:{seed}")),
        };
        hex(&hash).chars().take(ID_CHARS).collect()
    }

    /// Whether it is drawn because there was none.
    pub(crate) fn is_generated(&self) -> bool {
        matches!(self, Self::Drawn(_))
    }

    /// Decodes or draws it and encodes every width. Takes CPU: call it where blocking is allowed.
    pub(crate) fn encode(&self) -> Result<Vec<(u32, Bytes)>, String> {
        let [.., largest_px] = COVER_WIDTHS_PX;
        let square = match self {
            Self::Encoded(bytes) => decode_square(bytes, largest_px)?,
            Self::Drawn(seed) => drawing::draw(&Sha256::digest(seed).into(), largest_px),
        };
        // Not as the generic picture: what scales that is compiled with this crate, without optimisation in tests.
        let mut square = DynamicImage::ImageRgb8(square);
        let mut encoded = Vec::with_capacity(COVER_WIDTHS_PX.len());
        for width in COVER_WIDTHS_PX.into_iter().rev() {
            if width != square.width() {
                square = square.resize_exact(width, width, FilterType::Lanczos3);
            }
            let webp = webp::Encoder::from_rgb(square.as_bytes(), width, width)
                .encode_simple(false, QUALITY)
                .map_err(|error| format!("WebP could not be written: {error:?}"))?;
            encoded.push((width, Bytes::copy_from_slice(&webp)));
        }
        Ok(encoded)
    }
}

/// Decodes a picture within limits and cuts its middle to a square.
fn decode_square(bytes: &[u8], side_px: u32) -> Result<RgbImage, String> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_PX_MAX);
    limits.max_image_height = Some(SIDE_PX_MAX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    reader.limits(limits);
    let image = reader.decode().map_err(|error| error.to_string())?;
    Ok(middle_square(image)
        .resize_exact(side_px, side_px, FilterType::CatmullRom)
        .to_rgb8())
}

/// Cut before it is scaled: a picture one pixel wide, scaled to the width of a cover, would be millions high.
fn middle_square(image: DynamicImage) -> DynamicImage {
    let (width, height) = (image.width(), image.height());
    let side = width.min(height);
    if width == height {
        return image;
    }
    image.crop_imm((width - side) / 2, (height - side) / 2, side, side)
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageEncoder as _};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let pixels = RgbImage::from_fn(width, height, |x, _| {
            image::Rgb([u8::try_from(x % 256).unwrap(), 80, 120])
        });
        let mut bytes = Vec::new();
        image::codecs::png::PngEncoder::new(&mut bytes)
            .write_image(&pixels, width, height, ExtendedColorType::Rgb8)
            .unwrap();
        bytes
    }

    #[test]
    fn every_width_is_a_square_webp_whatever_the_source_is() {
        for (width, height) in [(700, 500), (3, 200), (1, 1)] {
            let encoded = Picture::Encoded(png(width, height)).encode().unwrap();
            let mut widths = Vec::new();
            for (width, bytes) in encoded {
                let image = image::load_from_memory_with_format(&bytes, image::ImageFormat::WebP);
                let image = image.unwrap();
                assert_eq!((image.width(), image.height()), (width, width));
                widths.push(width);
            }
            assert_eq!(widths, [640, 320, 96]);
        }
    }

    #[test]
    fn a_thread_of_pixels_is_a_square_as_large_as_any_other() {
        // Scaled to fill the square first, it would be 7,680,000 pixels long and take 14.7 GB.
        for (width, height) in [(1, 12_000), (12_000, 1)] {
            let encoded = Picture::Encoded(png(width, height)).encode().unwrap();
            let widths: Vec<_> = encoded.iter().map(|(width, _)| *width).collect();
            assert_eq!(widths, [640, 320, 96]);
        }
    }

    #[test]
    fn the_middle_of_a_picture_is_what_stays() {
        let bands = RgbImage::from_fn(300, 100, |x, _| match x {
            100..200 => image::Rgb([255, 255, 255]),
            _ => image::Rgb([0, 0, 0]),
        });
        let mut wide = Cursor::new(Vec::new());
        bands.write_to(&mut wide, image::ImageFormat::Png).unwrap();
        let square = decode_square(wide.get_ref(), 96).unwrap();
        assert!(square.pixels().all(|pixel| pixel.0 == [255; 3]));
    }

    #[test]
    fn a_decompression_bomb_is_refused_before_it_is_decoded() {
        let mut bomb = png(1, 1);
        // Width and height stand at 16..24 of a PNG; 50,000 pixels each would take 7.5 GB.
        bomb[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
        assert!(Picture::Encoded(bomb).encode().is_err());
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(
            Picture::Encoded(b"not a picture".to_vec())
                .encode()
                .is_err()
        );
        assert!(Picture::Encoded(Vec::new()).encode().is_err());
    }

    #[test]
    fn the_same_seed_draws_the_same_cover_and_another_seed_another() {
        let drawn = |seed: &str| Picture::Drawn(seed.to_owned()).encode().unwrap();
        assert_eq!(drawn("an album"), drawn("an album"));
        assert_ne!(drawn("an album"), drawn("another album"));
        let Some((640, bytes)) = drawn("an album").into_iter().next() else {
            panic!("the largest comes first");
        };
        assert!(bytes.len() < 40_000, "{} bytes", bytes.len());
    }
}
