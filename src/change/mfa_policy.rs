//! The service settings of multi-factor authentication, which the service does not document: what was read back decides.
//!
//! What they mean: learn.microsoft.com/entra/identity/authentication/howto-mfa-mfasettings,
//! learn.microsoft.com/entra/identity/authentication/howto-mfa-app-passwords

use super::{Verdict, Word};
use crate::{say, sentence::Sentence, service::mfa_policy::MfaPolicy};

/// Whether everything that is named is so.
pub(super) fn is(policy: &MfaPolicy, app_passwords: Option<bool>, days: Option<u16>) -> bool {
    app_passwords.is_none_or(|allowed| policy.allow_app_passwords == Some(allowed))
        && days.is_none_or(|days| policy.days() == Some(i64::from(days)))
}

pub(super) fn judge(now: &MfaPolicy, app_passwords: Option<bool>, days: Option<u16>) -> Verdict {
    if is(now, app_passwords, days) { Verdict::Reached } else { Verdict::NotYet }
}

/// What is known, or wanted, by the names of the parameters.
pub(super) fn word(app_passwords: Option<bool>, days: Option<i64>) -> Word {
    let allowed = app_passwords.map(|allowed| format!("AppPasswordsAllowed={allowed}"));
    let days = days.map(|days| format!("RememberDevicesDays={days}"));
    Word::Many(allowed.into_iter().chain(days).collect())
}

/// What is always said of it; and of app passwords, that those which exist do not end with the permission to make them.
pub(super) fn caveat(app_passwords: Option<bool>) -> Sentence {
    if app_passwords == Some(false) {
        say!(
            "mfa_policy_app_passwords",
            "experimental, because the service does not document these settings; app passwords that exist go on working, and people can no longer manage them"
        )
    } else {
        experimental()
    }
}

/// What is to be known of whatever is read there or written.
pub(crate) fn experimental() -> Sentence {
    say!("mfa_policy_experimental", "experimental, because the service does not document these settings")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_counts() {
        let policy: MfaPolicy = serde_json::from_str(
            r#"{"allowAppPasswords":true,"rememberMfaOnTrustedDevice":{"isEnabled":false,"allowedNumberOfDays":14}}"#,
        )
        .unwrap();
        assert!(is(&policy, Some(true), None) && is(&policy, None, Some(0)) && is(&policy, None, None));
        assert!(!is(&policy, Some(false), Some(0)) && !is(&policy, None, Some(14)));
        assert_eq!(judge(&MfaPolicy::default(), Some(true), None), Verdict::NotYet, "what is not shown is not so");
        let words = Word::Many(vec!["AppPasswordsAllowed=true".to_owned(), "RememberDevicesDays=0".to_owned()]);
        assert_eq!(word(policy.allow_app_passwords, policy.days()), words);
    }
}
