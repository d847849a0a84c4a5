//! Where things lie in the object store: every key is made here.

/// The key of a cover in one width; `id` is the cover's id, `width_px` one of the widths covers are stored in.
pub(crate) fn cover(id: &str, width_px: u32) -> String {
    format!("covers/{id}/{width_px}.webp")
}
