//! Exchange Online: the command endpoint that Microsoft's own module uses, and the documented Admin API beside it.
//!
//! The first (`/adminapi/beta/{tenant}/InvokeCommand` and `/$batch`) is documented nowhere; what is known of it was seen
//! in public code. The second (`/adminapi/v2.0/{tenant}/{Endpoint}`) is documented and knows neither mailbox protocols
//! nor any write to the organisation: learn.microsoft.com/exchange/reference/admin-api-endpoints-reference
//!
//! Cmdlets that this tenant does not know are answered as the service answers those that are in nobody's role.

mod accepted_domain;
mod admin_api;
mod batch;
mod cas_mailbox;
mod cmdlet;
mod command;
mod failure;
mod filter;
mod group_member;
mod identity;
mod listing;
mod load;
mod mailbox;
mod object;
mod organization;
#[cfg(test)]
mod tests;

use http::{HeaderValue, Method};

pub(super) use self::failure::{refused, unavailable};
pub use self::load::Load;
use self::{cmdlet::Call, failure::Failure};
use super::{
    role,
    sign_in::token::{self, Audience},
    wire::{Answer, Request},
    world::{Caller, World},
};

/// What stands below `/adminapi/{version}/{tenant}/`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// `beta/.../InvokeCommand`
    Command,
    /// `beta/.../$batch`
    Batch,
    /// `v2.0/.../{Endpoint}`
    Endpoint(String),
}

/// Answers a request below `/adminapi/`.
pub async fn answer(world: &World, request: &Request) -> Answer {
    let caller = match token::caller(world, &request.headers, Audience::Exchange) {
        Ok(caller) => caller,
        Err(unbelieved) => return refused(world, &unbelieved),
    };
    let Some(turn) = world.load.enter() else { return world.load.refuse(world) };
    let mut answer = match place(world, &request.path) {
        Err(failure) => failure.answer(),
        Ok(_) if request.method != Method::POST => Failure::verb().answer(),
        Ok(place) if !may_enter(&caller, &place) => Failure::Denied.answer(),
        Ok(place) => {
            // No command is quicker. Without that, nothing would ever be concurrent.
            tokio::time::sleep(world.clock.scaled(load::QUICKEST)).await;
            match place {
                Place::Batch => batch::answer(world, &caller, request).await,
                Place::Command => command(world, &caller, request),
                Place::Endpoint(endpoint) => {
                    let call = Call::new(world, &caller, request);
                    admin_api::answer(&call, &endpoint).unwrap_or_else(|failure| failure.answer())
                }
            }
        }
    };
    turn.mark(&mut answer);
    answer
}

/// Runs the one command of a request.
fn command(world: &World, caller: &Caller, request: &Request) -> Answer {
    let call = Call::new(world, caller, request);
    cmdlet::run(&call).unwrap_or_else(|failure| failure.answer())
}

/// Where a path leads, in this tenant.
fn place(world: &World, path: &str) -> Result<Place, Failure> {
    let mut segments = path.trim_end_matches('/').split('/').skip(2);
    let (Some(version), Some(tenant), Some(last), None) =
        (segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(Failure::path());
    };
    if !tenant.eq_ignore_ascii_case(&world.tenant().id.to_string()) {
        return Err(Failure::path());
    }
    match (version.to_ascii_lowercase().as_str(), last.to_ascii_lowercase().as_str()) {
        ("beta", "invokecommand") => Ok(Place::Command),
        ("beta", "$batch" | "%24batch") => Ok(Place::Batch),
        ("v2.0", _) => Ok(Place::Endpoint(last.to_owned())),
        _ => Err(Failure::path()),
    }
}

/// Whether the token carries the permission at all; what its holder may do is a matter of roles.
fn may_enter(caller: &Caller, place: &Place) -> bool {
    let any = |permissions: &[&str]| permissions.iter().any(|permission| caller.permissions.contains(*permission));
    match (place, caller.user_id.is_some()) {
        (Place::Command | Place::Batch, true) => any(&["Exchange.Manage", "AdminApi.AccessAsUser.All"]),
        (Place::Command | Place::Batch, false) => any(&["Exchange.ManageAsApp"]),
        (Place::Endpoint(_), true) => any(&["Exchange.ManageV2"]),
        (Place::Endpoint(_), false) => any(&["Exchange.ManageAsAppV2"]),
    }
}

/// A header's text.
fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.get(name).map(HeaderValue::to_str).and_then(Result::ok)
}
