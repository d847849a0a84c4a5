//! HTTP/1.1 on a connection of its own: what is thrown away is not even read where the network is bare.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Poll, ready};

use tokio::io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf};
use tokio::time::{Instant, sleep_until};

use super::ask::Question;
use super::chunks::Chunks;
use super::fault::Fault;
use super::head::{Framing, Head};
use super::received::Received;
use super::transport::Transport;

/// How much is read at once where somebody looks at it.
const READ_BYTES: usize = 16 * 1024;
/// How much is read at once while a head is looked for: of a body that is thrown away no more is copied.
const HEAD_READ_BYTES: usize = 2 * 1024;

/// A connection that has one question at a time.
pub(super) struct Http1 {
    stream: Box<dyn Transport>,
    /// What came after the end of the last answer's head.
    spare: Vec<u8>,
}

impl Http1 {
    pub(super) fn new(stream: impl Transport + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            spare: Vec::new(),
        }
    }

    /// Asks, and reads the head of the answer.
    pub(super) async fn begin(mut self, question: Question<'_>) -> Result<(Self, Head), Fault> {
        let mut request = question.ask.head(question.cookie);
        request += question.ask.body.unwrap_or_default();
        self.stream.write_all(request.as_bytes()).await?;
        self.stream.flush().await?;
        question.link.round_trip().await;
        loop {
            if let Some((head, length)) = Head::read(&self.spare, question.is_checked)? {
                self.spare.drain(..length);
                // `100 Continue` and its like only announce the answer.
                if !(100..200).contains(&head.status) {
                    return Ok((self, head));
                }
            } else if self.read(HEAD_READ_BYTES).await? == 0 {
                return Err(Fault::Lost);
            }
        }
    }

    /// Reads a body to its end.
    pub(super) async fn receive(
        &mut self,
        framing: Framing,
        body: &mut Received,
        more: &mut impl FnMut(u64) -> Option<Instant>,
    ) -> Result<(), Fault> {
        let mut chunks = Chunks::new();
        loop {
            let spare = std::mem::take(&mut self.spare);
            match framing {
                Framing::Chunked => {
                    let taken = chunks.take(&spare, |data| body.take(data))?;
                    let after = spare.get(taken..).unwrap_or_default();
                    self.spare.extend_from_slice(after);
                }
                Framing::Length(length) => {
                    let left = usize::try_from(length - body.bytes).unwrap_or(usize::MAX);
                    let (own, after) = spare.split_at(left.min(spare.len()));
                    body.take(own);
                    self.spare.extend_from_slice(after);
                }
                Framing::Close => body.take(&spare),
            }
            body.check()?;
            if let Some(enough_until) = more(body.bytes) {
                sleep_until(enough_until).await;
            }
            let read = match framing {
                Framing::Chunked if chunks.is_over() => return Ok(()),
                Framing::Length(length) if length <= body.bytes => return Ok(()),
                Framing::Length(length) if body.is_thrown_away() => {
                    let left = usize::try_from(length - body.bytes).unwrap_or(usize::MAX);
                    self.discard(body, left).await?
                }
                Framing::Close if body.is_thrown_away() => self.discard(body, usize::MAX).await?,
                _ => self.read(READ_BYTES).await?,
            };
            match (read, framing) {
                (0, Framing::Close) => return Ok(()),
                (0, _) => return Err(Fault::Lost),
                _ => {}
            }
        }
    }

    /// Reads at most so many bytes behind what is spare; 0 at the end of the connection.
    async fn read(&mut self, at_most: usize) -> Result<usize, Fault> {
        thread_local! {
            static PAGE: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
        }
        let Self { stream, spare } = self;
        let read = poll_fn(|cx| {
            PAGE.with_borrow_mut(|page| {
                let mut page = ReadBuf::new(page.get_mut(..at_most).unwrap_or_default());
                ready!(Pin::new(&mut *stream).poll_read(cx, &mut page))?;
                spare.extend_from_slice(page.filled());
                Poll::Ready(Ok::<_, std::io::Error>(page.filled().len()))
            })
        });
        Ok(read.await?)
    }

    async fn discard(&mut self, body: &mut Received, at_most: usize) -> Result<usize, Fault> {
        let read = poll_fn(|cx| self.stream.poll_discard(cx, at_most)).await?;
        body.pass(read);
        Ok(read)
    }
}
