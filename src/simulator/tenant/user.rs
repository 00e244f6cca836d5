//! A person: what the directory shows, and what only the sign-in service knows.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    authentication::{Authentication, Reported},
    exchange::Mailbox,
    replicated::Replicated,
};

/// A person: what the directory shows, and what only the sign-in service knows.
#[derive(Debug, Clone)]
pub struct User {
    /// Object id.
    pub id: Uuid,
    /// What the directory shows, with replication delay.
    pub profile: Replicated<Profile>,
    /// What is registered and required beside the password, shown with the same delay.
    pub authentication: Replicated<Authentication>,
    /// What the report of registrations still shows of a person who changed since it was made.
    pub reported: Option<Reported>,
    /// What only the sign-in service knows.
    pub credentials: Credentials,
    /// The mailbox in Exchange Online; guests and people without a licence have none.
    pub mailbox: Option<Replicated<Mailbox>>,
}

impl User {
    /// Writes what stands below `authentication`; the report of registrations that was made last (its number is
    /// `report`) does not learn of it.
    pub fn write_authentication(&mut self, now: Instant, delay: Duration, report: u64, value: Authentication) {
        if self.reported.as_ref().is_none_or(|reported| reported.report != report) {
            self.reported = Some(Reported { report, authentication: self.authentication.latest().clone() });
        }
        self.authentication.write(now, delay, value);
    }

    /// What the report of this number shows.
    pub fn reported(&self, report: u64) -> &Authentication {
        match &self.reported {
            Some(reported) if reported.report == report => &reported.authentication,
            _ => self.authentication.latest(),
        }
    }

    /// Forgets what no replica shows any more; true if nothing is left but the latest values.
    pub(super) fn settle(&mut self, now: Instant) -> bool {
        let profile = self.profile.settle(now);
        let mailbox = self.mailbox.as_mut().is_none_or(|mailbox| mailbox.settle(now));
        self.authentication.settle(now) && profile && mailbox
    }
}

/// The directory's properties of a person, named as in the service's `user` resource.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the names are the service's own: learn.microsoft.com/graph/api/resources/user")]
pub struct Profile {
    pub user_principal_name: String,
    pub display_name: String,
    pub given_name: Option<String>,
    pub surname: Option<String>,
    pub mail: Option<String>,
    pub mail_nickname: String,
    pub other_mails: Vec<String>,
    pub proxy_addresses: Vec<String>,
    pub job_title: Option<String>,
    pub department: Option<String>,
    pub company_name: Option<String>,
    pub office_location: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub employee_id: Option<String>,
    pub usage_location: Option<String>,
    pub preferred_language: Option<String>,
    pub mobile_phone: Option<String>,
    pub business_phones: Vec<String>,
    pub account_enabled: bool,
    /// `Member` or `Guest`.
    pub user_type: String,
    pub created_date_time: Timestamp,
    pub last_password_change_date_time: Timestamp,
    pub sign_in_sessions_valid_from_date_time: Timestamp,
    pub password_policies: Option<String>,
    /// `true` mastered on-premises, `false` was once, `None` never.
    pub on_premises_sync_enabled: Option<bool>,
    pub on_premises_immutable_id: Option<String>,
    pub on_premises_sam_account_name: Option<String>,
    pub external_user_state: Option<String>,
    pub is_management_restricted: bool,
}

/// What the sign-in service knows of a person, without delay.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The password, in clear: this tenant is made of paper.
    pub password: String,
    /// The password before, which `resetPassword` of an administrator does not check but a person's own change does.
    pub previous_password: Option<String>,
    /// Must be changed at the next sign-in (AADSTS50055).
    pub must_change_password: bool,
    /// Signs in elsewhere (the domain is federated): a password here is not used.
    pub federated: bool,
    /// Bad attempts in a row since the last good one.
    pub failed_attempts: u32,
    /// Smart lockout until then.
    pub locked_until: Option<Instant>,
}

/// A password reset that was accepted and ends later. learn.microsoft.com/graph/api/resources/longrunningoperation
#[derive(Debug, Clone, PartialEq)]
pub struct PasswordOperation {
    /// Whose password.
    pub user_id: Uuid,
    /// When it was accepted.
    pub created: Timestamp,
    /// The same, on the clock that does not jump.
    pub started: Instant,
    /// Why it will fail; `None` if it will succeed.
    pub refusal: Option<String>,
}
