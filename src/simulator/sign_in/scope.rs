//! What a token is asked for: a service, and permissions of it.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    address::below_base,
    refusal::Refusal,
    request::{Asked, Version},
};
use crate::simulator::{
    permission::{EXCHANGE, GRAPH},
    tenant::{ServicePrincipal, Tenant},
    world::World,
};

const GRAPH_ROOT: &str = "https://graph.microsoft.com";
const EXCHANGE_ROOT: &str = "https://outlook.office365.com";

/// The services that a token can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Graph,
    Exchange,
    /// This tenant's own address. It serves both, so a token for it opens both.
    Here,
}

impl Service {
    /// The service that an audience or a resource names: by its public address, with or without the last slash, by its
    /// app id, or by this tenant's own address.
    pub(super) fn named(world: &World, name: &str) -> Option<Self> {
        match Uuid::try_parse(name) {
            Ok(GRAPH) => return Some(Self::Graph),
            Ok(EXCHANGE) => return Some(Self::Exchange),
            _ => {}
        }
        let root = name.strip_suffix('/').unwrap_or(name);
        if root.eq_ignore_ascii_case(GRAPH_ROOT) {
            Some(Self::Graph)
        } else if root.eq_ignore_ascii_case(EXCHANGE_ROOT) {
            Some(Self::Exchange)
        } else {
            below_base(world, name).filter(|below| matches!(below.as_str(), "" | "/")).map(|_| Self::Here)
        }
    }

    /// Whether a token for `self` opens `door`.
    pub(super) fn opens(self, door: Self) -> bool {
        self == door || self == Self::Here
    }

    /// Whether the service offers this delegated permission. The directory keeps what people have consented to in one
    /// list; the names tell whose they are.
    fn offers(self, scope: &str) -> bool {
        let of_exchange = scope.starts_with("Exchange.") || scope.starts_with("AdminApi.");
        match self {
            Self::Graph => !of_exchange,
            Self::Exchange => of_exchange,
            Self::Here => true,
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) service: Service,
    /// The service as the client named it: the token's audience.
    pub(super) resource: String,
    /// Everything that was granted (`.default`, or the v1 endpoint, which knows nothing else).
    everything: bool,
    /// Single permissions.
    names: BTreeSet<String>,
    /// Permissions were named in their short form, and are answered so.
    short: bool,
    /// `openid`, `profile`, `email`.
    pub(super) about_the_person: BTreeSet<&'static str>,
    /// A refresh token is wanted.
    pub(super) offline: bool,
}

/// What the request asks for; nothing if it does not say.
pub(super) fn wanted(asked: &Asked<'_>, tenant: &Tenant) -> Result<Option<Wanted>, Refusal> {
    let wanted = match asked.version {
        Version::V1 => {
            asked.form.get("resource").map(|resource| whole(asked.world, resource)).transpose()?.map(|wanted| {
                // The v1 endpoint gives a refresh token without being asked, and knows one scope.
                let openid = asked.form.get("scope").is_some_and(|scope| scope.split(' ').any(|word| word == "openid"));
                Wanted { offline: true, about_the_person: openid.then_some("openid").into_iter().collect(), ..wanted }
            })
        }
        Version::V2 => match (asked.form.get("scope"), asked.form.get("resource")) {
            (Some(scope), _) => Some(parse(asked.world, scope)?),
            (None, Some(_)) => return Err(Refusal::ResourceOnV2),
            (None, None) => None,
        },
    };
    match wanted {
        Some(wanted) if owners(tenant, wanted.service).next().is_none() => {
            Err(Refusal::ResourceUnknown(wanted.resource))
        }
        wanted => Ok(wanted),
    }
}

/// The same, where it must say.
pub(super) fn required(asked: &Asked<'_>, tenant: &Tenant) -> Result<Wanted, Refusal> {
    let field = match asked.version {
        Version::V1 => "resource",
        Version::V2 => "scope",
    };
    wanted(asked, tenant)?.ok_or(Refusal::Missing(field))
}

/// All of one service.
fn whole(world: &World, resource: &str) -> Result<Wanted, Refusal> {
    let service = Service::named(world, resource).ok_or_else(|| Refusal::ResourceUnknown(resource.to_owned()))?;
    Ok(Wanted {
        service,
        resource: resource.to_owned(),
        everything: true,
        names: BTreeSet::new(),
        short: false,
        about_the_person: BTreeSet::new(),
        offline: false,
    })
}

/// The scopes of a v2 request.
fn parse(world: &World, scope: &str) -> Result<Wanted, Refusal> {
    let invalid = || Refusal::Scope(scope.to_owned());
    let mut found: Option<Wanted> = None;
    let mut short = BTreeSet::new();
    let (mut about_the_person, mut offline) = (BTreeSet::new(), false);
    for word in scope.split_whitespace() {
        match word {
            "openid" => drop(about_the_person.insert("openid")),
            "profile" => drop(about_the_person.insert("profile")),
            "email" => drop(about_the_person.insert("email")),
            "offline_access" => offline = true,
            _ => match word.rsplit_once('/') {
                None if is_permission(word) => drop(short.insert(word.to_owned())),
                None => return Err(invalid()),
                Some((resource, permission)) => {
                    // `https://graph.microsoft.com` alone ends here: it names no permission.
                    if resource.ends_with(':') || resource.ends_with(":/") || !is_resource(resource) {
                        return Err(invalid());
                    }
                    let one = whole(world, resource)?;
                    let wanted = found.get_or_insert_with(|| Wanted { everything: false, ..one.clone() });
                    // The contract has no number of its own for scopes of two services.
                    if wanted.service != one.service {
                        return Err(invalid());
                    }
                    match permission {
                        ".default" => wanted.everything = true,
                        _ if is_permission(permission) => drop(wanted.names.insert(permission.to_owned())),
                        _ => return Err(invalid()),
                    }
                }
            },
        }
    }
    let mut wanted = match found {
        Some(wanted) => wanted,
        // Short names are Graph's, and a request that asks about the person alone gets a token for Graph too.
        None => Wanted { everything: false, short: true, ..whole(world, GRAPH_ROOT)? },
    };
    if !short.is_empty() && !wanted.service.opens(Service::Graph) {
        return Err(invalid());
    }
    wanted.names.extend(short);
    // learn.microsoft.com/entra/identity-platform/scopes-oidc: `.default` stands alone.
    if wanted.everything && !wanted.names.is_empty() {
        return Err(invalid());
    }
    Ok(Wanted { about_the_person, offline, ..wanted })
}

fn is_permission(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphabetic())
        && word.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_'))
}

fn is_resource(word: &str) -> bool {
    word.contains("://") || Uuid::try_parse(word).is_ok()
}

/// The directory's entries of a service.
fn owners(tenant: &Tenant, service: Service) -> impl Iterator<Item = &ServicePrincipal> {
    tenant.service_principals.values().filter(move |owner| match owner.app_id {
        GRAPH => service.opens(Service::Graph),
        EXCHANGE => service.opens(Service::Exchange),
        _ => false,
    })
}

impl Wanted {
    /// Whether it is one service's `.default` and nothing else, as an app without a person must ask.
    pub(super) fn is_default_alone(&self, version: Version) -> bool {
        version == Version::V1 || self.everything && self.about_the_person.is_empty() && !self.offline
    }

    /// The application permissions that `app` holds on the service.
    pub(super) fn roles(&self, tenant: &Tenant, app: &ServicePrincipal) -> BTreeSet<String> {
        let held = |owner: &ServicePrincipal| -> Vec<String> {
            let grants = tenant.app_role_assignments.iter();
            grants
                .filter(|grant| grant.principal_id == app.id && grant.resource_id == owner.id)
                .filter_map(|grant| owner.app_roles.get(&grant.app_role_id).cloned())
                .collect()
        };
        owners(tenant, self.service).flat_map(held).collect()
    }

    /// The delegated permissions that `app` gets: those asked for that somebody has consented to. If none is left of
    /// what was asked for, consent is missing.
    pub(super) fn delegated(&self, app: &ServicePrincipal) -> Result<BTreeSet<String>, Refusal> {
        let consented = app.delegated_scopes.iter().filter(|scope| self.service.offers(scope));
        let granted: BTreeSet<String> =
            consented.filter(|scope| self.everything || self.names.contains(*scope)).cloned().collect();
        if granted.is_empty() && (self.everything || !self.names.is_empty()) {
            return Err(Refusal::ConsentMissing(app.app_id.to_string()));
        }
        Ok(granted)
    }

    /// The `scope` of an answer: what was granted, in the form in which it was asked for.
    pub(super) fn told(&self, granted: &BTreeSet<String>) -> String {
        let root = if self.short { String::new() } else { format!("{}/", self.resource.trim_end_matches('/')) };
        let mut words: Vec<String> = granted.iter().map(|scope| format!("{root}{scope}")).collect();
        if self.everything {
            words.push(format!("{root}.default"));
        }
        words.extend(self.about_the_person.iter().map(|&word| word.to_owned()));
        words.join(" ")
    }
}
