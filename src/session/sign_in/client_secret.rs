//! An app with its secret: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow

use secrecy::SecretString;

use super::{Asking, Form};
use crate::{error::Result, session::token::Token};

/// An app of a tenant and its secret.
#[derive(Debug)]
pub(in crate::session) struct ClientSecret {
    pub(in crate::session) tenant: String,
    pub(in crate::session) client_id: String,
    pub(in crate::session) secret: SecretString,
}

impl ClientSecret {
    pub(super) async fn token(&self, asking: &Asking<'_>, claims: Option<&str>) -> Result<Token> {
        let mut form = Form::new("client_credentials");
        form.field("client_id", &self.client_id);
        form.secret("client_secret", &self.secret);
        asking.exchange(&self.tenant, form, claims).await
    }
}
