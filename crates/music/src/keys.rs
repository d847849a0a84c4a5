//! Where things lie in the object store, and as what: every key is made here.

/// What says whose the objects are: the only object that changes, and only when they get another owner.
pub(crate) const OWNER: &str = "library";
/// Where objects lie that are deleted when no row names them.
pub(crate) const SWEPT: [&str; 2] = ["originals", "renditions"];

/// Where objects lie.
pub(crate) const FOLDERS: [&str; 3] = ["originals", "renditions", "covers"];

/// The content type of covers.
pub(crate) const COVER_MEDIA_TYPE: &str = "image/webp";
/// The content type of renditions.
pub(crate) const RENDITION_MEDIA_TYPE: &str = "audio/mp4";

/// The key of a cover in one width; `id` is the cover's id, `width_px` one of the widths covers are stored in.
pub(crate) fn cover(id: &str, width_px: u32) -> String {
    format!("covers/{id}/{width_px}.webp")
}

/// The key of an original: by content, so that writing it twice is writing it once. The number is 0, but for content that
/// was stored before and deleted ([`Store::reclaim_key`](crate::store::Store::reclaim_key)).
pub(crate) fn original(content_hash: &str, extension: &str, number: u32) -> String {
    numbered("originals", content_hash, extension, number)
}

/// The key of a rendition: by content, so that a job tried twice stores it once; the number as that of an original.
pub(crate) fn rendition(content_hash: &str, number: u32) -> String {
    numbered("renditions", content_hash, "mp4", number)
}

fn numbered(folder: &str, content_hash: &str, extension: &str, number: u32) -> String {
    let (shard, _) = content_hash.split_at_checked(2).unwrap_or(("00", ""));
    match number {
        0 => format!("{folder}/{shard}/{content_hash}.{extension}"),
        number => format!("{folder}/{shard}/{content_hash}-{number}.{extension}"),
    }
}
