//! The organisation: a collection of one.
//!
//! learn.microsoft.com/graph/api/resources/organization

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    call::{Answered, Call},
    failure::Failure,
    permission::READ_ORGANIZATION,
    property::{Field, Kind, Operators, Property, Resource, Shown},
};
use crate::simulator::tenant::Tenant;

/// The type `organization`.
struct Organization;

type Of = Property<Organization>;

const NONE: Operators = Operators::NONE;

/// A property that this organisation has no value for.
const fn unset(name: &'static str) -> Of {
    Of::standard(name, Kind::Complex, NONE, |_, _| Field::Null)
}

/// A collection that is empty in this organisation.
const fn none(name: &'static str) -> Of {
    Of::standard(name, Kind::Complex, NONE, |_, _| Field::Texts(&[]))
}

impl Resource for Organization {
    type Object = Tenant;
    const TYPE: &'static str = "microsoft.graph.organization";
    const PROPERTIES: &'static [Property<Self>] = &[
        Of::standard("id", Kind::Text, NONE, |tenant, _| Field::Id(tenant.id)),
        Of::standard("displayName", Kind::Text, NONE, |tenant, _| Field::Text(&tenant.display_name)),
        Of::standard("tenantType", Kind::Text, NONE, |_, _| Field::Text("AAD")),
        Of::standard("verifiedDomains", Kind::Complex, NONE, |tenant, _| Field::Json(domains(tenant))),
        Of::standard("onPremisesSyncEnabled", Kind::Flag, NONE, |tenant, _| {
            let syncs = tenant.users.iter().any(|user| user.profile.latest().on_premises_sync_enabled == Some(true));
            if syncs { Field::Flag(true) } else { Field::Null }
        }),
        none("businessPhones"),
        none("marketingNotificationEmails"),
        none("securityComplianceNotificationMails"),
        none("securityComplianceNotificationPhones"),
        none("technicalNotificationMails"),
        unset("city"),
        unset("country"),
        unset("countryLetterCode"),
        unset("createdDateTime"),
        unset("defaultUsageLocation"),
        unset("deletedDateTime"),
        unset("onPremisesLastSyncDateTime"),
        unset("postalCode"),
        unset("preferredLanguage"),
        unset("privacyProfile"),
        unset("state"),
        unset("street"),
    ];
}

fn domains(tenant: &Tenant) -> Value {
    let domain = |name: &str, federated: bool| {
        json!({
            "name": name,
            "type": if federated { "Federated" } else { "Managed" },
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": !federated,
            "isInitial": !federated,
        })
    };
    json!([domain(&tenant.domain, false), domain(&tenant.federated_domain, true)])
}

/// Answers below `organization`.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Answered {
    call.only(&Method::GET)?;
    call.require(&READ_ORGANIZATION)?;
    let options = call.options(match rest {
        [] => &["$select", "$top"],
        _ => &["$select"],
    })?;
    let shown = Shown::<Organization>::new(options.select.as_deref(), |_| true)?;
    let tenant = call.world.tenant();
    let object = shown.object(&tenant, call.moment(&options));
    match rest {
        [] => Ok(call.collection(format_args!("organization{}", shown.context), vec![object])),
        [id] if Uuid::try_parse(id) == Ok(tenant.id) => {
            Ok(call.entity(format_args!("organization{}/$entity", shown.context), object))
        }
        [id] => Err(Failure::no_resource(id)),
        [_, unknown, ..] => Err(Failure::segment(unknown)),
    }
}
