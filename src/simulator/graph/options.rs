//! Query options: which there are, which a resource takes, and which need the eventual index.
//!
//! learn.microsoft.com/graph/query-parameters, learn.microsoft.com/graph/aad-advanced-queries

use percent_encoding::percent_decode_str;

use super::{Version, failure::Failure};
use crate::simulator::wire::Request;

/// Items on a page when the client does not say.
const DEFAULT_PAGE: usize = 100;
/// Items on a page at the most.
const LARGEST_PAGE: usize = 999;

/// Options that there are at all; what else begins with `$` is refused, what does not is the client's own business.
const KNOWN: &[&str] = &[
    "$select",
    "$filter",
    "$search",
    "$count",
    "$orderby",
    "$top",
    "$skip",
    "$expand",
    "$skiptoken",
    "$deltatoken",
    "$format",
];

/// The options of one request, as they were given.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    pub(super) select: Option<String>,
    pub(super) filter: Option<String>,
    pub(super) search: Option<String>,
    pub(super) order: Option<String>,
    pub(super) expand: Option<String>,
    pub(super) skip_token: Option<String>,
    pub(super) delta_token: Option<String>,
    pub(super) top: Option<usize>,
    /// `$count=true`, which means nothing without the header.
    count: bool,
    /// `ConsistencyLevel: eventual`.
    eventual: bool,
}

impl Options {
    /// Reads the options of a request to a resource that takes those in `taken`.
    pub(super) fn read(version: Version, request: &Request, taken: &[&str]) -> Result<Self, Failure> {
        let mut options = Self { eventual: is_eventual(request), ..Self::default() };
        for (name, value) in pairs(version, &request.query)? {
            if !name.starts_with('$') {
                continue;
            }
            if !KNOWN.contains(&name.as_str()) {
                return Err(Failure::bad(format!("The query parameter '{name}' is not supported.")));
            }
            if name == "$skip" {
                return Err(Failure::bad("'$skip' is not supported by the service."));
            }
            if !taken.contains(&name.as_str()) && name != "$format" {
                return Err(Failure::unsupported_query(format!("The query option '{name}' is not supported here.")));
            }
            options.take(&name, value)?;
        }
        Ok(options)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), Failure> {
        let place = match name {
            "$select" => &mut self.select,
            "$filter" => &mut self.filter,
            "$search" => &mut self.search,
            "$orderby" => &mut self.order,
            "$expand" => &mut self.expand,
            "$skiptoken" => &mut self.skip_token,
            "$deltatoken" => &mut self.delta_token,
            "$top" => {
                let top = value.parse().ok().filter(|top| (1..=LARGEST_PAGE).contains(top));
                let top = top.ok_or_else(|| page_size(&value, LARGEST_PAGE))?;
                return if self.top.replace(top).is_some() { Err(repeated(name)) } else { Ok(()) };
            }
            "$count" => {
                self.count = value
                    .parse()
                    .map_err(|_| Failure::bad(format!("Invalid value '{value}' for $count query option found.")))?;
                return Ok(());
            }
            _ => return Ok(()),
        };
        if place.replace(value).is_some() {
            return Err(repeated(name));
        }
        Ok(())
    }

    /// Refuses pages of more than `most` items, where a property makes items dearer.
    pub(super) fn at_most(&self, most: usize) -> Result<(), Failure> {
        match self.top {
            Some(top) if top > most => Err(page_size(&top.to_string(), most)),
            _ => Ok(()),
        }
    }

    /// Asks the eventual index, which is where reads lag and advanced queries are answered.
    pub(super) fn eventual(&self) -> bool {
        self.eventual
    }

    /// Has all that an advanced query needs: the header and `$count=true`.
    pub(super) fn advanced(&self) -> bool {
        self.eventual && self.count
    }

    /// `$count=true` with the header; without it the service says nothing and counts nothing.
    pub(super) fn counted(&self) -> bool {
        self.advanced()
    }

    /// Items on a page.
    pub(super) fn page(&self) -> usize {
        self.top.unwrap_or(DEFAULT_PAGE)
    }

    /// What makes two requests the same query, whatever page they ask for.
    pub(super) fn identity(&self) -> String {
        format!(
            "{:?}",
            (&self.select, &self.filter, &self.search, &self.order, &self.expand, self.top, self.count, self.eventual)
        )
    }
}

fn page_size(value: &str, most: usize) -> Failure {
    Failure::bad(format!("Invalid page size specified: '{value}'. Must be between 1 and {most} inclusive."))
}

fn repeated(name: &str) -> Failure {
    Failure::bad(format!("Query option '{name}' was specified more than once."))
}

/// Whether a request asks the eventual index.
pub(super) fn is_eventual(request: &Request) -> bool {
    request
        .headers
        .get("consistencylevel")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("eventual"))
}

/// Names (lower case, with `$`) and values of a query.
fn pairs(version: Version, query: &str) -> Result<Vec<(String, String)>, Failure> {
    let mut pairs = Vec::new();
    for raw in query.split('&').filter(|raw| !raw.is_empty()) {
        let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
        let (Some(name), Some(value)) = (decode(name), decode(value)) else {
            return Err(Failure::bad("Invalid URI: the query is not UTF-8."));
        };
        let mut name = name.trim().to_ascii_lowercase();
        // Beta takes the options without their dollar too.
        if version == Version::Beta && KNOWN.iter().any(|known| known.strip_prefix('$') == Some(&name)) {
            name.insert(0, '$');
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

fn decode(raw: &str) -> Option<String> {
    percent_decode_str(&raw.replace('+', " ")).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The query of a request without the tokens of its page, as it stands in links to further pages.
pub(super) fn without_tokens(query: &str) -> String {
    let is_token = |pair: &&str| {
        let name = decode(pair.split('=').next().unwrap_or_default()).unwrap_or_default().to_ascii_lowercase();
        matches!(name.trim_start_matches('$'), "skiptoken" | "deltatoken")
    };
    query.split('&').filter(|pair| !pair.is_empty() && !is_token(pair)).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, Method};

    use super::*;

    fn read(version: Version, query: &str, eventual: bool) -> Result<Options, Failure> {
        let mut headers = HeaderMap::new();
        if eventual {
            headers.insert("consistencylevel", HeaderValue::from_static("Eventual"));
        }
        let request = Request {
            method: Method::GET,
            path: "/v1.0/users".into(),
            query: query.into(),
            headers,
            body: Bytes::new(),
        };
        Options::read(version, &request, &["$select", "$filter", "$top", "$count"])
    }

    #[test]
    fn values_are_decoded_and_names_have_any_case() {
        let options = read(Version::V1, "$Filter=displayName%20eq+'a%26b'&%24select=id&mine=1", false).unwrap();
        assert_eq!(options.filter.as_deref(), Some("displayName eq 'a&b'"));
        assert_eq!(options.select.as_deref(), Some("id"));
    }

    #[test]
    fn count_needs_the_header_and_is_ignored_without_it() {
        assert!(!read(Version::V1, "$count=true", false).unwrap().counted());
        assert!(read(Version::V1, "$count=true", true).unwrap().counted());
        assert!(!read(Version::V1, "", true).unwrap().advanced());
    }

    #[test]
    fn what_is_not_taken_is_refused() {
        for query in [
            "$skip=1",
            "$top=0",
            "$top=1000",
            "$top=x",
            "$count=maybe",
            "$expand=manager",
            "$foo=1",
            "$top=1&$select=a&$select=b",
            "$top=1&$top=2",
        ] {
            assert!(read(Version::V1, query, true).is_err(), "{query}");
        }
    }

    #[test]
    fn beta_takes_options_without_a_dollar_and_v1_ignores_them() {
        assert_eq!(read(Version::Beta, "select=id", false).unwrap().select.as_deref(), Some("id"));
        assert_eq!(read(Version::V1, "select=id", false).unwrap().select, None);
    }

    #[test]
    fn links_keep_the_query_but_not_its_page() {
        assert_eq!(without_tokens("$select=id&%24skiptoken=abc&$top=5"), "$select=id&$top=5");
    }
}
