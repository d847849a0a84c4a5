//! Bodies that are compared, and those that are not.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::task::LocalSet;

use super::get;
use crate::scripted::{Reply, Scripted};
use crate::wire::{
    BODY_BYTES_MAX, Checks, Client, Connect, Fault, Keep, Link, Meter, Site, Traffic, Transport,
    Trust,
};

/// Counts what is read and not thrown away.
struct Counted<T> {
    server: T,
    read: Rc<Cell<u64>>,
}

impl Connect for Counted<Scripted> {
    type Transport = Counted<DuplexStream>;

    async fn connect(&self, site: &Site) -> io::Result<Counted<DuplexStream>> {
        Ok(Counted {
            server: self.server.connect(site).await?,
            read: Rc::clone(&self.read),
        })
    }
}

impl Transport for Counted<DuplexStream> {
    fn poll_discard(&mut self, cx: &mut Context<'_>, at_most: usize) -> Poll<io::Result<usize>> {
        self.server.poll_discard(cx, at_most)
    }
}

impl AsyncRead for Counted<DuplexStream> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        page: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = page.filled().len();
        ready!(Pin::new(&mut self.server).poll_read(cx, page))?;
        let read = page.filled().len() - before;
        self.read.set(self.read.get() + read as u64);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Counted<DuplexStream> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.server).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.server).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.server).poll_shutdown(cx)
    }
}

/// Asks three times for the same, where so many of the bodies are compared. Tells what became of it, what was counted, and how
/// much was read.
async fn three_times(
    share: f64,
    script: impl Fn(usize) -> Reply + 'static,
) -> (Vec<Result<u64, Fault>>, Traffic, u64) {
    let asking = LocalSet::new();
    let asking = asking.run_until(async move {
        let count = Cell::new(0);
        let server = Counted {
            server: Scripted::new(move |_| script(count.replace(count.get() + 1))),
            read: Rc::default(),
        };
        let (checks, meter) = (Rc::new(Checks::new(share, 0)), Meter::default());
        let read = Rc::clone(&server.read);
        let client = Client::new(server, Trust::default(), Link::new(None));
        let mut client = client.counted_by(&meter).checked_by(&checks);
        let mut answers = Vec::new();
        for _ in 0..3 {
            let answer = get(
                &mut client,
                "http://music.test/",
                Keep::Nothing(BODY_BYTES_MAX),
            )
            .await;
            answers.push(answer.map(|answer| answer.bytes));
        }
        (answers, meter.take(), read.get())
    });
    asking.await
}

/// A song of which one byte has changed at a time.
fn song(changed: bool) -> Reply {
    let mut body = vec![1; 100_000];
    if changed {
        body[70_000] = 2;
    }
    Reply::whole(body)
}

#[tokio::test(start_paused = true)]
async fn a_byte_that_changes_is_found_where_bodies_are_compared() {
    let (answers, traffic, _) = three_times(1.0, |number| song(number == 1)).await;
    let wrong = Fault::WrongBytes("they are not those that came before");
    assert_eq!(answers, [Ok(100_000), Err(wrong.clone()), Ok(100_000)]);
    assert_eq!((traffic.checked_bodies, traffic.wrong_bodies), (2, 1));
    assert_eq!(wrong.kind(), "wrong_bytes");
    assert!(!wrong.is_own());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_its_word_is_not_accused() {
    let all_right = [Ok(100_000), Ok(100_000), Ok(100_000)];
    let (answers, traffic, read) = three_times(1.0, |_| song(false)).await;
    assert_eq!(answers, all_right);
    assert_eq!((traffic.checked_bodies, traffic.wrong_bodies), (2, 0));
    assert!(300_000 < read);
    // It says itself that it is another.
    let (answers, ..) = three_times(1.0, |number| Reply {
        fields: ["ETag: \"a\"\r\n", "ETag: \"b\"\r\n", "ETag: \"b\"\r\n"][number],
        ..song(0 < number)
    })
    .await;
    assert_eq!(answers, all_right);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_compared_is_not_even_read() {
    let (answers, traffic, read) = three_times(0.0, |number| song(number == 1)).await;
    assert_eq!(answers, [Ok(100_000), Ok(100_000), Ok(100_000)]);
    assert_eq!((traffic.checked_bodies, traffic.wrong_bodies), (0, 0));
    // The heads, and what comes with them.
    assert!(read <= 3 * 2 * 1_024, "{read}");
}
