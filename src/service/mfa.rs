//! Per-user MFA: `authentication/requirements`, in beta only, and the policy that makes it beside the point.
//!
//! learn.microsoft.com/graph/api/authentication-update. The state also shows under a name that is in no metadata
//! (`perUserMfaState` of a person, read by github.com/KelvinTegelaar/CIPP-API for everybody at once): good for looking
//! round, because it draws on the large quota of the directory, and never what a change is verified by.

use std::collections::HashMap;

use futures_util::{FutureExt, StreamExt, stream, stream::BoxStream};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    graph::{Call, Graph, Reply},
    user::{self, Person},
};
use crate::{
    error::{Code, Error, Result},
    say,
};

/// States that are asked for side by side.
const AT_ONCE: usize = 256;

/// Per-user MFA of a person. learn.microsoft.com/graph/api/resources/strongauthenticationrequirements
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MfaState {
    /// Not asked for.
    Disabled,
    /// Asked to register at the next sign-in; who has registered is [`Enforced`](Self::Enforced) by itself.
    Enabled,
    /// Required at every sign-in.
    Enforced,
}

impl MfaState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Disabled, Self::Enabled, Self::Enforced];

    /// The word for records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "Disabled",
            Self::Enabled => "Enabled",
            Self::Enforced => "Enforced",
        }
    }

    /// By its word, in any case: the service writes it small, its own tools and old files write it large.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(word.trim()))
    }

    const fn service_word(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Enforced => "enforced",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Requirements {
    per_user_mfa_state: String,
}

/// What shows under the undocumented name, if it shows.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Glimpse {
    id: String,
    #[serde(default)]
    per_user_mfa_state: Option<String>,
}

impl Glimpse {
    fn state(&self) -> Option<MfaState> {
        self.per_user_mfa_state.as_deref().and_then(MfaState::named)
    }
}

/// Sets the state. It is absolute: sending it twice is sending it once.
pub(crate) fn write(user_id: &str, state: MfaState) -> Call {
    Call::new(Method::PATCH, path(user_id)).beta().body(json!({ "perUserMfaState": state.service_word() }))
}

fn path(user_id: &str) -> String {
    format!("{}/authentication/requirements", user::path(user_id))
}

fn state(reply: &Reply) -> Result<MfaState> {
    let Requirements { per_user_mfa_state } = reply.json()?;
    MfaState::named(&per_user_mfa_state).ok_or_else(|| {
        Error::new(
            Code::Decode,
            say!(
                "mfa_state_unknown",
                "the service shows an MFA state that is not known: {state}",
                state = per_user_mfa_state
            ),
        )
    })
}

impl Graph {
    /// The state of a person, by the documented call.
    pub(crate) async fn mfa_state(&self, user_id: &str) -> Result<MfaState> {
        state(&self.read(Call::new(Method::GET, path(user_id)).beta()).await?)
    }

    /// The state of a person, the cheap way where the service shows it so.
    pub(crate) async fn mfa_glimpse(&self, user_id: &str) -> Result<MfaState> {
        let call = Call::new(Method::GET, format!("{}?$select=id,perUserMfaState", user::path(user_id)));
        let reply = self.call(call).await?;
        let seen =
            if reply.is_success() { reply.json::<Glimpse>().ok().and_then(|glimpse| glimpse.state()) } else { None };
        match seen {
            Some(state) => Ok(state),
            None => self.mfa_state(user_id).await,
        }
    }

    /// The states of everybody, page by page, by object id; of whom it does not show there is nothing.
    async fn mfa_glimpses(&self) -> Result<HashMap<String, MfaState>> {
        let mut pages = self.pages::<Glimpse>(Call::new(Method::GET, "users?$select=id,perUserMfaState&$top=999"));
        let mut states = HashMap::new();
        while let Some(page) = pages.next().await? {
            states.extend(page.value.into_iter().filter_map(|glimpse| Some((glimpse.id.clone(), glimpse.state()?))));
        }
        Ok(states)
    }

    /// Whether security defaults are on, which leave per-user MFA without a say.
    /// learn.microsoft.com/graph/api/identitysecuritydefaultsenforcementpolicy-get
    pub(crate) async fn security_defaults(&self) -> Result<bool> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Policy {
            is_enabled: bool,
        }
        let call = Call::new(Method::GET, "policies/identitySecurityDefaultsEnforcementPolicy");
        Ok(self.read(call).await?.json::<Policy>()?.is_enabled)
    }
}

/// The states of many people, each read in the cheapest way that the service offers.
#[derive(Debug)]
pub(crate) struct MfaStates {
    /// By object id, as far as a listing has shown them.
    listed: HashMap<String, MfaState>,
}

impl MfaStates {
    /// Of everybody, or of some.
    pub(crate) async fn of(graph: &Graph, everybody: bool) -> Result<Self> {
        if !everybody {
            return Ok(Self { listed: HashMap::new() });
        }
        match graph.mfa_glimpses().await {
            Ok(listed) => Ok(Self { listed }),
            // A service that does not know the name refuses to select it; everybody is then asked about alone.
            Err(error) if matches!(error.code(), Code::Rejected | Code::Decode) => Ok(Self { listed: HashMap::new() }),
            Err(error) => Err(error),
        }
    }

    /// Of these people, in their order.
    pub(crate) fn of_people<'a>(&'a self, graph: &'a Graph, people: &'a [Person]) -> BoxStream<'a, Result<MfaState>> {
        let states: Vec<_> = people.iter().map(|person| self.state(graph, &person.id).boxed()).collect();
        stream::iter(states).buffered(AT_ONCE).boxed()
    }

    async fn state(&self, graph: &Graph, user_id: &str) -> Result<MfaState> {
        match self.listed.get(user_id) {
            Some(state) => Ok(*state),
            None => graph.mfa_glimpse(user_id).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_any_case_and_written_small() {
        for state in MfaState::ALL {
            assert_eq!(MfaState::named(&state.as_str().to_uppercase()), Some(state));
            assert_eq!(MfaState::named(state.service_word()), Some(state));
        }
        assert_eq!(MfaState::named("unknownFutureValue"), None);
        assert_eq!(MfaState::named(""), None);
    }

    #[test]
    fn a_person_without_the_undocumented_name_shows_no_state() {
        let shown = |text: &str| serde_json::from_str::<Glimpse>(text).unwrap().state();
        assert_eq!(shown(r#"{"id":"1","perUserMfaState":"enforced"}"#), Some(MfaState::Enforced));
        assert_eq!(shown(r#"{"id":"1"}"#), None);
        assert_eq!(shown(r#"{"id":"1","perUserMfaState":null}"#), None);
        assert_eq!(shown(r#"{"id":"1","perUserMfaState":"unknownFutureValue"}"#), None);
    }
}
