//! The body of an answer on its way out, which may be cut short.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// A body that announces its whole length and may break off in the middle.
#[derive(Debug)]
pub(super) struct Outgoing {
    length: u64,
    rest: Bytes,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Good,
    /// One more turn, in which what was written so far reaches the client; then [`BrokenOff`].
    Broken {
        flushed: bool,
    },
}

/// The body broke off.
#[derive(Debug)]
pub(super) struct BrokenOff;

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body broke off, as the plan of faults wants it")
    }
}

impl std::error::Error for BrokenOff {}

impl Outgoing {
    /// The whole body.
    pub(super) fn whole(body: Bytes) -> Self {
        Self { length: length(&body), rest: body, end: End::Good }
    }

    /// Half of it.
    pub(super) fn cut(mut body: Bytes) -> Self {
        let length = length(&body);
        body.truncate(body.len() / 2);
        Self { length, rest: body, end: End::Broken { flushed: false } }
    }
}

fn length(body: &Bytes) -> u64 {
    u64::try_from(body.len()).unwrap_or(u64::MAX)
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.rest)))));
        }
        match self.end {
            End::Good => Poll::Ready(None),
            End::Broken { flushed: false } => {
                self.end = End::Broken { flushed: true };
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Broken { flushed: true } => Poll::Ready(Some(Err(BrokenOff))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.end == End::Good
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
