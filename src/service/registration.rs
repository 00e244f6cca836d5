//! The report of who has registered what. It is up to a day old, and the service's own advice for looking at many people:
//! learn.microsoft.com/graph/api/authentication-list-methods

use std::collections::HashMap;

use http::Method as Verb;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{
    graph::{Call, Graph},
    method::{Kind, none_preferred},
};
use crate::error::Result;

/// People asked for by id in one call; the service does not say how many it takes, this many make a short address.
const BY_ID: usize = 15;

/// What somebody has registered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Registered {
    /// The words by which administrators know the methods, each once; an unknown one in the service's own word.
    pub(crate) methods: Vec<String>,
    /// How the second factor is proved by default, in the service's word.
    pub(crate) preferred: Option<String>,
}

/// The report, or a part of it.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// By object id.
    pub(crate) people: HashMap<String, Registered>,
    /// Of the oldest line.
    pub(crate) dated: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    id: String,
    #[serde(default)]
    methods_registered: Vec<String>,
    #[serde(default)]
    user_preferred_method_for_secondary_authentication: Option<String>,
    #[serde(default)]
    last_updated_date_time: Option<Timestamp>,
}

const PATH: &str = "reports/authenticationMethods/userRegistrationDetails";

impl Graph {
    /// The whole report.
    pub(crate) async fn registrations(&self) -> Result<Report> {
        self.report(format!("{PATH}?$top=999")).await
    }

    /// What the report has of these people.
    pub(crate) async fn registrations_of(&self, ids: &[&str]) -> Result<Report> {
        let mut report = Report::default();
        for some in ids.chunks(BY_ID) {
            let filter: Vec<String> = some.iter().map(|id| format!("id eq '{id}'")).collect();
            let filter = utf8_percent_encode(&filter.join(" or "), NON_ALPHANUMERIC).to_string();
            let part = self.report(format!("{PATH}?$filter={filter}")).await?;
            report.dated = [report.dated, part.dated].into_iter().flatten().min();
            report.people.extend(part.people);
        }
        Ok(report)
    }

    async fn report(&self, path: String) -> Result<Report> {
        let mut pages = self.pages::<Details>(Call::new(Verb::GET, path));
        let mut report = Report::default();
        while let Some(page) = pages.next().await? {
            for details in page.value {
                report.dated = [report.dated, details.last_updated_date_time].into_iter().flatten().min();
                report.people.insert(details.id.clone(), details.into());
            }
        }
        Ok(report)
    }
}

impl From<Details> for Registered {
    fn from(details: Details) -> Self {
        let mut methods: Vec<String> = Vec::new();
        for word in &details.methods_registered {
            let word = match kind(word) {
                Some(kind) => kind.word(),
                None => word,
            };
            if !methods.iter().any(|known| known == word) {
                methods.push(word.to_owned());
            }
        }
        let preferred = details.user_preferred_method_for_secondary_authentication;
        Self { methods, preferred: preferred.filter(|word| !none_preferred(word)) }
    }
}

/// The type that the report means. learn.microsoft.com/graph/api/resources/usageauthmethod
fn kind(word: &str) -> Option<Kind> {
    Some(match word {
        "mobilePhone" | "alternateMobilePhone" | "officePhone" => Kind::Phone,
        "microsoftAuthenticatorPush" | "microsoftAuthenticatorPasswordless" => Kind::Authenticator,
        "fido2" | "fido2SecurityKey" => Kind::Fido2,
        word if word.starts_with("passKey") => Kind::Fido2,
        "softwareOneTimePasscode" => Kind::SoftwareOath,
        "hardwareOneTimePasscode" => Kind::HardwareOath,
        "email" => Kind::Email,
        "windowsHelloForBusiness" => Kind::WindowsHello,
        "temporaryAccessPass" => Kind::TemporaryAccessPass,
        "macOsSecureEnclaveKey" => Kind::PlatformCredential,
        "externalAuthMethod" => Kind::External,
        "qrCode" => Kind::QrCodePin,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reports_words_become_ours_each_once_and_unknown_ones_stay() {
        let details: Details = serde_json::from_str(
            r#"{"id":"1","methodsRegistered":["mobilePhone","officePhone","securityQuestion","passKeySynced"],
                "userPreferredMethodForSecondaryAuthentication":""}"#,
        )
        .unwrap();
        let registered = Registered::from(details);
        assert_eq!(registered.methods, ["Phone", "securityQuestion", "Fido2"]);
        assert_eq!(registered.preferred, None);
    }
}
