//! A small tenant, and how its sign-in service treats people and apps.

mod app;
mod device;
mod token;
mod user;

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::simulator::{
    Options,
    fault::Faults,
    permission::{EXCHANGE, GRAPH},
    tenant::{
        AppRoleAssignment, Authentication, Credentials, Method as Factor, PerUserMfa, Profile, Replicated,
        RoleAssignment, ServicePrincipal, Tenant, User,
    },
    wire::{Answer, Request},
    world::World,
};

const TENANT: Uuid = Uuid::from_u128(0x7e);
const BASE: &str = "http://127.0.0.1:4711";
const PASSWORD: &str = "Paper+plane 7";
const SECRET: &str = "s3cret~one";
const OLD_SECRET: &str = "s3cret~old";
const FULL: Uuid = Uuid::from_u128(0xf0);
const WEAK: Uuid = Uuid::from_u128(0xf1);
const PUBLIC: Uuid = Uuid::from_u128(0xf2);

const GRAPH_ALL: &str = "https://graph.microsoft.com/.default";

/// The tenant, with durations divided by `scale`.
fn world_at(scale: f64) -> World {
    let mut tenant = Tenant {
        id: TENANT,
        domain: "Fabrikam.example".to_owned(),
        federated_domain: "partner.example".to_owned(),
        ..Tenant::default()
    };
    for (number, alias) in ["ordinary", "disabled", "enabled", "registered", "enforced"].into_iter().enumerate() {
        add(&mut tenant, number, &format!("{alias}@fabrikam.example"));
    }
    add(&mut tenant, 10, "federated@partner.example");
    add(&mut tenant, 11, "guest_home.example#EXT#@fabrikam.example");
    let phone =
        Factor { id: "1".to_owned(), kind: "phoneAuthenticationMethod".to_owned(), properties: serde_json::Map::new() };
    change(&mut tenant, "disabled", |user| set(user, |profile| profile.account_enabled = false));
    change(&mut tenant, "enabled", |user| require(user, PerUserMfa::Enabled, Vec::new()));
    change(&mut tenant, "registered", |user| require(user, PerUserMfa::Enabled, vec![phone]));
    change(&mut tenant, "enforced", |user| require(user, PerUserMfa::Enforced, Vec::new()));
    tenant.user_mut("federated@partner.example").unwrap().credentials.federated = true;

    let graph = service(&mut tenant, GRAPH, "Microsoft Graph", &["User.Read.All", "User.ReadWrite.All"]);
    let exchange = service(&mut tenant, EXCHANGE, "Exchange", &["Exchange.ManageAsApp"]);
    let full = app(&mut tenant, FULL, "Full", true, &["User.Read", "User.ReadWrite.All", "Exchange.Manage"]);
    let weak = app(&mut tenant, WEAK, "Weak", false, &["User.Read"]);
    let public = app(&mut tenant, PUBLIC, "Public", true, &["User.Read"]);
    tenant.service_principals.get_mut(&public).unwrap().secrets.clear();
    tenant.service_principals.get_mut(&weak).unwrap().app_roles.clear();
    grant(&mut tenant, full, graph);
    grant(&mut tenant, full, exchange);
    tenant.role_assignments.push(RoleAssignment {
        id: "1".to_owned(),
        principal_id: full,
        role_definition_id: Uuid::from_u128(0xad),
        directory_scope_id: "/".to_owned(),
    });
    World::new(Options { time_scale: scale, ..Options::default() }, BASE.to_owned(), Faults::default(), tenant)
}

fn world() -> World {
    world_at(1.0)
}

fn add(tenant: &mut Tenant, number: usize, name: &str) {
    let long_ago: Timestamp = "2020-02-02T02:02:02Z".parse().unwrap();
    let id = Uuid::from_u128(0x1000 + u128::try_from(number).unwrap());
    let profile = Profile {
        user_principal_name: name.to_owned(),
        display_name: "Zoë O'Hara".to_owned(),
        given_name: Some("Zoë".to_owned()),
        surname: None,
        mail: None,
        mail_nickname: String::new(),
        other_mails: Vec::new(),
        proxy_addresses: Vec::new(),
        job_title: None,
        department: None,
        company_name: None,
        office_location: None,
        city: None,
        country: None,
        employee_id: None,
        usage_location: None,
        preferred_language: None,
        mobile_phone: None,
        business_phones: Vec::new(),
        account_enabled: true,
        user_type: "Member".to_owned(),
        created_date_time: long_ago,
        last_password_change_date_time: long_ago,
        sign_in_sessions_valid_from_date_time: long_ago,
        password_policies: None,
        on_premises_sync_enabled: None,
        on_premises_immutable_id: None,
        on_premises_sam_account_name: None,
        external_user_state: None,
        is_management_restricted: false,
    };
    let credentials = Credentials {
        password: PASSWORD.to_owned(),
        previous_password: None,
        must_change_password: false,
        federated: false,
        failed_attempts: 0,
        locked_until: None,
    };
    tenant.user_by_id.insert(id, tenant.users.len());
    tenant.user_by_name.insert(name.to_lowercase(), tenant.users.len());
    tenant.users.push(User {
        id,
        profile: Replicated::new(profile),
        authentication: Replicated::new(Authentication::default()),
        reported: None,
        credentials,
        mailbox: None,
    });
}

fn service(tenant: &mut Tenant, app_id: Uuid, name: &str, roles: &[&str]) -> Uuid {
    let id = app(tenant, app_id, name, false, &[]);
    let owner = tenant.service_principals.get_mut(&id).unwrap();
    owner.secrets.clear();
    owner.app_roles = roles.iter().map(|role| (Uuid::new_v5(&app_id, role.as_bytes()), (*role).to_owned())).collect();
    id
}

/// Object id of a new app.
fn app(tenant: &mut Tenant, app_id: Uuid, name: &str, public_client: bool, scopes: &[&str]) -> Uuid {
    let id = Uuid::new_v5(&app_id, b"object");
    let app = ServicePrincipal {
        id,
        app_id,
        display_name: name.to_owned(),
        secrets: vec![
            (SECRET.to_owned(), Timestamp::MAX),
            (OLD_SECRET.to_owned(), "2021-01-01T00:00:00Z".parse().unwrap()),
        ],
        certificates: Vec::new(),
        federated_credentials: Vec::new(),
        public_client,
        delegated_scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        app_roles: std::collections::BTreeMap::new(),
    };
    tenant.service_principals.insert(id, app);
    id
}

fn grant(tenant: &mut Tenant, app: Uuid, owner: Uuid) {
    for app_role_id in tenant.service_principals[&owner].app_roles.keys().copied().collect::<Vec<_>>() {
        tenant.app_role_assignments.push(AppRoleAssignment {
            id: app_role_id.to_string(),
            principal_id: app,
            resource_id: owner,
            app_role_id,
        });
    }
}

/// Changes a person as the directory does, without delay.
fn set(user: &mut User, changed: impl FnOnce(&mut Profile)) {
    let mut profile = user.profile.latest().clone();
    changed(&mut profile);
    user.profile.write(Instant::now(), Duration::ZERO, profile);
}

fn change(tenant: &mut Tenant, alias: &str, changed: impl FnOnce(&mut User)) {
    changed(tenant.user_mut(&format!("{alias}@fabrikam.example")).unwrap());
}

/// Changes someone in a tenant at work.
fn change_in(world: &World, alias: &str, changed: impl FnOnce(&mut User)) {
    change(&mut world.tenant_mut(), alias, changed);
}

fn require(user: &mut User, per_user_mfa: PerUserMfa, methods: Vec<Factor>) {
    user.authentication = Replicated::new(Authentication { per_user_mfa, methods, ..Authentication::default() });
}

fn enforce_mfa(user: &mut User) {
    require(user, PerUserMfa::Enforced, Vec::new());
}

/// Revokes all sessions of someone.
fn revoke(world: &World, alias: &str) {
    change_in(world, alias, |user| {
        set(user, |profile| profile.sign_in_sessions_valid_from_date_time = Timestamp::now());
    });
}

/// An answer, read.
#[derive(Debug)]
struct Told {
    status: u16,
    headers: HeaderMap,
    body: Value,
    text: String,
}

impl Told {
    fn new(answer: Answer) -> Self {
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status: answer.status, headers: answer.headers, body, text }
    }

    /// A field that holds text.
    #[track_caller]
    fn get(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_else(|| panic!("no text '{field}' in {}", self.text))
    }

    /// The claims of a token in the answer; nothing is checked.
    #[track_caller]
    fn claims(&self, field: &str) -> Value {
        let claims = self.get(field).split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
    }

    /// Asserts a refusal: its number, error, status, and everything that all refusals have.
    #[track_caller]
    fn refuses(&self, number: u32, error: &str) {
        assert_eq!(self.body["error_codes"], serde_json::json!([number]), "{}", self.text);
        assert_eq!(self.get("error"), error);
        assert_eq!(self.status, if error == "invalid_client" { 401 } else { 400 });
        let description = self.get("error_description");
        assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
        let ids = format!("Trace ID: {} Correlation ID: {}", self.get("trace_id"), self.get("correlation_id"));
        assert!(description.contains(&ids), "{description}");
        assert!(description.ends_with(&format!("Timestamp: {}", self.get("timestamp"))), "{description}");
        assert!(self.get("error_uri").ends_with(&number.to_string()));
        assert_eq!(self.headers["x-ms-request-id"], self.get("trace_id"));
        assert_eq!(self.headers["client-request-id"], self.get("correlation_id"));
        assert!(!self.text.contains(PASSWORD) && !self.text.contains(SECRET), "a secret in {}", self.text);
    }
}

async fn send(world: &World, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Option<Told> {
    let headers = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap()));
    let request = Request {
        method,
        path: path.to_owned(),
        query: String::new(),
        headers: headers.collect(),
        body: Bytes::from(body),
    };
    super::answer(world, &request).await.map(Told::new)
}

async fn get(world: &World, path: &str) -> Told {
    send(world, Method::GET, path, &[], String::new()).await.unwrap()
}

async fn post(world: &World, path: &str, fields: &[(&str, &str)]) -> Told {
    post_with(world, path, &[], fields).await
}

async fn post_with(world: &World, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Told {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let form = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    send(world, Method::POST, path, &[headers, &form].concat(), body).await.unwrap()
}

/// A request to the tenant's own v2 token endpoint.
async fn token(world: &World, fields: &[(&str, &str)]) -> Told {
    post(world, &format!("/{TENANT}/oauth2/v2.0/token"), fields).await
}

/// Someone signs in with the full app and a password.
async fn sign_in(world: &World, alias: &str, password: &str, scope: &str) -> Told {
    sign_in_with(world, alias, password, scope, &[]).await
}

async fn sign_in_with(world: &World, alias: &str, password: &str, scope: &str, more: &[(&str, &str)]) -> Told {
    let name = if alias.contains('@') { alias.to_owned() } else { format!("{alias}@fabrikam.example") };
    let id = FULL.to_string();
    let fields = [
        ("grant_type", "password"),
        ("client_id", id.as_str()),
        ("username", name.as_str()),
        ("password", password),
        ("scope", scope),
    ];
    token(world, &[&fields, more].concat()).await
}

/// An app signs in for itself with a secret.
async fn app_token(world: &World, client: Uuid, secret: &str, scope: &str) -> Told {
    let id = client.to_string();
    let fields =
        [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", secret), ("scope", scope)];
    token(world, &fields).await
}

/// The full app asks with a refresh token.
async fn refresh(world: &World, token_before: &str, more: &[(&str, &str)]) -> Told {
    let id = FULL.to_string();
    let fields = [("grant_type", "refresh_token"), ("client_id", id.as_str()), ("refresh_token", token_before)];
    token(world, &[&fields, more].concat()).await
}
