//! How a person prefers to prove the second factor: `authentication/signInPreferences`, in beta only.
//!
//! learn.microsoft.com/graph/api/authentication-update. That nothing can be preferred which is not registered is not
//! documented; the service has no other way to keep its promise to ask for it.

use http::Method;
use serde_json::{Map, Value};

use super::{
    access::{self, Act},
    seen, write,
};
use crate::simulator::{
    graph::{
        call::{Answered, Call},
        failure::Failure,
    },
    tenant::{Authentication, Preference},
    wire::Answer,
};

const SYSTEM: &str = "isSystemPreferredAuthenticationMethodEnabled";
const PREFERRED: &str = "userPreferredMethodForSecondaryAuthentication";

/// Answers at `authentication/signInPreferences`.
pub(super) fn answer(call: &Call<'_>, key: &str) -> Answered {
    match call.request.method {
        Method::GET => {
            call.options(&[])?;
            let tenant = call.world.tenant();
            let person = access::person(call, &tenant, key, Act::ReadMethods)?;
            let context = format_args!("users('{}')/authentication/signInPreferences", person.id).to_string();
            Ok(call.entity(context, shown(seen(call, person))))
        }
        Method::PATCH => {
            let body = call.body()?;
            let mut tenant = call.world.tenant_mut();
            let person = access::person(call, &tenant, key, Act::WritePreferences)?;
            let (id, before) = (person.id, person.authentication.latest());
            let mut after = before.clone();
            for (name, value) in body.iter().filter(|(name, _)| !name.contains("@odata.")) {
                match (name.as_str(), value) {
                    (SYSTEM, Value::Bool(on)) => after.system_preferred = *on,
                    (PREFERRED, Value::String(word)) => after.preference = Some(preferable(before, word)?),
                    (SYSTEM | PREFERRED, _) => {
                        return Err(Failure::bad(format!("Invalid value specified for property '{name}'.")));
                    }
                    _ => {
                        return Err(Failure::bad(format!(
                            "The property '{name}' does not exist on type 'microsoft.graph.signInPreferences'."
                        )));
                    }
                }
            }
            if *before != after {
                write(call, &mut tenant, id, after);
            }
            Ok(Answer::empty(204))
        }
        _ => Err(Failure::verb()),
    }
}

/// `signInPreferences`; the preferred method is left out where there is none.
pub(super) fn shown(authentication: &Authentication) -> Map<String, Value> {
    let mut shown = Map::from_iter([(SYSTEM.to_owned(), authentication.system_preferred.into())]);
    if let Some(preference) = authentication.preference {
        shown.insert(PREFERRED.to_owned(), preference.word().into());
    }
    shown
}

fn preferable(authentication: &Authentication, word: &str) -> Result<Preference, Failure> {
    let preference = Preference::named(word).ok_or_else(|| {
        Failure::bad(format!("Requested value '{word}' was not found in userDefaultAuthenticationMethodType."))
            .about(PREFERRED)
    })?;
    if authentication.methods.iter().any(|method| preference.is_served_by(method)) {
        Ok(preference)
    } else {
        Err(Failure::bad("The preferred method is not registered for this user.").about(PREFERRED))
    }
}
