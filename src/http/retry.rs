//! When a request is sent again, after how long, and how often.
//!
//! | what happened | repeated | wait | tries |
//! | --- | --- | --- | --- |
//! | never sent | always, but for a certificate that is not to be trusted | backoff from 0.25 s | 5 |
//! | sent, answer lost | only [`Repeat::Always`] | backoff from 1 s | 5 |
//! | 429, 509 | always: it was refused | `Retry-After`, else backoff from 3 s | 10 |
//! | 503 with `Retry-After` | always: it was refused | `Retry-After` | 5 |
//! | 409 `Directory_ConcurrencyViolation` | always: it was refused | `Retry-After`, else backoff from 1 s | 5 |
//! | 408, 500, 502, 503, 504 | only [`Repeat::Always`] | `Retry-After`, else backoff from 1 s | 5 |
//! | anything else | never | | |
//!
//! Backoff doubles and is spread at random over its upper half, so that many who failed together do not come back
//! together. One wait is at most 300 s and all waits of one request together at most 900 s; a service that wants more
//! gets its say: its answer is handed on as it is. Waits without a `Retry-After` and the two limits are in the pace of
//! the tenant. learn.microsoft.com/graph/throttling, learn.microsoft.com/graph/errors

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::{Pace, Repeat, Response, client, fault};
use crate::error::{Code, Error};

const TRIES: u32 = 5;
const TRIES_WHEN_THROTTLED: u32 = 10;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const FIRST_WAIT_UNSENT: Duration = Duration::from_millis(250);
const FIRST_WAIT_WHEN_THROTTLED: Duration = Duration::from_secs(3);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
const PATIENCE: Duration = Duration::from_secs(900);

/// What one sending came to.
pub(crate) type Sent = Result<Response, Error>;

/// Whether to send again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The answer stands.
    Final,
    /// After this wait.
    Again {
        wait: Duration,
        /// The service asked everybody to slow down.
        everybody: bool,
    },
}

/// The tries of one request.
#[derive(Debug)]
pub(crate) struct Tries {
    pace: Pace,
    repeat: Repeat,
    started: Instant,
    made: u32,
    /// A number in `0.0..1.0`, new at each call.
    chance: fn() -> f64,
}

impl Tries {
    pub(crate) fn new(pace: Pace, repeat: Repeat) -> Self {
        Self { pace, repeat, started: Instant::now(), made: 0, chance }
    }

    /// Judges a sending.
    pub(crate) fn judge(&mut self, sent: &Sent) -> Verdict {
        self.judge_as(class(sent), sent)
    }

    /// Judges an answer that is known to pass by itself and to have had no effect, whatever its status says.
    pub(crate) fn judge_refused(&mut self, sent: &Sent) -> Verdict {
        self.judge_as(Some(passing(true)), sent)
    }

    fn judge_as(&mut self, class: Option<Class>, sent: &Sent) -> Verdict {
        self.made += 1;
        let Some(class) = class else { return Verdict::Final };
        if self.made >= class.tries || (self.repeat == Repeat::IfUnsent && !class.refused) {
            return Verdict::Final;
        }
        let said = sent.as_ref().ok().and_then(|answer| fault::retry_after(&answer.headers, Timestamp::now()));
        let wait = said.unwrap_or_else(|| self.backoff(class.first_wait));
        let waited = self.started.elapsed();
        if wait > self.pace.of(LONGEST_WAIT) || waited + wait > self.pace.of(PATIENCE) {
            return Verdict::Final;
        }
        Verdict::Again { wait, everybody: class.everybody }
    }

    fn backoff(&self, first: Duration) -> Duration {
        let doubled = first.saturating_mul(1 << (self.made - 1).min(16));
        let longest = doubled.min(LONGEST_WAIT);
        self.pace.of(longest / 2 + (longest / 2).mul_f64((self.chance)()))
    }
}

struct Class {
    /// Certainly not taken.
    refused: bool,
    everybody: bool,
    tries: u32,
    first_wait: Duration,
}

fn passing(refused: bool) -> Class {
    Class { refused, everybody: false, tries: TRIES, first_wait: FIRST_WAIT }
}

fn class(sent: &Sent) -> Option<Class> {
    let passing = |refused| Some(passing(refused));
    let answer = match sent {
        Err(error) if client::can_pass(error) => {
            return Some(Class { first_wait: FIRST_WAIT_UNSENT, ..self::passing(true) });
        }
        Err(error) if error.code() == Code::AnswerLost => return passing(false),
        Err(_) => return None,
        Ok(answer) => answer,
    };
    if fault::is_throttled(answer.status, &answer.body) {
        return Some(Class {
            refused: true,
            everybody: true,
            tries: TRIES_WHEN_THROTTLED,
            first_wait: FIRST_WAIT_WHEN_THROTTLED,
        });
    }
    match answer.status {
        409 => fault::is_concurrency(&answer.body).then(|| passing(true)).flatten(),
        503 => passing(answer.headers.contains_key(http::header::RETRY_AFTER)),
        status if fault::is_passing(status) => passing(false),
        _ => None,
    }
}

/// Spread, not secrecy; where the system has no chance to give, the middle will do.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / (f64::from(u32::MAX) + 1.0))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::say;

    fn answer(status: u16, retry_after: Option<&'static str>, body: &'static str) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(wait) = retry_after {
            headers.insert("retry-after", HeaderValue::from_static(wait));
        }
        Response { status, headers, body: Bytes::from_static(body.as_bytes()), client_request_id: String::new() }
    }

    fn failed(code: Code) -> Error {
        Error::new(code, say!("test", "planted"))
    }

    fn first(sent: &Sent, repeat: Repeat) -> Verdict {
        Tries { chance: || 0.0, ..Tries::new(Pace::REAL, repeat) }.judge(sent)
    }

    fn again(milliseconds: u64, everybody: bool) -> Verdict {
        Verdict::Again { wait: Duration::from_millis(milliseconds), everybody }
    }

    #[tokio::test(start_paused = true)]
    async fn each_row_of_the_table_holds() {
        let concurrency = r#"{"error":{"code":"Directory_ConcurrencyViolation"}}"#;
        let rows = [
            (Err(failed(Code::Unreachable)), again(125, false), again(125, false)),
            (Err(Error::new(Code::Unreachable, say!("host_untrusted", "planted"))), Verdict::Final, Verdict::Final),
            (Err(failed(Code::AnswerLost)), again(500, false), Verdict::Final),
            (Ok(answer(429, Some("0.25"), "")), again(250, true), again(250, true)),
            (Ok(answer(429, None, "")), again(1500, true), again(1500, true)),
            (Ok(answer(503, Some("7"), "")), again(7000, false), again(7000, false)),
            (Ok(answer(503, None, "")), again(500, false), Verdict::Final),
            (Ok(answer(409, None, concurrency)), again(500, false), again(500, false)),
            (Ok(answer(409, None, r#"{"error":{"code":"Conflict"}}"#)), Verdict::Final, Verdict::Final),
            (Ok(answer(408, None, "")), again(500, false), Verdict::Final),
            (Ok(answer(500, None, "")), again(500, false), Verdict::Final),
            (Ok(answer(502, None, "")), again(500, false), Verdict::Final),
            (Ok(answer(504, Some("2"), "")), again(2000, false), Verdict::Final),
            (Ok(answer(400, None, "")), Verdict::Final, Verdict::Final),
            (Ok(answer(403, Some("1"), "")), Verdict::Final, Verdict::Final),
            (Ok(answer(412, None, "")), Verdict::Final, Verdict::Final),
            (Ok(answer(423, None, "")), Verdict::Final, Verdict::Final),
            (Ok(answer(200, None, "")), Verdict::Final, Verdict::Final),
        ];
        for (sent, always, if_unsent) in rows {
            assert_eq!(first(&sent, Repeat::Always), always, "{sent:?}");
            assert_eq!(first(&sent, Repeat::IfUnsent), if_unsent, "{sent:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn tries_and_patience_are_bounded() {
        let count = |sent: Sent| {
            let mut tries = Tries::new(Pace::REAL, Repeat::Always);
            let mut made = 1;
            while tries.judge(&sent) != Verdict::Final {
                made += 1;
            }
            made
        };
        assert_eq!(count(Ok(answer(500, Some("1"), ""))), 5);
        assert_eq!(count(Ok(answer(429, Some("1"), ""))), 10);
        assert_eq!(first(&Ok(answer(429, Some("301"), "")), Repeat::Always), Verdict::Final);
        assert_eq!(first(&Ok(answer(429, Some("300"), "")), Repeat::Always), again(300_000, true));

        let mut tries = Tries::new(Pace::REAL, Repeat::Always);
        let throttled = Ok(answer(429, Some("290"), ""));
        let mut made = 1;
        while let Verdict::Again { wait, .. } = tries.judge(&throttled) {
            tokio::time::advance(wait).await;
            made += 1;
        }
        assert_eq!(made, 4, "three waits of 290 s fit into 900 s");
    }

    #[tokio::test(start_paused = true)]
    async fn backoff_doubles_and_is_spread_over_its_upper_half() {
        let mut low = Tries { chance: || 0.0, ..Tries::new(Pace::REAL, Repeat::Always) };
        let mut high = Tries { chance: || 1.0, ..Tries::new(Pace::REAL, Repeat::Always) };
        let sent = Err(failed(Code::AnswerLost));
        for (least, most) in [(500, 1000), (1000, 2000), (2000, 4000), (4000, 8000)] {
            assert_eq!(low.judge(&sent), again(least, false));
            assert_eq!(high.judge(&sent), again(most, false));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_faster_tenant_is_waited_for_less() {
        let mut tries = Tries { chance: || 1.0, ..Tries::new(Pace::new(100.0), Repeat::Always) };
        assert_eq!(tries.judge(&Ok(answer(429, None, ""))), again(30, true));
        assert_eq!(tries.judge(&Ok(answer(429, Some("4"), ""))), Verdict::Final, "4 s there are 400 s of the service");
    }
}
