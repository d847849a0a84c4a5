//! Rendered pages, compressed once and kept by what they depend on.

use std::io::Write as _;
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};

use crate::encoding::Encoding;

/// Memory that rendered pages may take, in bytes.
const CACHE_MAX_BYTES: u64 = 8 * 1024 * 1024;
/// How many pages are expected; only sizes the table.
const CACHE_EXPECTED_PAGES: usize = 256;
/// Good and quick: a page of 100 rows takes about 2 ms at 5 and 200 ms at 11.
const BROTLI_QUALITY: u32 = 5;
const BROTLI_WINDOW_BITS: u32 = 20;

/// Rendered pages by key. Bounded; holds nothing that could not be rendered again.
pub struct PageCache {
    pages: Cache<String, Arc<Rendered>, BySize>,
}

/// A rendered page, or other text, and, once asked for, its compressed copies.
pub struct Rendered {
    html: Bytes,
    brotli: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
    digest: String,
}

#[derive(Clone)]
struct BySize;

impl Weighter<String, Arc<Rendered>> for BySize {
    fn weight(&self, key: &String, page: &Arc<Rendered>) -> u64 {
        (key.len() + page.weight_bytes()) as u64
    }
}

impl PageCache {
    /// An empty cache.
    pub fn new() -> Self {
        Self {
            pages: Cache::with_weighter(CACHE_EXPECTED_PAGES, CACHE_MAX_BYTES, BySize),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<Arc<Rendered>> {
        self.pages.get(key)
    }

    pub(crate) fn put(&self, key: String, page: Arc<Rendered>) {
        self.pages.insert(key, page);
    }
}

impl Default for PageCache {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for PageCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageCache")
            .field("pages", &self.pages.len())
            .finish()
    }
}

impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rendered")
            .field("bytes", &self.html.len())
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

impl Rendered {
    /// Takes text and names its content.
    pub fn new(html: String) -> Self {
        let digest = digest(html.as_bytes());
        Self {
            html: html.into(),
            brotli: OnceLock::new(),
            gzip: OnceLock::new(),
            digest,
        }
    }

    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// What it takes in memory: compressed copies come later and take about a third more.
    pub fn weight_bytes(&self) -> usize {
        self.html.len() + self.html.len() / 3
    }

    /// The strong entity tag of one encoding.
    pub fn etag(&self, encoding: Encoding) -> String {
        format!("\"{}{}\"", self.digest, encoding.suffix())
    }

    /// The text in one encoding; compressed once, when it is first asked for.
    pub fn body(&self, encoding: Encoding) -> Bytes {
        match encoding {
            Encoding::Brotli => self.brotli.get_or_init(|| brotli(&self.html)).clone(),
            Encoding::Gzip => self.gzip.get_or_init(|| gzip(&self.html)).clone(),
            Encoding::Identity => self.html.clone(),
        }
    }
}

/// A short name for content: 96 bits of its SHA-256.
pub(crate) fn digest(content: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(content).get(..12).unwrap_or_default())
}

fn brotli(html: &[u8]) -> Bytes {
    let mut compressed = Vec::with_capacity(html.len() / 4);
    let mut writer = brotli::CompressorWriter::new(
        &mut compressed,
        16 * 1024,
        BROTLI_QUALITY,
        BROTLI_WINDOW_BITS,
    );
    writer
        .write_all(html)
        .and_then(|()| writer.flush())
        .expect("a vector takes all bytes");
    drop(writer);
    compressed.into()
}

fn gzip(html: &[u8]) -> Bytes {
    let mut writer = GzEncoder::new(Vec::with_capacity(html.len() / 4), Compression::new(6));
    writer.write_all(html).expect("a vector takes all bytes");
    writer.finish().expect("a vector takes all bytes").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn every_encoding_gives_the_same_page_back_under_its_own_tag() {
        let html = "<p>노래</p>".repeat(500);
        let page = Rendered::new(html.clone());
        let mut restored = String::new();
        brotli::Decompressor::new(&page.body(Encoding::Brotli)[..], 4096)
            .read_to_string(&mut restored)
            .unwrap();
        assert_eq!(restored, html);
        restored.clear();
        flate2::read::GzDecoder::new(&page.body(Encoding::Gzip)[..])
            .read_to_string(&mut restored)
            .unwrap();
        assert_eq!(restored, html);
        assert_ne!(page.etag(Encoding::Brotli), page.etag(Encoding::Gzip));
        assert_ne!(page.etag(Encoding::Gzip), page.etag(Encoding::Identity));
    }

    #[test]
    fn the_cache_forgets_rather_than_grows() {
        let cache = PageCache::new();
        let html = "x".repeat(100_000);
        for number in 0..500 {
            cache.put(
                format!("page {number}"),
                Arc::new(Rendered::new(html.clone())),
            );
        }
        assert!(cache.pages.weight() <= CACHE_MAX_BYTES);
        assert!(cache.pages.len() < 80);
    }
}
