//! What happens when many come at once, read slowly, or go away.
