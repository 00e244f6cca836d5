//! Registered methods, deleted one by one until none is left but those that are kept.
//!
//! The service minds the order. An alternate mobile phone goes before the mobile phone
//! (learn.microsoft.com/graph/api/phoneauthenticationmethod-delete); the default goes only as the last of all, as
//! Microsoft's own module has it (github.com/microsoftgraph/entra-powershell, Reset-EntraStrongAuthenticationMethodByUpn).
//! Which one is the default costs a call to learn and shows by itself: it is refused. So everything is tried, then what
//! was refused, for as long as something goes. Where the default stays because others are kept, another one is made the
//! default first.

use std::collections::BTreeSet;

use super::{Applied, Outcome, Refused, Verdict, Word, Written};
use crate::{
    error::{Code, Error, Result},
    say,
    sentence::Sentence,
    service::{
        graph::Graph,
        method::{self, Kind, Method},
    },
};

/// Methods that are to go. The password, which is a method too, cannot.
pub(super) fn going<'a>(methods: &'a [Method], keep: &BTreeSet<Kind>) -> impl Iterator<Item = &'a Method> {
    methods.iter().filter(move |method| match method.kind() {
        Some(Kind::Password) => false,
        Some(kind) => !keep.iter().any(|kept| kept.word() == kind.word()),
        None => true,
    })
}

/// Deletes what is to go, in an order that the service accepts.
pub(super) async fn apply(user_id: &str, before: &[Method], keep: &BTreeSet<Kind>, graph: &Graph) -> Result<Applied> {
    let mut work = Work { user_id, graph, at: None, gone: 0, lost: None, refused: Vec::new() };
    let (mut left, mut strange) = (Vec::new(), Vec::new());
    for method in going(before, keep) {
        match method.delete(user_id) {
            Some(_) => left.push(method),
            None => strange.push((method, unknown(method))),
        }
    }
    left.sort_by_key(|method| rank(method));
    let total = left.len();
    let (mut default, mut in_the_way) = (None, Vec::new());
    loop {
        let (tried, refused) = (left.len(), work.pass(&left).await?);
        let progress = refused.len() < tried;
        left = refused.iter().map(|(method, _)| *method).collect();
        if left.is_empty() {
            break;
        }
        if !progress {
            // Only the default is left to be in the way, if anything is; that can be moved once.
            if default.is_none() {
                default = match work.move_default(before, keep, &left).await {
                    Ok(default) => default,
                    Err(error) => return Err(if work.gone == 0 { error } else { cut_short(work.gone, total) }),
                };
                if default.is_some() {
                    continue;
                }
            }
            in_the_way = refused;
            break;
        }
    }
    let Work { at, gone, lost, refused, .. } = work;
    // What the service refuses outright, and what nobody can delete, is why the last ones are in each other's way.
    let refused: Vec<_> = refused.into_iter().chain(strange).chain(in_the_way).collect();
    match lost {
        // What is lost is read back; what was not sent says nothing about those that were.
        Some(error) if matches!(error.code(), Code::AnswerLost | Code::ServiceFault | Code::Decode) => Err(error),
        Some(error) => Err(if gone == 0 { error } else { cut_short(gone, total) }),
        None => {
            let remark = default.filter(|default| !going(before, keep).any(|method| method.id == default.id));
            Ok(Applied { at, refused: remain(&refused), remark: remark.map(default_moved) })
        }
    }
}

fn default_moved(to: &Method) -> Sentence {
    say!(
        "default_method_moved",
        "{method} was made the default, because the old default was to be deleted",
        method = to.word()
    )
}

/// A deletion at work.
struct Work<'a> {
    user_id: &'a str,
    graph: &'a Graph,
    /// The service's time of the last answer.
    at: Option<jiff::Timestamp>,
    gone: usize,
    /// An answer that was lost, or the wish to stop.
    lost: Option<Error>,
    /// Methods that stay, with the reason.
    refused: Vec<(&'a Method, Error)>,
}

impl<'a> Work<'a> {
    /// Tries each; gives those that may go once others are gone.
    async fn pass(&mut self, methods: &[&'a Method]) -> Result<Vec<(&'a Method, Error)>> {
        let mut again = Vec::new();
        for method in methods {
            let Some(call) = method.delete(self.user_id) else { continue };
            let reply = match self.graph.call(call).await {
                Ok(reply) => reply,
                Err(error) if error.code() == Code::Cancelled => {
                    self.lost = Some(error);
                    return Ok(Vec::new());
                }
                Err(error) => {
                    self.lost.get_or_insert(error);
                    continue;
                }
            };
            // What is not there is gone, whoever deleted it.
            if reply.is_success() || reply.status == 404 {
                self.gone += 1;
                self.at = reply.date.or(self.at);
                continue;
            }
            let error = reply.error();
            match error.code() {
                Code::Rejected | Code::Conflict => again.push((*method, error)),
                Code::ServiceFault | Code::Decode => _ = self.lost.get_or_insert(error),
                _ => self.refused.push((*method, error)),
            }
        }
        Ok(again)
    }

    /// Makes another registered method the default, so that the old one can go: one that is kept if there is one.
    async fn move_default(
        &self,
        before: &'a [Method],
        keep: &BTreeSet<Kind>,
        left: &[&'a Method],
    ) -> Result<Option<&'a Method>> {
        let current = match self.graph.preferred_method(self.user_id).await {
            Ok(Some(current)) => current,
            Err(error) if error.code() == Code::Cancelled => return Err(error),
            Ok(None) | Err(_) => return Ok(None),
        };
        let goes: BTreeSet<&str> = going(before, keep).map(|method| method.id.as_str()).collect();
        let kept = before.iter().filter(|method| !goes.contains(method.id.as_str()));
        let other = kept
            .chain(left.iter().copied())
            .filter(|method| !method.serves(&current))
            .find_map(|method| Some((method, method.preference()?)));
        let Some((other, preference)) = other else { return Ok(None) };
        match self.graph.call(method::prefer(self.user_id, preference)).await {
            Ok(reply) if reply.is_success() => Ok(Some(other)),
            Err(error) if error.code() == Code::Cancelled => Err(error),
            Ok(_) | Err(_) => Ok(None),
        }
    }
}

/// Before which others a method is tried: what is never the default first, an alternate phone before the phone.
fn rank(method: &Method) -> u8 {
    match (method.kind(), method.phone_type.as_deref()) {
        (Some(Kind::TemporaryAccessPass), _) => 0,
        (Some(Kind::Email), _) => 1,
        (Some(Kind::SoftwareOath | Kind::HardwareOath | Kind::Authenticator), _) => 3,
        (Some(Kind::Phone), Some("office")) => 4,
        (Some(Kind::Phone), Some("alternateMobile")) => 5,
        (Some(Kind::Phone), _) => 6,
        _ => 2,
    }
}

/// What stays although it was to go.
fn remain(refused: &[(&Method, Error)]) -> Option<Refused> {
    let (_, first) = refused.first()?;
    let methods = words(refused.iter().map(|(method, _)| *method)).join(", ");
    let facts = first.facts();
    let error = Error::new(
        first.code(),
        say!("methods_remain", "what could not be deleted remains ({methods}): {why}", methods = methods, why = first)
            .quoting("why", first),
    )
    .advise(say!(
        "methods_remain_advice",
        "repeating the command does no harm; the person can remove it at https://mysignins.microsoft.com/security-info"
    ))
    .answered_as(first)
    .with(|own| {
        own.missing_permission.clone_from(&facts.missing_permission);
        own.missing_role.clone_from(&facts.missing_role);
    });
    Some(Refused { parts: refused.iter().map(|(method, _)| method.id.clone()).collect(), error })
}

fn unknown(method: &Method) -> Error {
    Error::new(
        Code::NoInterface,
        say!(
            "method_unknown",
            "the type {type_name} is not known here, and how it could be deleted is not guessed",
            type_name = method.word()
        ),
    )
}

fn cut_short(gone: usize, total: usize) -> Error {
    Error::new(
        Code::AnswerLost,
        say!(
            "methods_cut_short",
            "stopped on the way: {gone} of {total} methods were deleted",
            gone = gone,
            total = total
        ),
    )
}

pub(super) fn judge(before: &[Method], now: &[Method], keep: &BTreeSet<Kind>, written: &Written) -> Verdict {
    let known = |method: &Method| before.iter().any(|known| known.id == method.id);
    let mut verdict = Verdict::Reached;
    for method in going(now, keep).filter(|method| !written.refused.contains(&method.id)) {
        // Registered while the others were being deleted: no patience makes that one go.
        if !known(method) {
            return Verdict::TooEarly;
        }
        verdict = Verdict::NotYet;
    }
    verdict
}

/// Types, each once; the password goes without saying.
pub(super) fn word(methods: &[Method]) -> Word {
    Word::Many(words(methods.iter().filter(|method| method.kind() != Some(Kind::Password))))
}

/// The types that stay of those that are there.
pub(super) fn remaining(before: &[Method], keep: &BTreeSet<Kind>) -> Word {
    let goes: BTreeSet<&str> = going(before, keep).map(|method| method.id.as_str()).collect();
    let stay = before.iter().filter(|method| !goes.contains(method.id.as_str()));
    Word::Many(words(stay.filter(|method| method.kind() != Some(Kind::Password))))
}

/// The types that are to stay, whether or not they are there.
pub(super) fn kept(keep: &BTreeSet<Kind>) -> Word {
    Word::Many(keep.iter().map(|kind| kind.word().to_owned()).collect())
}

fn words<'a>(methods: impl Iterator<Item = &'a Method>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for method in methods {
        if !words.iter().any(|word| word == method.word()) {
            words.push(method.word().to_owned());
        }
    }
    words
}

/// No interface lists or deletes app passwords, and a new password does not end them.
/// learn.microsoft.com/entra/identity/authentication/howto-mfa-app-passwords
pub(super) fn no_app_passwords() -> (Outcome, Error) {
    let error = Error::new(
        Code::NoInterface,
        say!(
            "app_passwords_no_interface",
            "app passwords cannot be listed or deleted: the service has no interface for it, and they survive a reset of the password"
        ),
    )
    .advise(say!(
        "app_passwords_advice",
        "switch modern authentication on and block the older ways of signing in (Conditional Access, Disable-M365MailboxAccess): app passwords serve nothing else; Set-M365MfaPolicy -AppPasswordsAllowed $false lets nobody make new ones"
    ));
    (Outcome::Skipped, error)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn methods(types: &[(&str, &str)]) -> Vec<Method> {
        let method = |(kind, phone): &(&str, &str)| {
            json!({ "@odata.type": format!("#microsoft.graph.{kind}AuthenticationMethod"), "id": format!("{kind}{phone}"),
                "phoneType": phone })
        };
        serde_json::from_value(types.iter().map(method).collect()).unwrap()
    }

    fn registered() -> Vec<Method> {
        methods(&[
            ("password", ""),
            ("phone", "mobile"),
            ("phone", "alternateMobile"),
            ("microsoftAuthenticator", ""),
            ("passwordlessMicrosoftAuthenticator", ""),
            ("temporaryAccessPass", ""),
            ("email", ""),
            ("palm", ""),
        ])
    }

    fn many(words: &[&str]) -> Word {
        Word::Many(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn the_order_is_one_that_the_service_accepts() {
        let registered = registered();
        let keep = BTreeSet::new();
        let mut order: Vec<&Method> = going(&registered, &keep).filter(|method| method.kind().is_some()).collect();
        order.sort_by_key(|method| rank(method));
        let order: Vec<&str> = order.iter().map(|method| method.id.as_str()).collect();
        let expected = [
            "temporaryAccessPass",
            "email",
            "passwordlessMicrosoftAuthenticator",
            "microsoftAuthenticator",
            "phonealternateMobile",
            "phonemobile",
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn kept_types_stay_and_the_passwordless_app_is_the_app() {
        let registered = registered();
        let keep = BTreeSet::from([Kind::Authenticator, Kind::Fido2]);
        assert!(going(&registered, &keep).all(|method| method.word() != "Authenticator"));
        assert_eq!(remaining(&registered, &keep), many(&["Authenticator"]));
        assert_eq!(kept(&keep), many(&["Authenticator", "Fido2"]));
        let shown = many(&["Phone", "Authenticator", "TemporaryAccessPass", "Email", "palmAuthenticationMethod"]);
        assert_eq!(word(&registered), shown);
    }

    #[test]
    fn verified_is_what_the_list_shows_and_refused_parts_are_not_waited_for() {
        let keep = BTreeSet::from([Kind::Phone]);
        let nothing_refused = Written::default();
        assert_eq!(judge(&registered(), &registered(), &keep, &nothing_refused), Verdict::NotYet);
        assert_eq!(
            judge(&registered(), &methods(&[("password", ""), ("phone", "mobile")]), &keep, &nothing_refused),
            Verdict::Reached
        );
        let unknown = methods(&[("palm", "")]);
        assert_eq!(judge(&unknown, &unknown, &keep, &nothing_refused), Verdict::NotYet);
        let refused = Written { refused: BTreeSet::from(["palm".to_owned()]), ..Written::default() };
        assert_eq!(judge(&unknown, &unknown, &keep, &refused), Verdict::Reached);
        let late = methods(&[("password", ""), ("email", "")]);
        assert_eq!(judge(&unknown, &late, &keep, &refused), Verdict::TooEarly, "registered in the meantime");
    }
}
