//! The body of a token request, in memory that is wiped.

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

/// Enough for the longest form that we send (an assertion and claims); a buffer that grew would leave copies behind.
const ROOM: usize = 32 * 1024;

/// A form in the making.
pub(super) struct Form {
    text: Zeroizing<String>,
    secrets: Vec<SecretString>,
}

impl Form {
    pub(super) fn new(grant_type: &str) -> Self {
        let mut form = Self { text: Zeroizing::new(String::with_capacity(ROOM)), secrets: Vec::new() };
        form.field("grant_type", grant_type);
        form
    }

    pub(super) fn field(&mut self, name: &str, value: &str) {
        if !self.text.is_empty() {
            self.text.push('&');
        }
        self.text.push_str(name);
        self.text.push('=');
        for part in byte_serialize(value.as_bytes()) {
            self.text.push_str(part);
        }
    }

    /// A field that must come back in no error, whatever the service says.
    pub(super) fn secret(&mut self, name: &str, value: &SecretString) {
        self.field(name, value.expose_secret());
        self.secrets.push(value.clone());
    }

    /// The secrets in it.
    pub(super) fn secrets(&self) -> Vec<SecretString> {
        self.secrets.clone()
    }

    pub(super) fn into_bytes(mut self) -> Bytes {
        Bytes::from_owner(Zeroizing::new(std::mem::take(&mut *self.text).into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_as_a_form_wants_them() {
        let mut form = Form::new("client_credentials");
        form.field("scope", "https://graph.microsoft.com/.default");
        form.secret("client_secret", &"a b+c&d=ü~".into());
        assert_eq!(
            form.into_bytes(),
            "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&client_secret=a+b%2Bc%26d%3D%C3%BC%7E"
        );
    }
}
