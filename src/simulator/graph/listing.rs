//! What listings have in common: which rows are chosen, how they are sorted, to which type they are cast.

use uuid::Uuid;

use super::{
    call::Call,
    directory_object::{Kind, Objects},
    failure::Failure,
    filter::Filter,
    options::{Options, is_eventual},
    page::Order,
    property::{Field, Moment, Resource, find},
    search::Search,
};
use crate::simulator::tenant::Tenant;

/// `$filter` and `$search` together.
pub(super) struct Choice<R: Resource> {
    filter: Option<Filter<R>>,
    search: Option<Search<R>>,
}

impl<R: Resource> Choice<R> {
    /// Reads both, and refuses what only the eventual index answers if it was not asked.
    pub(super) fn new(options: &Options, searchable: &[&str]) -> Result<Self, Failure> {
        let choice = Self::read(options, searchable)?;
        if !options.advanced() {
            if let Some(what) = choice.filter.as_ref().and_then(Filter::advanced) {
                return Err(Failure::needs_eventual(what));
            }
            if choice.search.is_some() {
                return Err(Failure::needs_eventual("$search"));
            }
            if choice.filter.is_some() && options.order.is_some() {
                return Err(Failure::needs_eventual("$orderby together with $filter"));
            }
        }
        Ok(choice)
    }

    /// Reads both for a `$count` segment, which stands for `$count=true` and needs the header anyway.
    pub(super) fn read(options: &Options, searchable: &[&str]) -> Result<Self, Failure> {
        Ok(Self {
            filter: options.filter.as_deref().map(Filter::new).transpose()?,
            search: options.search.as_deref().map(|text| Search::new(text, searchable)).transpose()?,
        })
    }

    /// Properties that it looks at.
    pub(super) fn properties(&self) -> impl Iterator<Item = &'static str> {
        let filtered = self.filter.iter().flat_map(|filter| filter.properties().iter().copied());
        filtered.chain(self.search.iter().flat_map(Search::properties))
    }

    pub(super) fn takes(&self, object: &R::Object, at: Moment) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.selects(object, at))
            && self.search.as_ref().is_none_or(|search| search.finds(object, at))
    }
}

/// `$orderby`: one of the properties in `sortable`, either way.
pub(super) fn order<R: Resource>(
    options: &Options,
    at: Moment,
    sortable: &[&str],
) -> Result<Option<Order<R::Object>>, Failure> {
    let Some(order) = options.order.as_deref() else { return Ok(None) };
    let mut words = order.split_whitespace();
    let name = words.next().unwrap_or_default();
    let descending = match (words.next(), words.next()) {
        (None, _) => false,
        (Some(word), None) if word.eq_ignore_ascii_case("asc") => false,
        (Some(word), None) if word.eq_ignore_ascii_case("desc") => true,
        _ => return Err(Failure::bad(format!("Syntax error in the $orderby clause '{order}'."))),
    };
    let property = find::<R>(name)?;
    if !sortable.contains(&property.name) {
        return Err(Failure::unsupported_query("Sorting not supported for current query."));
    }
    let key = move |object: &R::Object| match (property.read)(object, at) {
        Field::Text(text) => text.to_lowercase(),
        _ => String::new(),
    };
    Ok(Some(Order { key: Box::new(key), descending }))
}

/// How a collection of objects of several types is asked for: whole or cast to one type, listed or counted.
///
/// A cast is an advanced query: learn.microsoft.com/graph/aad-advanced-queries
pub(super) struct View {
    cast: Option<Kind>,
    counted: bool,
}

impl View {
    /// Reads the segments after the collection's own.
    pub(super) fn read(call: &Call<'_>, rest: &[&str]) -> Result<Self, Failure> {
        call.only(&http::Method::GET)?;
        let is_count = |segment: &str| segment.eq_ignore_ascii_case("$count");
        let cast = |segment: &str| Kind::cast(segment).ok_or_else(|| Failure::segment(segment));
        match rest {
            [] => Ok(Self { cast: None, counted: false }),
            [count] if is_count(count) => Ok(Self { cast: None, counted: true }),
            [kind] => Ok(Self { cast: Some(cast(kind)?), counted: false }),
            [kind, count] if is_count(count) => Ok(Self { cast: Some(cast(kind)?), counted: true }),
            [.., unknown] => Err(Failure::segment(unknown)),
        }
    }

    /// The options of a listing; nothing for a count.
    pub(super) fn options(&self, call: &Call<'_>) -> Result<Option<Options>, Failure> {
        if self.counted {
            call.options(&[])?;
            return Ok(None);
        }
        let options = call.options(&["$select", "$top", "$count", "$skiptoken"])?;
        if self.cast.is_some() && !(is_eventual(call.request) && options.advanced()) {
            return Err(Failure::needs_eventual("The cast to a type"));
        }
        Ok(Some(options))
    }

    /// What stands in `@odata.context`.
    pub(super) fn context(&self) -> &'static str {
        self.cast.map_or("directoryObjects", Kind::set)
    }

    /// Whether an object is of the type that is asked for.
    pub(super) fn takes(&self, tenant: &Tenant, id: Uuid) -> bool {
        match (self.cast, Objects::kind(tenant, id)) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(wanted), Some(kind)) => wanted == kind,
        }
    }
}
