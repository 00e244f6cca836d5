//! The report of who has registered what: `reports/authenticationMethods/userRegistrationDetails`.
//!
//! learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails. The report is made once a day
//! (`World::report`) and says so; names and roles in it are of today. The words for methods are those of
//! learn.microsoft.com/graph/api/resources/usageauthmethod. Self-service reset of passwords is on for everybody here.

use std::{collections::HashSet, time::Duration};

use http::Method as Verb;
use jiff::{Timestamp, Unit};
use uuid::Uuid;

use super::{
    call::{Answered, Call},
    failure::Failure,
    listing, membership, page,
    permission::READ_REPORTS,
    property::{Field, Kind, Moment, Operators, Property, Resource, Shown},
};
use crate::simulator::tenant::{Method, Tenant, User};

/// The type `userRegistrationDetails`.
struct Registration;

/// What the report has of one person.
#[allow(clippy::struct_excessive_bools, reason = "each is a property of the report")]
struct Details {
    id: Uuid,
    name: String,
    display_name: String,
    guest: bool,
    admin: bool,
    methods: Vec<String>,
    second_factor: bool,
    passwordless: bool,
    reset: bool,
    system_preferred: bool,
    preferred: &'static str,
    updated: Timestamp,
}

const SET: Operators = Operators::EQUAL.and(Operators::DIFFERENT).and(Operators::IN);
const TEXT: Operators = SET.and(Operators::STARTS);

type Of = Property<Registration>;

impl Resource for Registration {
    type Object = Details;
    const TYPE: &'static str = "microsoft.graph.userRegistrationDetails";
    const PROPERTIES: &'static [Property<Self>] = &[
        Of::standard("id", Kind::Text, SET, |details, _| Field::Id(details.id)),
        Of::standard("userPrincipalName", Kind::Text, TEXT, |details, _| Field::Text(&details.name)),
        Of::standard("userDisplayName", Kind::Text, TEXT, |details, _| Field::Text(&details.display_name)),
        Of::standard("userType", Kind::Text, SET, |details, _| {
            Field::Text(if details.guest { "guest" } else { "member" })
        }),
        Of::standard("isAdmin", Kind::Flag, SET, |details, _| Field::Flag(details.admin)),
        Of::standard("isSsprRegistered", Kind::Flag, SET, |details, _| Field::Flag(details.reset)),
        Of::standard("isSsprEnabled", Kind::Flag, SET, |details, _| Field::Flag(!details.guest)),
        Of::standard("isSsprCapable", Kind::Flag, SET, |details, _| Field::Flag(details.reset && !details.guest)),
        Of::standard("isMfaRegistered", Kind::Flag, SET, |details, _| Field::Flag(details.second_factor)),
        Of::standard("isMfaCapable", Kind::Flag, SET, |details, _| Field::Flag(details.second_factor)),
        Of::standard("isPasswordlessCapable", Kind::Flag, SET, |details, _| Field::Flag(details.passwordless)),
        Of::standard("methodsRegistered", Kind::Texts, Operators::EQUAL.and(Operators::EMPTY), |details, _| {
            Field::Texts(&details.methods)
        }),
        Of::standard("isSystemPreferredAuthenticationMethodEnabled", Kind::Flag, SET, |details, _| {
            Field::Flag(details.system_preferred)
        }),
        Of::standard("systemPreferredAuthenticationMethods", Kind::Texts, Operators::NONE, |_, _| Field::Texts(&[])),
        Of::standard("userPreferredMethodForSecondaryAuthentication", Kind::Text, SET, |details, _| {
            Field::Text(details.preferred)
        }),
        Of::standard("lastUpdatedDateTime", Kind::Time, Operators::NONE, |details, _| Field::Time(details.updated)),
    ];
}

/// Answers below `reports`.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Answered {
    let words: Vec<String> = rest.iter().map(|word| word.to_ascii_lowercase()).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["authenticationmethods", "userregistrationdetails"] => list(call),
        ["authenticationmethods", "userregistrationdetails", id] => get(call, id),
        ["authenticationmethods", ..] => Err(Failure::segment(rest.get(1).copied().unwrap_or_default())),
        _ => Err(Failure::segment(rest.first().copied().unwrap_or_default())),
    }
}

fn list(call: &Call<'_>) -> Answered {
    call.only(&Verb::GET)?;
    call.require(&READ_REPORTS)?;
    let options = call.options(&["$select", "$filter", "$count", "$orderby", "$top", "$skiptoken"])?;
    let shown = Shown::<Registration>::new(options.select.as_deref(), |_| true)?;
    // A report is no directory object: nothing here asks for the eventual index.
    let choice = listing::Choice::<Registration>::read(&options, &[])?;
    let at = Moment { now: call.now, lag: Duration::ZERO };
    let order = listing::order::<Registration>(&options, at, &["userPrincipalName", "userDisplayName"])?;
    let tenant = call.world.tenant();
    let report = Report::of(call, &tenant);
    let rows: Vec<Details> = tenant.users.iter().map(|person| report.details(person)).collect();
    page::page(
        call,
        &options,
        &format!("reports/authenticationMethods/userRegistrationDetails{}", shown.context),
        order.as_ref(),
        |after| {
            let first =
                after.map_or(0, |after| usize::try_from(after).map_or(usize::MAX, |after| after.saturating_add(1)));
            let rows = (first as u128..).zip(rows.get(first..).unwrap_or_default());
            rows.filter(|(_, details)| choice.takes(details, at))
        },
        |details| shown.object(details, at),
    )
}

fn get(call: &Call<'_>, id: &str) -> Answered {
    call.only(&Verb::GET)?;
    call.require(&READ_REPORTS)?;
    call.options(&[])?;
    let shown = Shown::<Registration>::new(None, |_| true)?;
    let tenant = call.world.tenant();
    let person = Uuid::try_parse(id).ok().and_then(|id| tenant.user(&id.to_string()));
    let details = Report::of(call, &tenant).details(person.ok_or_else(|| Failure::no_resource(id))?);
    let at = Moment { now: call.now, lag: Duration::ZERO };
    Ok(call.entity("reports/authenticationMethods/userRegistrationDetails/$entity", shown.object(&details, at)))
}

/// What is the same for everybody in one report.
struct Report {
    number: u64,
    made: Timestamp,
    admins: HashSet<Uuid>,
}

impl Report {
    fn of(call: &Call<'_>, tenant: &Tenant) -> Self {
        let (number, made) = call.world.report(call.now);
        let age = call.now.saturating_duration_since(made);
        let now = Timestamp::now();
        let mut admins: HashSet<Uuid> = tenant.role_assignments.iter().map(|held| held.principal_id).collect();
        let groups: Vec<Uuid> = admins.iter().filter(|id| tenant.groups.contains_key(id)).copied().collect();
        for group in groups {
            let within = membership::groups_within(tenant, group);
            let members = within.iter().chain([&group]).filter_map(|id| tenant.groups.get(id));
            admins.extend(members.flat_map(|group| group.members.iter().copied()).collect::<Vec<_>>());
        }
        let made = now.checked_sub(age).unwrap_or(now);
        Self { number, made: made.round(Unit::Millisecond).unwrap_or(made), admins }
    }

    fn details(&self, person: &User) -> Details {
        let profile = person.profile.latest();
        let authentication = person.reported(self.number);
        let second_factor = authentication.is_registered();
        let any = |names: &[&str]| authentication.methods.iter().any(|method| names.contains(&method.kind.as_str()));
        Details {
            id: person.id,
            name: profile.user_principal_name.clone(),
            display_name: profile.display_name.clone(),
            guest: profile.user_type.eq_ignore_ascii_case("Guest"),
            admin: self.admins.contains(&person.id),
            methods: authentication.methods.iter().filter_map(word).map(str::to_owned).collect(),
            second_factor,
            passwordless: any(&[
                "fido2AuthenticationMethod",
                "windowsHelloForBusinessAuthenticationMethod",
                "passwordlessMicrosoftAuthenticatorAuthenticationMethod",
                "platformCredentialAuthenticationMethod",
            ]),
            reset: any(&[
                "phoneAuthenticationMethod",
                "emailAuthenticationMethod",
                "microsoftAuthenticatorAuthenticationMethod",
                "softwareOathAuthenticationMethod",
            ]),
            system_preferred: authentication.system_preferred,
            preferred: authentication.preference.map_or("none", |preference| preference.word()),
            updated: self.made,
        }
    }
}

/// The report's word for a method.
fn word(method: &Method) -> Option<&'static str> {
    Some(match (method.kind.as_str(), method.phone_type()) {
        ("phoneAuthenticationMethod", Some("alternateMobile")) => "alternateMobilePhone",
        ("phoneAuthenticationMethod", Some("office")) => "officePhone",
        ("phoneAuthenticationMethod", _) => "mobilePhone",
        ("microsoftAuthenticatorAuthenticationMethod", _) => "microsoftAuthenticatorPush",
        ("passwordlessMicrosoftAuthenticatorAuthenticationMethod", _) => "microsoftAuthenticatorPasswordless",
        ("fido2AuthenticationMethod", _) => "fido2SecurityKey",
        ("softwareOathAuthenticationMethod", _) => "softwareOneTimePasscode",
        ("hardwareOathAuthenticationMethod", _) => "hardwareOneTimePasscode",
        ("emailAuthenticationMethod", _) => "email",
        ("windowsHelloForBusinessAuthenticationMethod", _) => "windowsHelloForBusiness",
        ("temporaryAccessPassAuthenticationMethod", _) => "temporaryAccessPass",
        ("platformCredentialAuthenticationMethod", _) => "macOsSecureEnclaveKey",
        ("externalAuthenticationMethod", _) => "externalAuthMethod",
        ("qrCodePinAuthenticationMethod", _) => "qrCode",
        _ => return None,
    })
}
