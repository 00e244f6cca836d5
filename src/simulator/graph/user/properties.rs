//! A person as the directory shows one.
//!
//! learn.microsoft.com/graph/api/resources/user: which properties come without `$select`, and which a filter reaches.
//! Properties that other services keep (profile pages, mailbox settings) are not known here; of when somebody signed in
//! this tenant keeps no record.

use serde_json::{Value, json};

use crate::simulator::{
    graph::property::{Field, Kind, Moment, Operators, Property, Resource},
    tenant::{Profile, User as Person},
};

/// The type `user`.
pub(in crate::simulator::graph) struct User;

impl Moment {
    /// The profile of a person, as it is seen then and there.
    fn profile(self, person: &Person) -> &Profile {
        person.profile.seen(self.now, self.lag)
    }
}

const SET: Operators = Operators::EQUAL.and(Operators::DIFFERENT).and(Operators::IN);
const ORDERED: Operators = SET.and(Operators::ORDER);
const TEXT: Operators = ORDERED.and(Operators::STARTS).and(Operators::NULL);
const ADDRESS: Operators = TEXT.and(Operators::ENDS);
const PHONES: Operators = Operators::EQUAL.and(Operators::ORDER).and(Operators::STARTS);
const MAILS: Operators =
    Operators::EQUAL.and(Operators::IN).and(Operators::STARTS).and(Operators::ENDS).and(Operators::EMPTY);

type Of = Property<User>;

/// A property that nobody in this tenant has a value for.
const fn unset(name: &'static str) -> Of {
    Of::selected(name, Kind::Complex, Operators::NONE, |_, _| Field::Null)
}

/// A collection that is empty for everybody in this tenant.
const fn none(name: &'static str) -> Of {
    Of::selected(name, Kind::Complex, Operators::NONE, |_, _| Field::Json(json!([])))
}

impl Resource for User {
    type Object = Person;
    const TYPE: &'static str = "microsoft.graph.user";
    const PROPERTIES: &'static [Property<Self>] = &[
        Of::standard("id", Kind::Text, SET, |person, _| Field::Id(person.id)),
        Of::standard("businessPhones", Kind::Texts, PHONES, |person, at| {
            Field::Texts(&at.profile(person).business_phones)
        }),
        Of::standard("displayName", Kind::Text, TEXT, |person, at| Field::Text(&at.profile(person).display_name)),
        Of::standard("givenName", Kind::Text, TEXT, |person, at| Field::text(at.profile(person).given_name.as_ref())),
        Of::standard("jobTitle", Kind::Text, TEXT, |person, at| Field::text(at.profile(person).job_title.as_ref())),
        Of::standard("mail", Kind::Text, ADDRESS, |person, at| Field::text(at.profile(person).mail.as_ref())),
        Of::standard("mobilePhone", Kind::Text, TEXT, |person, at| {
            Field::text(at.profile(person).mobile_phone.as_ref())
        }),
        Of::standard("officeLocation", Kind::Text, TEXT, |person, at| {
            Field::text(at.profile(person).office_location.as_ref())
        }),
        Of::standard("preferredLanguage", Kind::Text, TEXT, |person, at| {
            Field::text(at.profile(person).preferred_language.as_ref())
        }),
        Of::standard("surname", Kind::Text, TEXT, |person, at| Field::text(at.profile(person).surname.as_ref())),
        Of::standard("userPrincipalName", Kind::Text, ADDRESS, |person, at| {
            Field::Text(&at.profile(person).user_principal_name)
        }),
        Of::selected("accountEnabled", Kind::Flag, SET, |person, at| Field::Flag(at.profile(person).account_enabled)),
        Of::selected("city", Kind::Text, TEXT, |person, at| Field::text(at.profile(person).city.as_ref())),
        Of::selected("companyName", Kind::Text, TEXT, |person, at| {
            Field::text(at.profile(person).company_name.as_ref())
        }),
        Of::selected("country", Kind::Text, TEXT, |person, at| Field::text(at.profile(person).country.as_ref())),
        Of::selected("createdDateTime", Kind::Time, ORDERED, |person, at| {
            Field::Time(at.profile(person).created_date_time)
        }),
        Of::selected("creationType", Kind::Text, SET.and(Operators::NULL), |person, at| {
            if at.profile(person).external_user_state.is_some() { Field::Text("Invitation") } else { Field::Null }
        }),
        unset("deletedDateTime"),
        Of::selected("department", Kind::Text, ORDERED.and(Operators::NULL), |person, at| {
            Field::text(at.profile(person).department.as_ref())
        }),
        Of::selected("employeeId", Kind::Text, TEXT, |person, at| Field::text(at.profile(person).employee_id.as_ref())),
        Of::selected("externalUserState", Kind::Text, SET.and(Operators::NULL), |person, at| {
            Field::text(at.profile(person).external_user_state.as_ref())
        }),
        Of::selected("identities", Kind::Complex, Operators::NONE, |person, at| {
            Field::Json(identities(at.profile(person)))
        }),
        Of::selected("isManagementRestricted", Kind::Flag, Operators::NONE, |person, at| {
            Field::Flag(at.profile(person).is_management_restricted)
        }),
        Of::selected("lastPasswordChangeDateTime", Kind::Time, Operators::NONE, |person, at| {
            Field::Time(at.profile(person).last_password_change_date_time)
        }),
        Of::selected("mailNickname", Kind::Text, TEXT, |person, at| Field::Text(&at.profile(person).mail_nickname)),
        Of::selected("onPremisesImmutableId", Kind::Text, ORDERED.and(Operators::NULL), |person, at| {
            Field::text(at.profile(person).on_premises_immutable_id.as_ref())
        }),
        Of::selected("onPremisesSamAccountName", Kind::Text, TEXT, |person, at| {
            Field::text(at.profile(person).on_premises_sam_account_name.as_ref())
        }),
        Of::selected("onPremisesSyncEnabled", Kind::Flag, SET.and(Operators::NULL), |person, at| {
            Field::flag(at.profile(person).on_premises_sync_enabled)
        }),
        Of::selected("otherMails", Kind::Texts, MAILS, |person, at| Field::Texts(&at.profile(person).other_mails)),
        Of::selected("passwordPolicies", Kind::Text, Operators::DIFFERENT.and(Operators::NULL), |person, at| {
            Field::text(at.profile(person).password_policies.as_ref())
        }),
        Of::selected("passwordProfile", Kind::Complex, Operators::NONE, |person, _| {
            // The password itself is never shown.
            Field::Json(json!({
                "password": null,
                "forceChangePasswordNextSignIn": person.credentials.must_change_password,
                "forceChangePasswordNextSignInWithMfa": false,
            }))
        }),
        // In no metadata, and yet answered: github.com/KelvinTegelaar/CIPP-API reads it for everybody at once.
        Of::selected("perUserMfaState", Kind::Text, Operators::NONE, |person, at| {
            Field::Text(person.authentication.seen(at.now, at.lag).per_user_mfa.word())
        }),
        Of::selected("proxyAddresses", Kind::Texts, MAILS, |person, at| {
            Field::Texts(&at.profile(person).proxy_addresses)
        }),
        Of::selected("securityIdentifier", Kind::Text, Operators::NONE, |person, _| {
            Field::Owned(security_identifier(person))
        }),
        Of::selected("signInSessionsValidFromDateTime", Kind::Time, Operators::NONE, |person, at| {
            Field::Time(at.profile(person).sign_in_sessions_valid_from_date_time)
        }),
        Of::selected("usageLocation", Kind::Text, TEXT, |person, at| {
            Field::text(at.profile(person).usage_location.as_ref())
        }),
        Of::selected("userType", Kind::Text, SET.and(Operators::NULL), |person, at| {
            Field::Text(&at.profile(person).user_type)
        }),
        none("assignedLicenses"),
        none("assignedPlans"),
        none("imAddresses"),
        none("licenseAssignmentStates"),
        none("onPremisesProvisioningErrors"),
        none("provisionedPlans"),
        none("serviceProvisioningErrors"),
        unset("ageGroup"),
        unset("authorizationInfo"),
        unset("consentProvidedForMinor"),
        unset("employeeHireDate"),
        unset("employeeLeaveDateTime"),
        unset("employeeOrgData"),
        unset("employeeType"),
        unset("externalUserStateChangeDateTime"),
        unset("faxNumber"),
        unset("isResourceAccount"),
        unset("legalAgeGroupClassification"),
        unset("onPremisesDistinguishedName"),
        unset("onPremisesDomainName"),
        unset("onPremisesExtensionAttributes"),
        unset("onPremisesLastSyncDateTime"),
        unset("onPremisesSecurityIdentifier"),
        unset("onPremisesUserPrincipalName"),
        unset("postalCode"),
        unset("preferredDataLocation"),
        unset("showInAddressList"),
        unset("signInActivity"),
        unset("state"),
        unset("streetAddress"),
    ];
}

fn identities(profile: &Profile) -> Value {
    let name = &profile.user_principal_name;
    let issuer = name.rsplit_once('@').map_or("", |(_, domain)| domain);
    json!([{ "signInType": "userPrincipalName", "issuer": issuer, "issuerAssignedId": name }])
}

/// The security identifier that follows from an object id: its four words, little-endian.
fn security_identifier(person: &Person) -> String {
    let bytes = person.id.to_bytes_le();
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().fold("S-1-12-1".to_owned(), |text, word| format!("{text}-{}", u32::from_le_bytes(*word)))
}
