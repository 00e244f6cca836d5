//! What cmdlets that show mailboxes have in common: one by its identity, or many, filtered, limited, in pages.
//!
//! A page is as large as the client prefers (`Prefer: odata.maxpagesize`). Its link is followed by sending the same body
//! to it.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{
    cmdlet::Call,
    command::{Argument, Parameters},
    failure::Failure,
    filter::Filter,
    identity::{self, Owner},
    object::{self, Object, Output},
};

/// Objects on a page unless the client prefers another number, and the most.
const PAGE: usize = 1000;
/// Results unless `ResultSize` says otherwise.
const RESULTS: u64 = 1000;
/// The only kind of mailbox of this tenant.
const KIND: &str = "UserMailbox";

/// A view of mailboxes.
pub(super) trait Listed {
    /// What a filter can name.
    const FILTERED: &'static [&'static str];
    /// What is shown of a mailbox.
    fn object(call: &Call<'_>, owner: Owner<'_>) -> Object;
    /// One of [`Self::FILTERED`] as text.
    fn value(call: &Call<'_>, owner: Owner<'_>, property: &str) -> String;
}

/// Where the next page begins.
#[derive(Debug, Serialize, Deserialize)]
struct Position {
    /// Id of the last person of the page before.
    after: u128,
    /// Results that are left; nothing if there is no limit.
    left: Option<u64>,
}

pub(super) fn list<T: Listed>(call: &Call<'_>, parameters: &mut Parameters) -> Result<Output, Failure> {
    let identity = parameters.text("Identity")?;
    let anr = parameters.text("Anr")?;
    let filter = parameters.text("Filter")?;
    let size = parameters.size("ResultSize")?;
    let kinds = parameters.list("RecipientTypeDetails")?.or(None);
    let order = parameters.text("SortBy")?.map(|name| sortable::<T>(&name)).transpose()?;
    parameters.finish()?;
    if identity.is_some() && (anr.is_some() || filter.is_some()) {
        return Err(Failure::binding("Parameter set cannot be resolved using the specified named parameters."));
    }
    let filter = filter.map(|text| Filter::read(&text, T::FILTERED)).transpose()?.unwrap_or_default();
    let tenant = call.world.tenant();
    if let Some(identity) = identity {
        return identity::find(&tenant, &identity).map(|owner| Output::one(T::object(call, owner)));
    }
    let fits = |owner: &Owner<'_>| {
        anr.as_ref().is_none_or(|anr| resembles(*owner, anr))
            && kinds.as_deref().is_none_or(|kinds| kinds.split(',').any(|kind| kind.trim().eq_ignore_ascii_case(KIND)))
            && filter.fits(|property| T::value(call, *owner, property))
    };
    let mut owners: Vec<Owner<'_>> = identity::owners(&tenant).collect();
    if let Some(property) = order {
        // Who is equal stays in the order of ids.
        owners.sort_by_cached_key(|owner| T::value(call, *owner, property).to_lowercase());
    }
    page::<T>(call, &owners, size, fits)
}

/// What the service sorts by is what it filters by.
fn sortable<T: Listed>(name: &str) -> Result<&'static str, Failure> {
    let known = T::FILTERED.iter().copied().find(|known| known.eq_ignore_ascii_case(name));
    known.ok_or_else(|| Failure::binding(format!("Cannot bind parameter 'SortBy' to the target. '{name}' is unknown.")))
}

/// Ambiguous name resolution: the beginning of a name or an address.
fn resembles(owner: Owner<'_>, anr: &str) -> bool {
    let profile = owner.user.profile.latest();
    let names = [Some(&profile.display_name), Some(&profile.mail_nickname), profile.surname.as_ref()];
    let names = names.into_iter().flatten().map(String::as_str).chain([owner.primary_address()]);
    let anr = anr.to_lowercase();
    names.map(str::to_lowercase).any(|name| name.starts_with(&anr))
}

fn page<T: Listed>(
    call: &Call<'_>,
    owners: &[Owner<'_>],
    size: Argument<u64>,
    fits: impl Fn(&Owner<'_>) -> bool,
) -> Result<Output, Failure> {
    let position = object::query(call.request, "$skiptoken").map(|token| open(&token)).transpose()?;
    let limit = match &position {
        Some(position) => position.left,
        None => size.or(Some(RESULTS)),
    };
    let most = object::preference(call.request, "odata.maxpagesize").unwrap_or(PAGE).clamp(1, PAGE);
    let most = limit.map_or(most, |left| most.min(usize::try_from(left).unwrap_or(usize::MAX)));
    // Who was last shown may fit no longer; the next page begins behind that person all the same.
    let from = match position {
        None => 0,
        Some(Position { after, .. }) => {
            let last = owners.iter().position(|owner| owner.user.id.as_u128() == after);
            last.ok_or_else(foreign)?.saturating_add(1)
        }
    };
    let mut rest = owners.iter().skip(from).filter(|owner| fits(owner)).peekable();
    let mut output = Output::default();
    let mut last = None;
    while output.objects.len() < most
        && let Some(owner) = rest.next()
    {
        last = Some(owner.user.id.as_u128());
        output.objects.push(T::object(call, *owner));
    }
    let left = limit.map(|left| left.saturating_sub(u64::try_from(output.objects.len()).unwrap_or(u64::MAX)));
    if let Some(after) = last.filter(|_| rest.peek().is_some()) {
        if left == Some(0) {
            output.warnings.push(
                "There are more results available than are shown. Use a larger ResultSize to see them.".to_owned(),
            );
        } else {
            output.next = Some(link(call, &Position { after, left }));
        }
    }
    Ok(output)
}

/// The request's own address with a position in it.
fn link(call: &Call<'_>, position: &Position) -> String {
    let token = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_string(position).unwrap_or_default());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let options = url::form_urlencoded::parse(call.request.query.as_bytes());
    query.extend_pairs(options.filter(|(name, _)| name != "$skiptoken"));
    query.append_pair("$skiptoken", &token);
    format!("{}{}?{}", call.world.base, call.request.path, query.finish())
}

fn open(token: &str) -> Result<Position, Failure> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok();
    let position = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    position.ok_or_else(foreign)
}

fn foreign() -> Failure {
    Failure::bad("The skip token is not one of this service.")
}
