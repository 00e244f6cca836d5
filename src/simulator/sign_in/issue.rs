//! Tokens as they are handed out: claims, lifetimes, the body of the answer.

use std::{collections::BTreeSet, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    claims::Claims,
    client::Client,
    key,
    person::SignIn,
    refusal::Refusal,
    request::{Asked, Version},
    scope::Wanted,
};
use crate::simulator::{
    tenant::{Tenant, User},
    wire::Answer,
    world::World,
};

/// Access tokens live for a random time in this range, in seconds
/// (learn.microsoft.com/entra/identity-platform/access-tokens).
const ORDINARY: (u64, u64) = (3_600, 5_400);
/// People's tokens for clients that answer challenges live longer: documented is "up to 28 hours", the lower end is
/// ours (learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation).
const CHALLENGEABLE: (u64, u64) = (20 * 3_600, 28 * 3_600);

/// The issuer that an endpoint's discovery document names and its tokens carry. The service's own tokens for Graph name
/// the v1 issuer whichever endpoint gave them, but those tokens are opaque by contract; here whoever checks a token
/// against the discovery document of the endpoint that gave it finds them agreeing.
pub(super) fn issuer(world: &World, tenant: &str, version: Version) -> String {
    match version {
        Version::V1 => format!("{}/{tenant}/", world.base),
        Version::V2 => format!("{}/{tenant}/v2.0", world.base),
    }
}

/// The answer to an app that signed in for itself: an access token and no refresh token.
pub(super) fn for_app(
    asked: &Asked<'_>,
    tenant: &Tenant,
    client: &Client<'_>,
    wanted: &Wanted,
) -> Result<Answer, Refusal> {
    let challenge = Claims::of(asked)?;
    let mut token = Token::new(asked, tenant, client, wanted, challenge, ORDINARY);
    token.set("idtyp", "app");
    token.set("oid", client.app.id.to_string());
    token.set("sub", client.app.id.to_string());
    let roles = wanted.roles(tenant, client.app);
    // A token without a single permission has no `roles` at all.
    if !roles.is_empty() {
        token.set("roles", json!(roles));
    }
    token.set("wids", json!(roles_of(tenant, client.app.id)));
    token.answer(asked, wanted, Map::new())
}

/// The answer to a person: an access token, and what else was asked for.
pub(super) fn for_person(
    asked: &Asked<'_>,
    tenant: &Tenant,
    client: &Client<'_>,
    user: &User,
    wanted: &Wanted,
    sign_in: &SignIn,
) -> Result<Answer, Refusal> {
    let granted = wanted.delegated(client.app)?;
    let challenge = Claims::of(asked)?;
    let range = if challenge.can_be_challenged { CHALLENGEABLE } else { ORDINARY };
    let mut token = Token::new(asked, tenant, client, wanted, challenge, range);
    let profile = user.profile.latest();
    token.set("idtyp", "user");
    token.set("oid", user.id.to_string());
    token.set("sub", pairwise(user.id, client.app.app_id));
    token.set("upn", profile.user_principal_name.as_str());
    token.set("unique_name", profile.user_principal_name.as_str());
    token.set("name", profile.display_name.as_str());
    if let Some(name) = &profile.given_name {
        token.set("given_name", name.as_str());
    }
    if let Some(name) = &profile.surname {
        token.set("family_name", name.as_str());
    }
    let mut scopes: Vec<&str> = granted.iter().map(String::as_str).collect();
    scopes.extend(&wanted.about_the_person);
    token.set("scp", scopes.join(" "));
    token.set("wids", json!(roles_of(tenant, user.id)));
    token.set("amr", if sign_in.second_factor { json!(["pwd", "mfa"]) } else { json!(["pwd"]) });
    token.set("auth_time", sign_in.at.as_second());

    let mut more = Map::new();
    more.insert("scope".to_owned(), wanted.told(&granted).into());
    if wanted.offline {
        more.insert("refresh_token".to_owned(), asked.world.sign_in.refresh_token(asked.world, sign_in, wanted).into());
    }
    if wanted.about_the_person.contains("openid") {
        more.insert("id_token".to_owned(), id_token(asked, tenant, client, user, &token)?.into());
    }
    if asked.form.get("client_info") == Some("1") {
        let ids = json!({ "uid": user.id, "utid": tenant.id });
        more.insert("client_info".to_owned(), URL_SAFE_NO_PAD.encode(ids.to_string()).into());
    }
    token.answer(asked, wanted, more)
}

/// An access token in the making.
struct Token {
    claims: Map<String, Value>,
    issued: Timestamp,
    end: Timestamp,
    /// Whole seconds that it certainly lives.
    lives: u64,
}

impl Token {
    fn new(
        asked: &Asked<'_>,
        tenant: &Tenant,
        client: &Client<'_>,
        wanted: &Wanted,
        challenge: Claims,
        range: (u64, u64),
    ) -> Self {
        // Read here and not from the request: the tenant's lock is held, so every revocation is either older than this
        // moment and was seen, or younger and ends this token.
        let issued = Timestamp::now();
        // Tokens tell whole seconds; one that would live for less still lives for one.
        let lifetime = asked.world.clock.scaled(random_within(range)).max(Duration::from_secs(1));
        let end = later(issued, lifetime);
        let mut token = Self { claims: Map::new(), issued, end, lives: lifetime.as_secs() };
        token.set("aud", wanted.resource.as_str());
        token.set("iss", issuer(asked.world, &tenant.id.to_string(), asked.version));
        token.set("iat", issued.as_second());
        token.set("nbf", issued.as_second());
        token.set("exp", whole_seconds_up(end));
        token.set("tid", tenant.id.to_string());
        token.set("appid", client.app.app_id.to_string());
        token.set("app_displayname", client.app.display_name.as_str());
        token.set("appidacr", client.proof.claim());
        token.set("uti", unique_id(issued));
        token.set("ver", "1.0");
        if challenge.can_be_challenged {
            token.set("xms_cc", json!(["cp1"]));
        }
        if challenge.answers {
            token.set(ANSWERED, true);
        }
        token
    }

    fn set(&mut self, claim: &str, value: impl Into<Value>) {
        self.claims.insert(claim.to_owned(), value.into());
    }

    fn answer(self, asked: &Asked<'_>, wanted: &Wanted, mut body: Map<String, Value>) -> Result<Answer, Refusal> {
        let access_token = key::sign(&self.claims)?;
        let mut number = |name: &str, value: i64| {
            // The v1 endpoint writes numbers as strings.
            let value = if asked.version == Version::V1 { value.to_string().into() } else { value.into() };
            body.insert(name.to_owned(), value);
        };
        let lives = i64::try_from(self.lives).unwrap_or(i64::MAX);
        number("expires_in", lives);
        number("ext_expires_in", lives);
        if asked.version == Version::V1 {
            number("expires_on", whole_seconds_up(self.end));
            number("not_before", self.issued.as_second());
            body.insert("resource".to_owned(), wanted.resource.as_str().into());
        }
        body.insert("token_type".to_owned(), "Bearer".into());
        body.insert("access_token".to_owned(), access_token.into());
        let mut answer = Answer::json(200, &Value::Object(body));
        asked.mark(&mut answer);
        Ok(answer)
    }
}

/// The claim by which a token says that it was issued in answer to a challenge. The service binds such tokens by their
/// time; a claim of our own lets a challenge on request be told from one by a revocation.
pub(super) const ANSWERED: &str = "sim_answered";

fn id_token(
    asked: &Asked<'_>,
    tenant: &Tenant,
    client: &Client<'_>,
    user: &User,
    access: &Token,
) -> Result<String, Refusal> {
    let profile = user.profile.latest();
    let name = profile.user_principal_name.as_str();
    let mut claims = json!({
        "aud": client.app.app_id,
        "iss": issuer(asked.world, &tenant.id.to_string(), asked.version),
        "iat": access.issued.as_second(),
        "nbf": access.issued.as_second(),
        "exp": whole_seconds_up(access.end),
        "tid": tenant.id,
        "oid": user.id,
        "sub": pairwise(user.id, client.app.app_id),
        "name": profile.display_name,
        "uti": unique_id(access.issued),
    });
    let own = match asked.version {
        Version::V1 => json!({ "upn": name, "unique_name": name, "ver": "1.0" }),
        Version::V2 => json!({ "preferred_username": name, "ver": "2.0" }),
    };
    if let (Value::Object(claims), Value::Object(own)) = (&mut claims, own) {
        claims.extend(own);
    }
    key::sign(claims.as_object().ok_or(Refusal::Unavailable)?)
}

/// Template ids of the directory roles that somebody holds in the whole tenant, directly or through a group.
fn roles_of(tenant: &Tenant, principal: Uuid) -> BTreeSet<Uuid> {
    let holds = |holder: Uuid| {
        holder == principal || tenant.groups.get(&holder).is_some_and(|group| group.members.contains(&principal))
    };
    let assignments = tenant.role_assignments.iter();
    assignments
        .filter(|assignment| assignment.directory_scope_id == "/" && holds(assignment.principal_id))
        .map(|assignment| assignment.role_definition_id)
        .collect()
}

/// A person's name towards one app.
fn pairwise(user: Uuid, app: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(Uuid::new_v5(&app, user.as_bytes()).as_bytes().repeat(2))
}

/// The id of a token. It holds the moment of issue to the microsecond, because `iat` is too coarse to be ordered
/// against a revocation in the same second.
fn unique_id(issued: Timestamp) -> String {
    let mut bytes = issued.as_microsecond().to_be_bytes().to_vec();
    bytes.extend(Uuid::new_v4().as_bytes().iter().skip(8));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The moment of issue that a token's id holds.
pub(super) fn issued_at(unique_id: &str) -> Option<Timestamp> {
    let bytes = URL_SAFE_NO_PAD.decode(unique_id).ok()?;
    Timestamp::from_microsecond(i64::from_be_bytes(bytes.get(..8)?.try_into().ok()?)).ok()
}

fn random_within((least, most): (u64, u64)) -> Duration {
    let (chance, _) = Uuid::new_v4().as_u64_pair();
    Duration::from_secs(least + chance % (most - least + 1))
}

/// `duration` after `moment`.
pub(super) fn later(moment: Timestamp, duration: Duration) -> Timestamp {
    let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    moment.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// Seconds since 1970, rounded up so that nothing ends before its time.
fn whole_seconds_up(moment: Timestamp) -> i64 {
    moment.as_second().saturating_add(i64::from(moment.subsec_nanosecond() > 0))
}
