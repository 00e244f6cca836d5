//! A password reset that runs in the background.
//!
//! learn.microsoft.com/graph/api/authenticationmethod-resetpassword, learn.microsoft.com/graph/api/longrunningoperation-get:
//! 202 is not success; the operation's address keeps its query, which finds the place where the operation runs. Here a
//! password that will be taken is taken at once, and the operation says so later.

use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    password::{generate, is_suitable},
    update::{now, set_password},
};
use crate::simulator::{
    graph::{
        call::{Answered, Call},
        failure::Failure,
        permission::{READ_OPERATIONS, RESET_PASSWORD},
        reach::{self, Act},
    },
    method::PASSWORD_ID,
    tenant::{PasswordOperation, Tenant, User as Person},
    wire::Answer,
};

/// How long an operation waits, and how long it then runs.
const WAITS: Duration = Duration::from_secs(1);
const RUNS: Duration = Duration::from_secs(4);

/// `POST users/{key}/authentication/methods/{method}/resetPassword`, and the same below `passwordMethods`, where the
/// permissions reference has it.
pub(super) fn start(call: &Call<'_>, key: &str, method: &str) -> Answered {
    call.only(&Method::POST)?;
    call.require(&RESET_PASSWORD)?;
    let given = new_password(&call.optional_body()?)?;
    let mut tenant = call.world.tenant_mut();
    let person = tenant.user(key).ok_or_else(|| Failure::no_resource(key))?;
    if !method.eq_ignore_ascii_case(PASSWORD_ID) {
        return Err(Failure::no_resource(method));
    }
    allowed(call, &tenant, person)?;
    let profile = person.profile.latest();
    let id = person.id;
    let (password, generated) = match given {
        Some(password) => (password, false),
        None if profile.on_premises_sync_enabled == Some(true) => {
            return Err(Failure::bad(
                "The parameter 'newPassword' is required when the password is written back on-premises.",
            ));
        }
        None => {
            let password = generate(profile, &tenant)
                .ok_or_else(|| Failure::new(503, "serviceNotAvailable", "No password could be generated."))?;
            (password, true)
        }
    };
    let refusal = (!is_suitable(&password, profile, &tenant))
        .then(|| "The new password does not comply with the password policy.".to_owned());
    let suitable = refusal.is_none();
    let operation = Uuid::new_v4();
    let accepted = PasswordOperation { user_id: id, created: now(), started: call.now, refusal };
    tenant.password_operations.insert(operation, accepted);
    if suitable && let Some(person) = tenant.user_mut(&id.to_string()) {
        let mut profile = person.profile.latest().clone();
        set_password(&mut profile, &mut person.credentials, password.clone());
        // The service always asks for another one, and has no parameter for it.
        person.credentials.must_change_password = true;
        person.profile.write(call.now, call.world.replication_delay(), profile);
    }
    let mut answer = if generated {
        let context = call.context("microsoft.graph.passwordResetResponse");
        Answer::json(202, &json!({ "@odata.context": context, "newPassword": password }))
    } else {
        Answer::empty(202)
    };
    let (center, unit) = place(&tenant, operation);
    let address = format!(
        "{}/{}/users/{id}/authentication/operations/{operation}?aadgdc={center}&aadgsu={unit}",
        call.world.base,
        call.version.segment()
    );
    answer.header("location", address);
    answer.header("retry-after", call.world.clock.retry_after(call.world.clock.scaled(WAITS + RUNS)));
    Ok(answer)
}

fn new_password(body: &Map<String, Value>) -> Result<Option<String>, Failure> {
    if let Some(unknown) = body.keys().find(|name| *name != "newPassword" && !name.contains("@odata.")) {
        return Err(Failure::bad(format!("The parameter '{unknown}' does not exist in method 'resetPassword'.")));
    }
    match body.get("newPassword") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(password)) if password.is_empty() => Ok(None),
        Some(Value::String(password)) => Ok(Some(password.clone())),
        Some(_) => Err(Failure::bad("Cannot convert the value of 'newPassword' to the expected type 'Edm.String'.")),
    }
}

fn allowed(call: &Call<'_>, tenant: &Tenant, person: &Person) -> Result<(), Failure> {
    // One's own password is changed, not reset.
    if call.caller.user_id == Some(person.id) {
        return Err(Failure::denied());
    }
    reach::check(tenant, call.caller, Act::Reset, person)?;
    if person.credentials.federated {
        return Err(Failure::bad("The password of a federated user cannot be reset."));
    }
    Ok(())
}

/// `GET users/{key}/authentication/operations/{operation}`, with the query of the address that was handed out.
pub(super) fn poll(call: &Call<'_>, key: &str, operation: &str) -> Answered {
    call.only(&Method::GET)?;
    let tenant = call.world.tenant();
    let found = tenant.user(key);
    match found {
        Some(person) => call.require_on(&READ_OPERATIONS, person.id)?,
        None => call.require(&READ_OPERATIONS)?,
    }
    let person = found.ok_or_else(|| Failure::no_resource(key))?;
    let id = Uuid::try_parse(operation).map_err(|_| Failure::no_resource(operation))?;
    let (center, unit) = place(&tenant, id);
    let routed = [format!("aadgdc={center}"), format!("aadgsu={unit}")]
        .iter()
        .all(|wanted| call.request.query.split('&').any(|given| given == wanted));
    let running = tenant
        .password_operations
        .get(&id)
        .filter(|running| running.user_id == person.id && routed)
        .ok_or_else(|| Failure::no_resource(operation))?;
    let location = format!(
        "{}/{}/users/{}/authentication/methods/{PASSWORD_ID}",
        call.world.base,
        call.version.segment(),
        person.id
    );
    let (status, since) = status(call, running);
    let detail = running.refusal.as_deref().filter(|_| status == "failed");
    let mut body = Map::new();
    body.insert("id".to_owned(), operation.into());
    body.insert("createdDateTime".to_owned(), running.created.to_string().into());
    body.insert("lastActionDateTime".to_owned(), since.to_string().into());
    body.insert("resourceLocation".to_owned(), location.into());
    body.insert("status".to_owned(), status.into());
    body.insert("statusDetail".to_owned(), detail.into());
    Ok(call.entity(format_args!("users('{}')/authentication/operations/$entity", person.id), body))
}

/// How far an operation is, and since when.
fn status(call: &Call<'_>, running: &PasswordOperation) -> (&'static str, Timestamp) {
    let since = |after: Duration| running.created.checked_add(after).unwrap_or(running.created);
    let elapsed = call.now.saturating_duration_since(running.started);
    let (waits, runs) = (call.world.clock.scaled(WAITS), call.world.clock.scaled(WAITS + RUNS));
    if elapsed < waits {
        ("notStarted", running.created)
    } else if elapsed < runs {
        ("running", since(waits))
    } else if running.refusal.is_some() {
        ("failed", since(runs))
    } else {
        ("succeeded", since(runs))
    }
}

/// The data center and scale unit that an operation runs in, as its address names them.
fn place(tenant: &Tenant, operation: Uuid) -> (String, String) {
    let name = Uuid::new_v5(&tenant.id, operation.as_bytes()).simple().to_string();
    let part = |from: usize| name.get(from..from + 4).unwrap_or("0000").to_uppercase();
    (format!("{}P", part(0)), format!("ssprprod_{}", part(4)))
}
