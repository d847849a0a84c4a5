//! The body of a media answer: slices of blocks, the next block asked for only when the connection wants more.

use std::collections::VecDeque;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use chassis::shares::Share;
use http_body::{Frame, SizeHint};

use super::blocks::{BLOCK_BYTES, BlockKey, Blocks, LoadError};
use super::{Media, Metrics};

/// A piece of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// What stands between the parts of a multipart body.
    Text(Bytes),
    /// Bytes of the object.
    Object(Range<u64>),
}

impl Part {
    /// Its length in bytes.
    pub(crate) fn size_bytes(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Object(range) => range.end.saturating_sub(range.start),
        }
    }
}

type Loading = Pin<Box<dyn Future<Output = Result<Bytes, LoadError>> + Send>>;

/// Sends parts of one object. Holds at most one block, and none between two polls.
pub(crate) struct MediaBody {
    media: Arc<Media>,
    blocks: Blocks,
    parts: VecDeque<Part>,
    /// A block that is in hand: its index and bytes.
    held: Option<(u64, Bytes)>,
    loading: Option<(u64, Loading)>,
    remaining_bytes: u64,
    stream: ActiveStream,
}

/// Counts an answer as long as it is being sent, and gives its slot back at the end.
struct ActiveStream {
    metrics: Arc<Metrics>,
    slot: Option<Share>,
}

impl ActiveStream {
    fn new(metrics: Arc<Metrics>, slot: Option<Share>) -> Self {
        metrics.active_streams.inc();
        if slot.is_some() {
            metrics.active_long_answers.inc();
        }
        Self { metrics, slot }
    }
}

impl Drop for ActiveStream {
    fn drop(&mut self) {
        self.metrics.active_streams.dec();
        if self.slot.is_some() {
            self.metrics.active_long_answers.dec();
        }
    }
}

impl MediaBody {
    /// Makes a body and loads its first block, so that what is not there is found before the answer begins.
    pub(crate) async fn open(
        media: Arc<Media>,
        parts: VecDeque<Part>,
        blocks: Blocks,
        metrics: Arc<Metrics>,
        slot: Option<Share>,
    ) -> Result<Self, LoadError> {
        let mut body = Self {
            remaining_bytes: parts.iter().map(Part::size_bytes).sum(),
            media,
            blocks,
            parts,
            held: None,
            loading: None,
            stream: ActiveStream::new(metrics, slot),
        };
        let first = body.parts.iter().find_map(|part| match part {
            Part::Object(range) if !range.is_empty() => Some(range.start / BLOCK_BYTES),
            _ => None,
        });
        if let Some(index) = first {
            let key = body.key(index);
            let block = match body.blocks.cached(&key) {
                Some(block) => block,
                None => body.blocks.load(key).await?,
            };
            body.held = Some((index, block));
        }
        Ok(body)
    }

    fn key(&self, index: u64) -> BlockKey {
        BlockKey {
            object_key: Arc::clone(&self.media.object_key),
            object_bytes: self.media.size_bytes,
            index,
        }
    }

    /// The block in hand, in memory, or loaded.
    fn poll_block(
        &mut self,
        index: u64,
        context: &mut Context<'_>,
    ) -> Poll<Result<Bytes, LoadError>> {
        if let Some((held, block)) = self.held.take()
            && held == index
        {
            return Poll::Ready(Ok(block));
        }
        if self
            .loading
            .as_ref()
            .is_none_or(|(wanted, _)| *wanted != index)
        {
            let key = self.key(index);
            if let Some(block) = self.blocks.cached(&key) {
                return Poll::Ready(Ok(block));
            }
            let blocks = self.blocks.clone();
            self.loading = Some((index, Box::pin(async move { blocks.load(key).await })));
        }
        let Some((_, loading)) = &mut self.loading else {
            return Poll::Pending;
        };
        let loaded = ready!(loading.as_mut().poll(context));
        self.loading = None;
        Poll::Ready(loaded)
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, LoadError>>> {
        while let Some(part) = self.parts.pop_front() {
            let range = match part {
                Part::Text(text) => return Poll::Ready(Some(Ok(text))),
                Part::Object(range) if range.is_empty() => continue,
                Part::Object(range) => range,
            };
            let index = range.start / BLOCK_BYTES;
            let block = match self.poll_block(index, context) {
                Poll::Ready(Ok(block)) => block,
                Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                Poll::Pending => {
                    self.parts.push_front(Part::Object(range));
                    return Poll::Pending;
                }
            };
            let block_start = index * BLOCK_BYTES;
            let end = range.end.min(block_start + block.len() as u64);
            if end < range.end {
                self.parts.push_front(Part::Object(end..range.end));
            }
            return Poll::Ready(Some(Ok(slice(&block, block_start, range.start..end))));
        }
        Poll::Ready(None)
    }
}

/// The bytes of an object's range that lies inside a block.
fn slice(block: &Bytes, block_start: u64, range: Range<u64>) -> Bytes {
    let within =
        |position: u64| usize::try_from(position.saturating_sub(block_start)).unwrap_or(usize::MAX);
    block.slice(within(range.start)..within(range.end))
}

impl http_body::Body for MediaBody {
    type Data = Bytes;
    type Error = LoadError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, LoadError>>> {
        let body = self.get_mut();
        let next = match ready!(body.poll_next(context)) {
            None => None,
            Some(Ok(bytes)) => {
                body.remaining_bytes = body.remaining_bytes.saturating_sub(bytes.len() as u64);
                body.stream.metrics.sent_bytes.inc_by(bytes.len() as u64);
                Some(Ok(Frame::data(bytes)))
            }
            Some(Err(error)) => {
                // The head has been sent: all that is left is to break the connection and to say why.
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a media answer broke off"
                );
                body.parts.clear();
                Some(Err(error))
            }
        };
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        self.remaining_bytes == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining_bytes)
    }
}
