//! Collections, page by page: the service's links are followed as they are, but to no other host.

use std::marker::PhantomData;

use futures_util::{Stream, stream};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{Graph, call::Call, single::alone};
use crate::error::Result;

/// A page of a collection.
#[derive(Debug, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<Url>,
}

/// A collection that is being read.
#[derive(Debug)]
pub(crate) struct Pages<'a, T> {
    graph: &'a Graph,
    call: Call,
    next: Next,
    _item: PhantomData<fn() -> T>,
}

#[derive(Debug)]
enum Next {
    First,
    At(Url),
    Nothing,
}

impl Graph {
    /// Reads a collection page by page.
    pub(crate) fn pages<T: DeserializeOwned>(&self, call: Call) -> Pages<'_, T> {
        Pages { graph: self, call, next: Next::First, _item: PhantomData }
    }

    /// Reads a whole collection.
    pub(crate) async fn all<T: DeserializeOwned>(&self, call: Call) -> Result<Vec<T>> {
        let mut items = Vec::new();
        let mut pages = self.pages(call);
        while let Some(page) = pages.next().await? {
            items.extend(page.value);
        }
        Ok(items)
    }
}

impl<T: DeserializeOwned> Pages<'_, T> {
    /// The next page. The service's link is followed as it is; custom headers are sent again, because the link does not
    /// carry them. A page can be empty and still not be the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Page<T>>> {
        let graph = self.graph;
        let reply = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Nothing => return Ok(None),
            // The first page may share a batch with others; what follows is large and travels alone.
            Next::First => graph.read(self.call.clone()).await?,
            Next::At(url) => alone(&graph.session, &graph.cancel, url, &self.call).await?.success()?,
        };
        let page: Page<T> = reply.json()?;
        if let Some(next) = &page.next_link {
            graph.own(next).await?;
            self.next = Next::At(next.clone());
        }
        Ok(Some(page))
    }
}

impl<'a, T: DeserializeOwned + Send + 'a> Pages<'a, T> {
    /// The items of each page, read when they are asked for.
    pub(crate) fn stream(self) -> impl Stream<Item = Result<Vec<T>>> + Send + 'a {
        stream::try_unfold(self, |mut pages| async {
            let page = pages.next().await?;
            Ok(page.map(|page| (page.value, pages)))
        })
    }
}
