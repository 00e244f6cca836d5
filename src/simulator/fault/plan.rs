//! The file of a plan of faults.
//!
//! ```json
//! {
//!   "seed": 7,
//!   "rules": [
//!     { "match": { "method": "PATCH", "path": "/v1.0/users/*" }, "probability": 0.1,
//!       "fault": { "status": 429, "retryAfterSeconds": 2 } },
//!     { "match": { "service": "signIn" }, "first": 2, "fault": { "status": 503 } },
//!     { "match": { "path": "/v1.0/$batch" }, "every": 10, "times": 3, "fault": { "resetAfter": true } },
//!     { "match": { "path": "**/revokeSignInSessions", "inBatch": true }, "after": 5, "fault": { "missingItem": true } }
//!   ]
//! }
//! ```
//!
//! A rule **matches** by all that its `match` names (an empty one, or none, matches everything):
//! `method`; `path` without query, as a pattern (`*` within a segment, `**` across segments, a final `/` for everything
//! below; an item of a batch has the path that it would have alone); `service` (`graph`, `signIn`, `exchange`);
//! `body` (a text that the body holds, as it was sent: the name of an Exchange cmdlet, the id of an item);
//! `inBatch` (`true` only items of a batch, `false` only requests of their own, without it both).
//!
//! Of the matching requests it **hits** those that pass all of: not among the first `after`; among the `first` ones that
//! follow; each `every`-th of them; not more than `times` in all; drawn with `probability` (0 to 1) from the `seed`.
//! The draw depends on the request and on how often it came, not on the order of others. The first rule that hits wins.
//!
//! Its `fault` is one of:
//!
//! | fault | what the client sees |
//! | --- | --- |
//! | `"status": 400..599` | that status with the body of the service; with `"retryAfterSeconds"` (decimals allowed, divided by the time scale) a `Retry-After`; with `"takesEffect": true` after the request has taken effect |
//! | `"resetBefore": true` | a reset connection, and nothing has happened; an item of a batch is missing |
//! | `"resetAfter": true` | a reset connection, and the request has taken effect; an item of a batch is missing |
//! | `"cutBody": true` | half of the body, and the request has taken effect; requests of their own only |
//! | `"missingItem": true` | an item that is missing from the answer of its batch, and has had no effect; items only |
//! | `"slowMilliseconds": n` | the right answer, late; at most 600,000, not scaled |
//! | `"withoutEffect": true` | 204 (Exchange: an empty result), and nothing has happened; writes only, and every cmdlet of Exchange |
//! | `"clockBehindSeconds": n` | the right answer, by a machine whose clock is that far behind: moments that it writes, and its `Date`; at most 600, not scaled |
//! | `"claimsChallenge": true` | 401 with `insufficient_claims`, until a token comes that was issued for those claims |

use std::{fs, path::Path, time::Duration};

use percent_encoding::percent_decode_str;
use serde::Deserialize;

use super::{Fault, pattern::Pattern};
use crate::{
    say,
    sentence::Sentence,
    simulator::wire::{Request, Service},
};

/// The longest time that an answer can be held back, or a clock be behind.
const LONGEST: Duration = Duration::from_secs(600);

/// A plan of faults.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// From which rules with a probability draw.
    pub seed: u64,
    /// In the order in which they are tried.
    pub rules: Vec<Rule>,
}

/// A rule: which requests, how often, and what happens to them.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    method: Option<String>,
    path: Option<Pattern>,
    service: Option<Service>,
    in_batch: Option<bool>,
    body: Option<String>,
    pub(super) probability: Option<f64>,
    pub(super) every: Option<u64>,
    pub(super) first: Option<u64>,
    pub(super) times: Option<u64>,
    pub(super) after: u64,
    pub(super) fault: Fault,
}

impl Rule {
    pub(super) fn matches(&self, request: &Request, in_batch: bool) -> bool {
        let service = Service::of(&request.path);
        let fitting = match self.fault {
            // Nobody brings a token to the sign-in service that could be challenged.
            Fault::ClaimsChallenge => service != Service::SignIn,
            Fault::WithoutEffect => service != Service::SignIn && writes(request),
            _ => true,
        };
        fitting
            && self.in_batch.is_none_or(|wanted| wanted == in_batch)
            && self.method.as_ref().is_none_or(|method| request.method.as_str().eq_ignore_ascii_case(method))
            && self.service.is_none_or(|wanted| wanted == service)
            && self.body.as_ref().is_none_or(|text| holds(&request.body, text))
            && self
                .path
                .as_ref()
                .is_none_or(|pattern| pattern.matches(&percent_decode_str(&request.path).decode_utf8_lossy()))
    }
}

fn holds(body: &[u8], text: &str) -> bool {
    text.is_empty() || body.windows(text.len()).any(|part| part == text.as_bytes())
}

/// Whether a request is a write of its own. A batch only carries others.
fn writes(request: &Request) -> bool {
    request.method != http::Method::GET && !request.path.to_ascii_lowercase().ends_with("batch")
}

impl Plan {
    /// Reads a plan from a file.
    ///
    /// # Errors
    /// One sentence that names the file and, where the text is at fault, the line.
    pub fn read(path: &Path) -> Result<Self, Sentence> {
        let text = fs::read_to_string(path).map_err(|error| {
            say!(
                "fault_file_unreadable",
                "the file of faults {path} cannot be read: {reason}",
                path = path.display(),
                reason = error
            )
        })?;
        Self::parse(&text).map_err(|reason| {
            say!(
                "fault_file_faulty",
                "the file of faults {path} is not a plan: {reason}",
                path = path.display(),
                reason = reason
            )
        })
    }

    /// Reads a plan from JSON.
    ///
    /// # Errors
    /// What is wrong, with line and column or the number of the rule.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut rules = Vec::with_capacity(file.rules.len());
        for (index, rule) in file.rules.into_iter().enumerate() {
            rules.push(rule.check().map_err(|reason| format!("rule {}: {reason}", index + 1))?);
        }
        Ok(Self { seed: file.seed, rules })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    #[serde(default)]
    seed: u64,
    rules: Vec<RuleText>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RuleText {
    #[serde(default, rename = "match")]
    matching: MatchText,
    probability: Option<f64>,
    every: Option<u64>,
    first: Option<u64>,
    times: Option<u64>,
    #[serde(default)]
    after: u64,
    fault: FaultText,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MatchText {
    method: Option<String>,
    path: Option<String>,
    service: Option<Service>,
    body: Option<String>,
    in_batch: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a word of the file")]
struct FaultText {
    status: Option<u16>,
    retry_after_seconds: Option<f64>,
    #[serde(default)]
    takes_effect: bool,
    #[serde(default)]
    reset_before: bool,
    #[serde(default)]
    reset_after: bool,
    #[serde(default)]
    cut_body: bool,
    #[serde(default)]
    missing_item: bool,
    slow_milliseconds: Option<u64>,
    #[serde(default)]
    without_effect: bool,
    clock_behind_seconds: Option<u64>,
    #[serde(default)]
    claims_challenge: bool,
}

impl RuleText {
    fn check(self) -> Result<Rule, String> {
        if self.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
            return Err("probability is a number from 0 to 1".to_owned());
        }
        if self.every == Some(0) {
            return Err("every is at least 1".to_owned());
        }
        for (given, word) in
            [(self.fault.claims_challenge, "claimsChallenge"), (self.fault.without_effect, "withoutEffect")]
        {
            if given && self.matching.service == Some(Service::SignIn) {
                return Err(format!("{word} goes with the services graph and exchange"));
            }
        }
        let mut in_batch = self.matching.in_batch;
        for (only, place, word) in
            [(self.fault.cut_body, false, "cutBody"), (self.fault.missing_item, true, "missingItem")]
        {
            if only && in_batch.is_some_and(|wanted| wanted != place) {
                return Err(format!("{word} goes with inBatch {place} only"));
            }
            if only {
                in_batch = Some(place);
            }
        }
        Ok(Rule {
            method: self.matching.method,
            path: self.matching.path.as_deref().map(Pattern::new),
            service: self.matching.service,
            in_batch,
            body: self.matching.body,
            probability: self.probability,
            every: self.every,
            first: self.first,
            times: self.times,
            after: self.after,
            fault: self.fault.check()?,
        })
    }
}

impl FaultText {
    fn check(self) -> Result<Fault, String> {
        if self.status.is_none() && (self.retry_after_seconds.is_some() || self.takes_effect) {
            return Err("retryAfterSeconds and takesEffect go with status".to_owned());
        }
        if self.status.is_some_and(|status| !(400..=599).contains(&status)) {
            return Err("status is from 400 to 599".to_owned());
        }
        let retry_after = self.retry_after_seconds.map(Duration::try_from_secs_f64).transpose();
        let retry_after = retry_after.map_err(|_| "retryAfterSeconds is not a length of time".to_owned())?;
        let slow = self.slow_milliseconds.map(Duration::from_millis);
        if slow.is_some_and(|slow| slow > LONGEST) {
            return Err("slowMilliseconds is at most 600000".to_owned());
        }
        let behind = self.clock_behind_seconds.map(Duration::from_secs);
        if behind.is_some_and(|behind| behind > LONGEST) {
            return Err("clockBehindSeconds is at most 600".to_owned());
        }
        let takes_effect = self.takes_effect;
        let named = [
            self.status.map(|status| Fault::Status { status, retry_after, takes_effect }),
            (self.reset_before || self.missing_item).then_some(Fault::ResetBefore),
            self.reset_after.then_some(Fault::ResetAfter),
            self.cut_body.then_some(Fault::CutBody),
            slow.map(Fault::Slow),
            self.without_effect.then_some(Fault::WithoutEffect),
            behind.map(Fault::ClockBehind),
            self.claims_challenge.then_some(Fault::ClaimsChallenge),
        ];
        let mut named = named.into_iter().flatten();
        match (named.next(), named.next()) {
            (Some(fault), None) if !(self.reset_before && self.missing_item) => Ok(fault),
            (None, _) => Err("fault names none of status, resetBefore, resetAfter, cutBody, missingItem, \
                 slowMilliseconds, withoutEffect, clockBehindSeconds, claimsChallenge"
                .to_owned()),
            _ => Err("fault names more than one thing".to_owned()),
        }
    }
}
