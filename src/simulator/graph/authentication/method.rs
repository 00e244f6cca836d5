//! Registered methods: listed, shown, deleted.
//!
//! learn.microsoft.com/graph/api/authentication-list-methods: a list holds the types that the version supports, the
//! password first. Deleting: learn.microsoft.com/graph/api/phoneauthenticationmethod-delete, and for the default, which
//! goes last, github.com/microsoftgraph/entra-powershell (Reset-EntraStrongAuthenticationMethodByUpn). The code of that
//! refusal is not documented.

use http::Method as Verb;
use serde_json::{Map, Value, json};

use super::{
    access::{self, Act},
    seen, write,
};
use crate::simulator::{
    graph::{
        Version,
        call::{Answered, Call},
        failure::Failure,
    },
    method::{ALTERNATE_MOBILE_ID, Kind, MOBILE_ID, PASSWORD, PASSWORD_ID},
    tenant::{Authentication, Method, Tenant, User},
    wire::Answer,
};

/// `GET authentication/methods`.
pub(super) fn list(call: &Call<'_>, key: &str) -> Answered {
    call.only(&Verb::GET)?;
    let select = call.options(&["$select"])?.select;
    let tenant = call.world.tenant();
    let person = access::person(call, &tenant, key, Act::ReadMethods)?;
    let methods = every(call, &tenant, person).map(|(name, shown)| typed(name, selected(select.as_deref(), shown)));
    Ok(call.collection(format_args!("users('{}')/authentication/methods", person.id), methods.collect()))
}

/// `GET authentication/methods/{id}`.
pub(super) fn any(call: &Call<'_>, key: &str, id: &str) -> Answered {
    call.only(&Verb::GET)?;
    let select = call.options(&["$select"])?.select;
    let tenant = call.world.tenant();
    let person = access::person(call, &tenant, key, Act::ReadMethods)?;
    let (name, shown) =
        every(call, &tenant, person).find(|(_, shown)| has_id(shown, id)).ok_or_else(|| Failure::no_resource(id))?;
    let context = format!("users('{}')/authentication/methods/$entity", person.id);
    Ok(call.entity(context, typed(name, selected(select.as_deref(), shown))))
}

/// `GET authentication/{segment}`.
pub(super) fn of_kind(call: &Call<'_>, key: &str, kind: &'static Kind) -> Answered {
    call.only(&Verb::GET)?;
    let select = call.options(&["$select"])?.select;
    let tenant = call.world.tenant();
    let person = access::person(call, &tenant, key, Act::Read(kind))?;
    let methods = every(call, &tenant, person)
        .filter(|(name, _)| *name == kind.name)
        .map(|(_, shown)| selected(select.as_deref(), shown))
        .collect();
    Ok(call.collection(format_args!("users('{}')/authentication/{}", person.id, kind.segment), methods))
}

/// `authentication/{segment}/{id}`.
pub(super) fn one(call: &Call<'_>, key: &str, kind: &'static Kind, id: &str) -> Answered {
    match call.request.method {
        Verb::GET => show(call, key, kind, Some(id)),
        Verb::DELETE if *kind != PASSWORD => delete(call, key, kind, Some(id)),
        _ => Err(Failure::verb()),
    }
}

/// `authentication/{segment}` of a type of which there is one at most.
pub(super) fn single(call: &Call<'_>, key: &str, kind: &'static Kind) -> Answered {
    match call.request.method {
        Verb::GET => show(call, key, kind, None),
        Verb::DELETE => delete(call, key, kind, None),
        _ => Err(Failure::verb()),
    }
}

fn show(call: &Call<'_>, key: &str, kind: &'static Kind, id: Option<&str>) -> Answered {
    let select = call.options(&["$select"])?.select;
    let tenant = call.world.tenant();
    let person = access::person(call, &tenant, key, Act::Read(kind))?;
    let (_, shown) = every(call, &tenant, person)
        .find(|(name, shown)| *name == kind.name && id.is_none_or(|id| has_id(shown, id)))
        .ok_or_else(|| Failure::no_resource(id.unwrap_or(kind.segment)))?;
    let context = format!("users('{}')/authentication/{}/$entity", person.id, kind.segment);
    Ok(call.entity(context, selected(select.as_deref(), shown)))
}

fn delete(call: &Call<'_>, key: &str, kind: &'static Kind, id: Option<&str>) -> Answered {
    let mut tenant = call.world.tenant_mut();
    let person = access::person(call, &tenant, key, Act::Delete(kind))?;
    let before = person.authentication.latest();
    let method = before
        .methods
        .iter()
        .find(|method| method.kind() == Some(kind) && id.is_none_or(|id| method.id.eq_ignore_ascii_case(id)))
        .ok_or_else(|| Failure::no_resource(id.unwrap_or(kind.segment)))?;
    let others: Vec<Method> = before.methods.iter().filter(|other| other.id != method.id).cloned().collect();
    if method.id == MOBILE_ID && others.iter().any(|other| other.id == ALTERNATE_MOBILE_ID) {
        return Err(Failure::bad(
            "The mobile phone cannot be deleted while an alternate mobile phone is registered. Delete that one first.",
        ));
    }
    let is_default = before.is_default(method);
    if is_default && !others.is_empty() {
        return Err(Failure::bad(
            "The default method for multi-factor authentication cannot be deleted while other methods are registered.",
        ));
    }
    let preference = before.preference.filter(|_| !is_default);
    let (person_id, after) = (person.id, Authentication { methods: others, preference, ..before.clone() });
    write(call, &mut tenant, person_id, after);
    Ok(Answer::empty(204))
}

/// The methods that this version supports, as they are shown to the caller, the password first. One of a type that no
/// page knows yet is shown by every version, under its own name: services grow.
fn every<'a>(
    call: &'a Call<'_>,
    tenant: &'a Tenant,
    person: &'a User,
) -> impl Iterator<Item = (&'a str, Map<String, Value>)> + 'a {
    let whole = access::sees_numbers(call, tenant, person);
    let changed = person.profile.seen(call.now, std::time::Duration::ZERO).last_password_change_date_time;
    let password = object(json!({ "id": PASSWORD_ID, "password": null, "createdDateTime": changed }));
    let registered = seen(call, person).methods.iter().filter_map(move |method| {
        let hidden = method.kind().is_some_and(|kind| !kind.v1 && call.version == Version::V1);
        (!hidden).then(|| (method.kind.as_str(), shown(method, whole)))
    });
    std::iter::once((PASSWORD.name, password)).chain(registered)
}

fn shown(method: &Method, whole: bool) -> Map<String, Value> {
    let mut shown = method.properties.clone();
    shown.insert("id".to_owned(), method.id.clone().into());
    if let Some(Value::String(number)) = shown.get_mut("phoneNumber")
        && !whole
    {
        *number = masked(number);
    }
    shown
}

/// Of a number only the country and the last two digits are left.
fn masked(number: &str) -> String {
    let (country, rest) = number.split_once(' ').unwrap_or(("", number));
    let hidden = rest.chars().count().saturating_sub(2);
    let rest = rest.chars().enumerate().map(|(place, digit)| if place < hidden { 'X' } else { digit });
    [country, " "].into_iter().filter(|_| !country.is_empty()).flat_map(str::chars).chain(rest).collect()
}

fn has_id(shown: &Map<String, Value>, id: &str) -> bool {
    shown.get("id").and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(id))
}

fn typed(name: &str, mut shown: Map<String, Value>) -> Map<String, Value> {
    shown.insert("@odata.type".to_owned(), format!("#microsoft.graph.{name}").into());
    shown
}

/// What `$select` asks for, as far as this type has it; types differ, so that what one has not is no mistake.
fn selected(select: Option<&str>, mut shown: Map<String, Value>) -> Map<String, Value> {
    if let Some(select) = select {
        shown.retain(|name, _| select.split(',').any(|wanted| wanted.trim().eq_ignore_ascii_case(name)));
    }
    shown
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
