//! A grey picture, and what is done to it before a code is looked for. Floor 1.

use image::imageops::FilterType;
use image::{DynamicImage, GrayImage};

/// A picture of one byte a pixel: 0 black, 255 white.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grey {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Row after row.
    pub pixels: Vec<u8>,
}

impl Grey {
    /// A picture of these pixels; what is too short is filled up with white.
    pub fn new(width: usize, height: usize, mut pixels: Vec<u8>) -> Self {
        pixels.resize(width * height, 255);
        Self { width, height, pixels }
    }

    /// The same picture with other measures, both at least 1.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        self.with(|image| image.resize_exact(width as u32, height as u32, FilterType::CatmullRom))
    }

    /// The same picture with its longer side at most so long.
    pub fn within(self, longest: usize) -> Self {
        let side = self.width.max(self.height);
        if side <= longest {
            return self;
        }
        let scaled = |length: usize| length * longest / side;
        let (width, height) = (scaled(self.width).max(1), scaled(self.height).max(1));
        // A mean over the pixels that fall together: fast, and a scanner's grain is smoothed with it.
        self.with(|image| image.thumbnail_exact(width as u32, height as u32))
    }

    /// Softened: the grain of a scanner and of strong JPEG goes, edges stay where they were.
    pub fn softened(&self, sigma: f32) -> Self {
        self.with(|image| image.blur(sigma))
    }

    /// Sharpened.
    pub fn sharpened(&self, sigma: f32) -> Self {
        self.with(|image| image.unsharpen(sigma, 0))
    }

    /// Turned by quarters clockwise.
    pub fn turned(&self, quarters: u32) -> Self {
        self.with(|image| match quarters % 4 {
            0 => image.clone(),
            1 => image.rotate90(),
            2 => image.rotate180(),
            _ => image.rotate270(),
        })
    }

    /// Turned by some degrees clockwise about the middle, on white; what leaves the frame is lost.
    pub fn turned_by(&self, degrees: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (cx, cy) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..self.height {
            for x in 0..self.width {
                let (dx, dy) = (x as f32 - cx, y as f32 - cy);
                pixels.push(self.between(cx + dx * cos + dy * sin, cy - dx * sin + dy * cos));
            }
        }
        Self { pixels, ..*self }
    }

    /// The value between pixels, white outside.
    pub fn between(&self, x: f32, y: f32) -> u8 {
        let (left, top) = (x.floor(), y.floor());
        if left < 0.0 || top < 0.0 || left + 1.0 >= self.width as f32 || top + 1.0 >= self.height as f32 {
            return 255;
        }
        let (fx, fy) = (x - left, y - top);
        let at = top as usize * self.width + left as usize;
        let value = |offset: usize| f32::from(self.pixels[at + offset]);
        let upper = value(0) * (1.0 - fx) + value(1) * fx;
        let lower = value(self.width) * (1.0 - fx) + value(self.width + 1) * fx;
        (upper * (1.0 - fy) + lower * fy) as u8
    }

    /// Dark pixels as 1: darker than so many hundredths of the mean around them (Bradley and Roth 2007), so that a shadow over a photo
    /// and a grey sheet do no harm. `window` is the side of the neighbourhood in pixels.
    pub fn dark(&self, window: usize, hundredths: u32) -> Vec<u8> {
        let (width, height) = (self.width, self.height);
        let half = (window / 2).max(1);
        // Sums over the rectangle from the upper left corner: the sum of any rectangle is four of them.
        let mut sums = vec![0_u32; (width + 1) * (height + 1)];
        for (y, row) in self.pixels.chunks(width.max(1)).enumerate() {
            let (above, below) = sums.split_at_mut((y + 1) * (width + 1));
            let above = &above[y * (width + 1)..];
            let mut sum = 0_u32;
            for (x, value) in row.iter().enumerate() {
                sum = sum.wrapping_add(u32::from(*value));
                below[x + 1] = above[x + 1].wrapping_add(sum);
            }
        }
        let mut dark = Vec::with_capacity(self.pixels.len());
        for y in 0..height {
            let (top, bottom) = (y.saturating_sub(half), (y + half + 1).min(height));
            let (upper, lower) = (&sums[top * (width + 1)..], &sums[bottom * (width + 1)..]);
            for x in 0..width {
                let (left, right) = (x.saturating_sub(half), (x + half + 1).min(width));
                let count = ((bottom - top) * (right - left)) as u64;
                // Sums of a picture above 16 million pixels may run over: the difference of four is right all the same.
                let sum = lower[right].wrapping_sub(lower[left]).wrapping_sub(upper[right]).wrapping_add(upper[left]);
                let value = u64::from(self.pixels[y * width + x]);
                dark.push(u8::from(value * count * 100 < u64::from(sum) * u64::from(hundredths)));
            }
        }
        dark
    }

    /// A small JPEG for people, its longer side at most so many pixels.
    pub fn to_jpeg(&self, longest: usize, quality: u8) -> Vec<u8> {
        let small = self.clone().within(longest);
        let mut bytes = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
        // Writing grey pixels into memory does not fail; an empty picture would show as such.
        let (width, height) = (small.width as u32, small.height as u32);
        let _ = image::ImageEncoder::write_image(encoder, &small.pixels, width, height, image::ExtendedColorType::L8);
        bytes
    }

    fn with(&self, work: impl FnOnce(&DynamicImage) -> DynamicImage) -> Self {
        let (width, height) = (self.width as u32, self.height as u32);
        let image = GrayImage::from_raw(width, height, self.pixels.clone()).unwrap_or_default();
        let made = work(&DynamicImage::ImageLuma8(image)).into_luma8();
        Self { width: made.width() as usize, height: made.height() as usize, pixels: made.into_raw() }
    }
}

impl From<DynamicImage> for Grey {
    fn from(image: DynamicImage) -> Self {
        let grey = image.into_luma8();
        Self { width: grey.width() as usize, height: grey.height() as usize, pixels: grey.into_raw() }
    }
}
