//! `Reset-M365MfaMethod`: people have to register again how they prove the second factor.

use std::{collections::BTreeSet, sync::Arc};

use serde::Deserialize;

use super::{
    Operation,
    request::{Request, choice},
};
use crate::{
    change::Wanted,
    error::Result,
    event::End,
    job::Reporter,
    run::{self, How, Order, Step},
    service::method::Kind,
    session::Connected,
    target::Who,
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Own {
    /// Types that are left alone.
    keep: Vec<String>,
    /// End the sessions afterwards, on remembered devices too.
    revoke_sessions: bool,
    /// App passwords, too: says that nobody can, and what helps instead.
    app_passwords: bool,
}

/// Types that can be kept: all that can be deleted, the two forms of Authenticator being one.
const KEPT: &[Kind] = &[
    Kind::Phone,
    Kind::Authenticator,
    Kind::Fido2,
    Kind::SoftwareOath,
    Kind::HardwareOath,
    Kind::Email,
    Kind::WindowsHello,
    Kind::TemporaryAccessPass,
    Kind::PlatformCredential,
    Kind::External,
    Kind::QrCodePin,
];

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let (who, how): (Who, How) = (request.take()?, request.take()?);
    let own: Own = request.rest()?;
    let mut keep = BTreeSet::new();
    for word in &own.keep {
        keep.extend(choice("keep", Some(word), KEPT, Kind::word)?);
    }
    let mut steps = vec![Step::new(Wanted::MfaMethods { keep })];
    if own.app_passwords {
        steps.push(Step::new(Wanted::AppPasswords {}));
    }
    if own.revoke_sessions {
        // After the methods, so that nothing old is proved any more; and whether or not all of them could be deleted.
        steps.push(Step::new(Wanted::Sessions {}));
    }
    run::carry_out(Order::new(Operation::ResetMfaMethod, who, how, steps), session, reporter).await
}
