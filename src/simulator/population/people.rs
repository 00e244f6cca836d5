//! One person, from the seed and the turn in which they were made.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use std::collections::HashMap;
use uuid::Uuid;

use super::{Place, cast::Part, dice::Dice, methods::Registration, names::Name};
use crate::simulator::tenant::{
    Authentication, Credentials, Mailbox, PerUserMfa, Preference, Profile, Replicated, User,
};

/// 1 January 2015, 2023 and 2025 (UTC), between which things happened.
const FOUNDED: i64 = 1_420_070_400;
const LATELY: i64 = 1_672_531_200;
const ENDED: i64 = 1_735_689_600;

/// Organisations that guests come from.
const ELSEWHERE: &str = "adatum.com, contoso.com, northwindtraders.com, proseware.com, tailspintoys.com, woodgrove.com";
/// Departments; each has a group of its own.
pub(super) const DEPARTMENTS: &str = "Engineering, Sales, Marketing, Finance, Human Resources, Operations, \
    Customer Support, Legal, Research, Facilities";
const TITLES: &str = "Analyst, Architect, Assistant, Buyer, Consultant, Coordinator, Designer, Director, Engineer, \
    Manager, Planner, Specialist, Technician";

/// What the draw, or a part, has decided of a person.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a property of the person")]
struct Traits {
    guest: bool,
    synced: Option<bool>,
    federated: bool,
    enabled: bool,
    mailbox: bool,
    mfa: PerUserMfa,
    methods: Methods,
}

#[derive(Debug, PartialEq)]
enum Methods {
    None,
    Usual,
    Everything,
}

impl Traits {
    fn of(parts: &[Part], last_admin: bool, dice: &mut Dice) -> Self {
        if parts.is_empty() {
            return Self::drawn(dice);
        }
        let plays = |part| parts.contains(&part);
        let guest = plays(Part::Guest);
        Self {
            guest,
            synced: if plays(Part::Synced) { Some(true) } else { plays(Part::OnceSynced).then_some(false) },
            federated: plays(Part::Federated),
            enabled: !plays(Part::Disabled) && (!last_admin || !plays(Part::SecondGlobalAdmin)),
            mailbox: !guest && !plays(Part::NoMailbox),
            mfa: if plays(Part::MfaEnforced) {
                PerUserMfa::Enforced
            } else if plays(Part::MfaEnabled) {
                PerUserMfa::Enabled
            } else {
                PerUserMfa::Disabled
            },
            methods: if plays(Part::ManyMethods) {
                Methods::Everything
            } else if plays(Part::MfaEnforced) || (!guest && !plays(Part::MfaEnabled) && dice.percent(60)) {
                Methods::Usual
            } else {
                Methods::None
            },
        }
    }

    fn drawn(dice: &mut Dice) -> Self {
        let guest = dice.percent(6);
        let federated = !guest && dice.percent(4);
        let synced = match dice.below(100) {
            // People of a federated domain come from the directory that it belongs to.
            _ if federated => Some(true),
            0..25 if !guest => Some(true),
            25 if !guest => Some(false),
            _ => None,
        };
        let has_methods = !guest && dice.percent(64);
        let mfa = match dice.below(100) {
            0..8 if has_methods => PerUserMfa::Enforced,
            8..16 if !guest && !has_methods => PerUserMfa::Enabled,
            _ => PerUserMfa::Disabled,
        };
        Self {
            guest,
            synced,
            federated,
            enabled: !dice.percent(3),
            mailbox: !guest && !dice.percent(2),
            mfa,
            methods: if has_methods { Methods::Usual } else { Methods::None },
        }
    }
}

/// Makes people one after the other, so that no two have the same name in the directory.
#[derive(Debug)]
pub(super) struct People<'a> {
    place: &'a Place,
    taken: HashMap<String, u32>,
}

impl<'a> People<'a> {
    pub(super) fn new(place: &'a Place) -> Self {
        Self { place, taken: HashMap::new() }
    }

    /// The next person; `index` counts from 0.
    pub(super) fn make(&mut self, index: u32, parts: &[Part]) -> User {
        let place = self.place;
        let mut dice = Dice::new(place.seed, "person", index.into());
        let name =
            if parts.contains(&Part::Apostrophe) { Name::with_apostrophe(&mut dice) } else { Name::draw(&mut dice) };
        let traits = Traits::of(parts, place.last_admin, &mut dice);
        let alias = self.alias(&name);
        let id = Uuid::new_v5(&place.tenant_id, format!("person {index}").as_bytes());
        let profile = profile(place, index, &name, &alias, &traits, parts, &mut dice);
        let mut registration = Registration {
            dice: &mut dice,
            person: id,
            since: profile.last_password_change_date_time,
            region: name.region,
            alias: &alias,
        };
        let methods = match traits.methods {
            Methods::None => Vec::new(),
            Methods::Usual => registration.usual(),
            Methods::Everything => registration.everything(),
        };
        User {
            id,
            profile: Replicated::new(profile),
            authentication: Replicated::new(Authentication {
                per_user_mfa: traits.mfa,
                preference: methods.first().and_then(Preference::of),
                methods,
                system_preferred: false,
            }),
            reported: None,
            credentials: Credentials {
                password: place.password.clone(),
                previous_password: None,
                must_change_password: false,
                federated: traits.federated,
                failed_attempts: 0,
                locked_until: None,
            },
            mailbox: traits.mailbox.then(|| Replicated::new(mailbox(place.seed, index, parts))),
        }
    }

    /// The name's alias, with a number for all but the first who has it.
    fn alias(&mut self, name: &Name) -> String {
        let mut alias = name.alias();
        let namesakes = self.taken.entry(alias.clone()).or_default();
        *namesakes += 1;
        if *namesakes > 1 {
            alias.push_str(&namesakes.to_string());
        }
        alias
    }
}

/// Protocols of a mailbox: whoever plays a part has them all, as the service gives them; the others are mixed.
fn mailbox(seed: u64, index: u32, parts: &[Part]) -> Mailbox {
    let mut mailbox = Mailbox::default();
    if !parts.is_empty() {
        return mailbox;
    }
    let mut dice = Dice::new(seed, "mailbox", index.into());
    if dice.percent(25) {
        (mailbox.pop_enabled, mailbox.imap_enabled) = (false, false);
    }
    mailbox.smtp_client_authentication_disabled = match dice.below(100) {
        0..3 => Some(false),
        3..8 => Some(true),
        _ => None,
    };
    mailbox
}

fn profile(
    place: &Place,
    index: u32,
    name: &Name,
    alias: &str,
    traits: &Traits,
    parts: &[Part],
    dice: &mut Dice,
) -> Profile {
    let created = FOUNDED + i64::from(dice.below(seconds(FOUNDED, ENDED)));
    let changed = created.max(LATELY + i64::from(dice.below(seconds(LATELY, ENDED))));
    let domain = if traits.federated { &place.federated_domain } else { &place.domain };
    let (nickname, upn, mail) = if traits.guest {
        let home = dice.word(ELSEWHERE);
        let nickname = format!("{alias}_{home}#EXT#");
        (nickname.clone(), format!("{nickname}@{domain}"), Some(format!("{alias}@{home}")))
    } else {
        let upn = format!("{alias}@{domain}");
        (alias.to_owned(), upn.clone(), traits.mailbox.then_some(upn))
    };
    let mut proxy_addresses: Vec<String> = mail.iter().map(|mail| format!("SMTP:{mail}")).collect();
    if traits.mailbox && traits.federated {
        proxy_addresses.push(format!("smtp:{alias}@{}", place.domain));
    }
    let employed = !traits.guest;
    let region = name.region;
    Profile {
        user_principal_name: upn,
        display_name: name.display(),
        given_name: Some(name.given.to_owned()),
        surname: Some(name.surname.to_owned()),
        other_mails: if traits.guest { mail.iter().cloned().collect() } else { Vec::new() },
        mail,
        mail_nickname: nickname,
        proxy_addresses,
        job_title: employed.then(|| dice.word(TITLES).to_owned()),
        department: employed.then(|| dice.word(DEPARTMENTS).to_owned()),
        company_name: employed.then(|| place.company.clone()),
        office_location: employed.then(|| format!("{}/{}", dice.below(9) + 1, dice.below(900) + 100)),
        city: employed.then(|| dice.word(region.cities).to_owned()),
        country: employed.then(|| region.country.to_owned()),
        employee_id: employed.then(|| (100_001 + index).to_string()),
        usage_location: employed.then(|| region.code.to_owned()),
        preferred_language: employed.then(|| region.language.to_owned()),
        mobile_phone: (employed && dice.percent(50))
            .then(|| format!("{} 555{:07}", region.dialling, dice.below(10_000_000))),
        business_phones: if employed && dice.percent(30) {
            vec![format!("{} 555{:07}", region.dialling, dice.below(10_000_000))]
        } else {
            Vec::new()
        },
        account_enabled: traits.enabled,
        user_type: if traits.guest { "Guest" } else { "Member" }.to_owned(),
        created_date_time: at(created),
        last_password_change_date_time: at(changed),
        sign_in_sessions_valid_from_date_time: at(changed),
        password_policies: dice.percent(10).then(|| "DisablePasswordExpiration".to_owned()),
        on_premises_sync_enabled: traits.synced,
        on_premises_immutable_id: (traits.synced.is_some() || traits.federated).then(|| STANDARD.encode(dice.bytes())),
        // The older name in the directory on the premises has at most 20 characters.
        on_premises_sam_account_name: traits
            .synced
            .is_some()
            .then(|| alias.chars().filter(|letter| *letter != '\'').take(20).collect()),
        external_user_state: traits
            .guest
            .then(|| if parts.is_empty() && dice.percent(15) { "PendingAcceptance" } else { "Accepted" }.to_owned()),
        is_management_restricted: parts.contains(&Part::Executive),
    }
}

fn seconds(from: i64, until: i64) -> u32 {
    u32::try_from(until - from).unwrap_or(u32::MAX)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
}
