//! Device codes: handed out, decided on by a person, polled for.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::{client, issue::later, person::SignIn, refusal::Refusal, request::Asked, scope, scope::Wanted};
use crate::simulator::{wire::Answer, world::World};

/// How long a person has, and how often a client may ask
/// (learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code).
const LIFETIME: Duration = Duration::from_secs(15 * 60);
const INTERVAL: Duration = Duration::from_secs(5);
/// Letters and digits that nobody mistakes for each other.
const ALPHABET: [char; 32] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y',
    'Z', '2', '3', '4', '5', '6', '7', '8', '9',
];
/// Where a person enters the code, below the base address.
pub(super) const PAGE: &str = "/devicelogin";

/// What a person has decided.
#[derive(Debug, Clone)]
pub(super) enum Decision {
    Pending,
    Declined,
    Approved(SignIn),
}

/// A code that was handed out.
#[derive(Debug, Clone)]
pub(super) struct Device {
    user_code: String,
    /// Client id of the app that waits.
    pub(super) app_id: Uuid,
    pub(super) wanted: Wanted,
    end: Timestamp,
    last_poll: Option<Instant>,
    pub(super) decision: Decision,
}

/// All codes that were handed out.
#[derive(Default)]
pub(super) struct Devices {
    /// By device code.
    codes: Mutex<HashMap<String, Device>>,
}

impl std::fmt::Debug for Devices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} device codes", self.lock().len())
    }
}

impl Devices {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Device>> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands out a device code and a user code.
    fn add(&self, app_id: Uuid, wanted: Wanted, now: Timestamp, lifetime: Duration) -> (String, String) {
        let mut codes = self.lock();
        // A code that ended long ago is forgotten; until then its client is told that it has ended.
        codes.retain(|_, device| now < later(device.end, lifetime));
        let user_code = loop {
            let candidate = user_code();
            if !codes.values().any(|device| device.user_code == candidate) {
                break candidate;
            }
        };
        let code = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let device = Device {
            user_code: user_code.clone(),
            app_id,
            wanted,
            end: later(now, lifetime),
            last_poll: None,
            decision: Decision::Pending,
        };
        codes.insert(code.clone(), device);
        (code, user_code)
    }

    /// The code of a client that polls.
    pub(super) fn polled(&self, code: &str, app_id: Uuid, world: &World, now: Timestamp) -> Result<Device, Refusal> {
        let mut codes = self.lock();
        let device = codes.get_mut(code).filter(|device| device.app_id == app_id).ok_or(Refusal::DeviceUnknown)?;
        if device.end <= now {
            return Err(Refusal::DeviceExpired);
        }
        let moment = Instant::now();
        let last_poll = device.last_poll.replace(moment);
        // A tenth less than the interval is forgiven: timers of clients fire early.
        let least = world.clock.scaled(INTERVAL).mul_f64(0.9);
        if matches!(device.decision, Decision::Pending) && last_poll.is_some_and(|last| moment < last + least) {
            return Err(Refusal::DeviceTooFast);
        }
        Ok(device.clone())
    }

    /// Whether a person may still decide on a code; whitespace, dashes and case do not matter.
    pub(super) fn undecided(&self, user_code: &str, now: Timestamp) -> Result<Device, Refusal> {
        Self::find(&mut self.lock(), user_code, now).map(|device| device.clone())
    }

    /// A person decides.
    pub(super) fn decide(&self, user_code: &str, now: Timestamp, decision: Decision) -> Result<(), Refusal> {
        Self::find(&mut self.lock(), user_code, now)?.decision = decision;
        Ok(())
    }

    fn find<'c>(
        codes: &'c mut HashMap<String, Device>,
        user_code: &str,
        now: Timestamp,
    ) -> Result<&'c mut Device, Refusal> {
        let wanted: String = user_code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        let device = codes.values_mut().find(|device| device.user_code == wanted).ok_or(Refusal::DeviceUnknown)?;
        if device.end <= now {
            return Err(Refusal::DeviceExpired);
        }
        if !matches!(device.decision, Decision::Pending) {
            return Err(Refusal::DeviceDecided);
        }
        Ok(device)
    }

    /// Makes a code end at a given moment.
    #[cfg(test)]
    pub(super) fn age(&self, code: &str, end: Timestamp) {
        if let Some(device) = self.lock().get_mut(code) {
            device.end = end;
        }
    }

    /// A code has given its tokens.
    pub(super) fn forget(&self, code: &str) {
        self.lock().remove(code);
    }
}

/// Nine characters, as the service's codes have.
fn user_code() -> String {
    let chance = Uuid::new_v4();
    // The bytes in between hold the version and the variant of the id.
    let bytes = chance.as_bytes().iter().take(6).chain(chance.as_bytes().iter().skip(13));
    bytes.map(|byte| ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or('A')).collect()
}

/// Answers `/devicecode`.
pub(super) fn start(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let tenant = asked.world.tenant();
    asked.authority(&tenant)?;
    let app = client::named(asked, &tenant)?;
    let wanted = scope::required(asked, &tenant)?;
    let scaled = |documented| asked.world.clock.scaled(documented).max(Duration::from_secs(1));
    let lifetime = scaled(LIFETIME);
    let (device_code, user_code) = asked.world.sign_in.devices.add(app.app_id, wanted, asked.now, lifetime);
    let page = format!("{}{PAGE}", asked.world.base);
    let mut answer = Answer::json(
        200,
        &json!({
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "expires_in": lifetime.as_secs(),
            // Whole seconds, for clients that read nothing else; who asks sooner is held to the exact interval alone.
            "interval": scaled(INTERVAL).as_millis().div_ceil(1_000),
            "message": format!("To sign in, open {page} in a web browser and enter the code {user_code}."),
        }),
    );
    asked.mark(&mut answer);
    Ok(answer)
}
