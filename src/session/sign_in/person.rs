//! A person of a simulated tenant, with a password that everybody knows. The services document this flow and advise
//! against it; it is offered for no other tenant. learn.microsoft.com/entra/identity-platform/v2-oauth-ropc

use secrecy::SecretString;

use super::{Asking, Form};
use crate::{error::Result, session::token::Token};

/// A person, and the app through which they sign in.
#[derive(Debug)]
pub(in crate::session) struct Person {
    pub(in crate::session) tenant: String,
    pub(in crate::session) client_id: String,
    pub(in crate::session) client_secret: SecretString,
    pub(in crate::session) user_principal_name: String,
    pub(in crate::session) password: SecretString,
}

impl Person {
    pub(super) async fn token(&self, asking: &Asking<'_>, claims: Option<&str>) -> Result<Token> {
        let mut form = Form::new("password");
        form.field("client_id", &self.client_id);
        form.secret("client_secret", &self.client_secret);
        form.field("username", &self.user_principal_name);
        form.secret("password", &self.password);
        asking.exchange(&self.tenant, form, claims).await
    }
}
