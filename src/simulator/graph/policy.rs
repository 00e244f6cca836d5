//! Policies of the tenant: security defaults, and the undocumented service settings of per-user MFA.
//!
//! learn.microsoft.com/graph/api/identitysecuritydefaultsenforcementpolicy-get. `mfaServicePolicy` is in no metadata; what
//! is known of it has been seen in public tools. That changing it needs `Policy.ReadWrite.AuthenticationMethod` and the
//! role of per-user MFA, and that members can be changed alone, is assumed; days are those of
//! learn.microsoft.com/entra/identity/authentication/howto-mfa-mfasettings.

use std::time::Duration;

use http::Method;
use serde_json::{Map, Value, json};
use uuid::{Uuid, uuid};

use super::{
    Version,
    call::{Answered, Call},
    failure::Failure,
    membership::assignments_of,
    permission::{READ_POLICIES, READ_SECURITY_DEFAULTS, WRITE_REQUIREMENTS},
};
use crate::simulator::{role, tenant::MfaServicePolicy, wire::Answer};

/// The same in every tenant.
const SECURITY_DEFAULTS: Uuid = uuid!("00000000-0000-0000-0000-000000000005");
/// For how many days a device may be remembered.
const DAYS: std::ops::RangeInclusive<i64> = 1..=365;

/// Answers below `policies`.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Answered {
    let [segment] = rest else {
        return Err(Failure::segment(rest.get(1).or(rest.first()).copied().unwrap_or_default()));
    };
    match segment.to_ascii_lowercase().as_str() {
        "identitysecuritydefaultsenforcementpolicy" => security_defaults(call),
        "mfaservicepolicy" if call.version == Version::Beta => mfa_service(call),
        _ => Err(Failure::segment(segment)),
    }
}

fn security_defaults(call: &Call<'_>) -> Answered {
    call.only(&Method::GET)?;
    call.require(&READ_SECURITY_DEFAULTS)?;
    call.options(&[])?;
    let policy = json!({
        "id": SECURITY_DEFAULTS,
        "displayName": "Security Defaults",
        "description": "Security defaults is a set of basic identity security mechanisms recommended by Microsoft.",
        "isEnabled": call.world.tenant().security_defaults,
    });
    Ok(call.entity("policies/identitySecurityDefaultsEnforcementPolicy/$entity", members(policy)))
}

fn mfa_service(call: &Call<'_>) -> Answered {
    let missing = || Failure::no_resource("mfaServicePolicy");
    match call.request.method {
        Method::GET => {
            call.require(&READ_POLICIES)?;
            call.options(&[])?;
            let tenant = call.world.tenant();
            let policy = tenant.mfa_service_policy.as_ref().ok_or_else(missing)?.seen(call.now, Duration::ZERO);
            let shown = json!({
                "allowAppPasswords": policy.allow_app_passwords,
                "trustedIps": { "skipMfaForFederatedUsers": policy.skip_mfa_for_federated_users },
                "rememberMfaOnTrustedDevice": {
                    "isEnabled": policy.remember_devices,
                    "allowedNumberOfDays": policy.remember_days,
                },
            });
            Ok(call.entity("policies/mfaServicePolicy/$entity", members(shown)))
        }
        Method::PATCH => {
            call.require(&WRITE_REQUIREMENTS)?;
            let body = call.body()?;
            let mut tenant = call.world.tenant_mut();
            if let Some(person) = call.caller.user_id
                && !assignments_of(&tenant, person).iter().any(|held| {
                    held.directory_scope_id == "/"
                        && [role::AUTHENTICATION_POLICY_ADMINISTRATOR, role::GLOBAL_ADMINISTRATOR]
                            .contains(&held.role_definition_id)
                })
            {
                return Err(Failure::denied());
            }
            let policy = tenant.mfa_service_policy.as_mut().ok_or_else(missing)?;
            let after = changed(policy.latest(), &body)?;
            if *policy.latest() != after {
                policy.write(call.now, call.world.replication_delay(), after);
            }
            Ok(Answer::empty(204))
        }
        _ => Err(Failure::verb()),
    }
}

/// The policy with what the body names.
fn changed(before: &MfaServicePolicy, body: &Map<String, Value>) -> Result<MfaServicePolicy, Failure> {
    let mut after = before.clone();
    for (path, value) in leaves(body) {
        let refused = || Failure::bad(format!("Invalid value specified for property '{path}'."));
        let flag = || value.as_bool().ok_or_else(refused);
        match path.as_str() {
            "allowAppPasswords" => after.allow_app_passwords = flag()?,
            "trustedIps.skipMfaForFederatedUsers" => after.skip_mfa_for_federated_users = flag()?,
            "rememberMfaOnTrustedDevice.isEnabled" => after.remember_devices = flag()?,
            "rememberMfaOnTrustedDevice.allowedNumberOfDays" => {
                after.remember_days = value.as_i64().filter(|days| DAYS.contains(days)).ok_or_else(refused)?;
            }
            _ => return Err(Failure::bad(format!("The property '{path}' does not exist on type 'mfaServicePolicy'."))),
        }
    }
    Ok(after)
}

/// Members of a body and of the objects in it, by the names that lead to them.
fn leaves(body: &Map<String, Value>) -> Vec<(String, &Value)> {
    let named = body.iter().filter(|(name, _)| !name.contains("@odata."));
    named
        .flat_map(|(name, value)| match value {
            Value::Object(inner) => inner.iter().map(|(part, value)| (format!("{name}.{part}"), value)).collect(),
            value => vec![(name.clone(), value)],
        })
        .collect()
}

fn members(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
