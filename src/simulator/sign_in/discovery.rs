//! Discovery documents and keys.

use serde_json::{Value, json};

use super::{
    issue::issuer,
    key,
    refusal::Refusal,
    request::{Asked, Authority, Version},
};
use crate::simulator::wire::Answer;

/// The discovery document of an authority.
pub(super) fn document(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let (tenant, base) = (&asked.tenant, &asked.world.base);
    let (path, keys) = match asked.version {
        Version::V1 => ("oauth2", "discovery/keys"),
        Version::V2 => ("oauth2/v2.0", "discovery/v2.0/keys"),
    };
    let mut document = json!({
        // Nothing is served there, but a document without it is none (OpenID Connect Discovery 1.0, section 3), and MSAL
        // will not start.
        "authorization_endpoint": format!("{base}/{tenant}/{path}/authorize"),
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "token_endpoint": format!("{base}/{tenant}/{path}/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{tenant}/{keys}"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer_of(asked)?,
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "preferred_username", "name", "tid", "ver", "email"
        ],
        "tenant_region_scope": Value::Null,
        "msgraph_host": "graph.microsoft.com",
    });
    // The contract knows the device flow at the v2 endpoints alone.
    if let (Version::V2, Value::Object(fields)) = (asked.version, &mut document) {
        fields.insert("device_authorization_endpoint".to_owned(), format!("{base}/{tenant}/{path}/devicecode").into());
    }
    Ok(published(asked, &document))
}

/// The keys with which tokens are signed.
pub(super) fn keys(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    Ok(published(asked, &key::set(&issuer_of(asked)?)))
}

/// An authority for more than one tenant has a place in its issuer where the tenant's id stands in a token.
fn issuer_of(asked: &Asked<'_>) -> Result<String, Refusal> {
    let tenant = asked.world.tenant();
    let id = match asked.authority(&tenant)? {
        Authority::Tenant => tenant.id.to_string(),
        Authority::Organizations | Authority::Common => "{tenantid}".to_owned(),
    };
    Ok(issuer(asked.world, &id, asked.version))
}

fn published(asked: &Asked<'_>, document: &Value) -> Answer {
    let mut answer = Answer::json(200, document);
    asked.mark(&mut answer);
    answer.header("cache-control", "max-age=86400, private");
    answer.header("access-control-allow-origin", "*");
    answer
}
