//! Per-user MFA: `authentication/requirements`, in beta only. learn.microsoft.com/graph/api/authentication-update
//!
//! Guests have a state like everybody. The state goes on by itself: who is enabled and has registered a method is
//! enforced, so that `enabled` may never be seen (learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates).

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
    tenant::{Authentication, PerUserMfa},
    wire::Answer,
};

const STATE: &str = "perUserMfaState";

/// Answers at `authentication/requirements`.
pub(super) fn answer(call: &Call<'_>, key: &str) -> Answered {
    match call.request.method {
        Method::GET => {
            call.options(&[])?;
            let tenant = call.world.tenant();
            let person = access::person(call, &tenant, key, Act::ReadRequirements)?;
            let context = format_args!("users('{}')/authentication/requirements", person.id).to_string();
            Ok(call.entity(context, shown(seen(call, person))))
        }
        Method::PATCH => {
            let wanted = wanted(&call.body()?)?;
            let mut tenant = call.world.tenant_mut();
            let person = access::person(call, &tenant, key, Act::WriteRequirements)?;
            let (id, mut authentication) = (person.id, person.authentication.latest().clone());
            let successor = match wanted {
                PerUserMfa::Enabled if authentication.is_registered() => PerUserMfa::Enforced,
                wanted => wanted,
            };
            if authentication.per_user_mfa != successor {
                authentication.per_user_mfa = successor;
                write(call, &mut tenant, id, authentication);
            }
            Ok(Answer::empty(204))
        }
        _ => Err(Failure::verb()),
    }
}

/// `strongAuthenticationRequirements`.
pub(super) fn shown(authentication: &Authentication) -> Map<String, Value> {
    Map::from_iter([(STATE.to_owned(), authentication.per_user_mfa.word().into())])
}

fn wanted(body: &Map<String, Value>) -> Result<PerUserMfa, Failure> {
    if let Some(unknown) = body.keys().find(|name| *name != STATE && !name.contains("@odata.")) {
        return Err(Failure::bad(format!(
            "The property '{unknown}' does not exist on type 'microsoft.graph.strongAuthenticationRequirements'."
        )));
    }
    body.get(STATE).and_then(Value::as_str).and_then(PerUserMfa::named).ok_or_else(|| {
        Failure::bad(
            "Invalid value specified for property 'perUserMfaState': disabled, enabled or enforced is expected.",
        )
        .about(STATE)
    })
}
