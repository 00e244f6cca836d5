//! Whether what the journal says is what was written into it.

use std::{collections::BTreeMap, fmt};

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::{
    Fault,
    chain::{EventRow, canonical, hash},
    read, write,
};

/// Where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Breach {
    /// An event is not what its hash says, or does not follow the one before.
    Event {
        /// Its number.
        number: i64,
    },
    /// Events are missing at the end, or there are too many.
    Length,
    /// A change is not what the events say of it.
    Change {
        /// Its place in the plan.
        sequence: u32,
    },
    /// The planned changes are not those that the run began with.
    Plan,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { number } => write!(f, "event {number}"),
            Self::Length => f.write_str("end"),
            Self::Change { sequence } => write!(f, "change {sequence}"),
            Self::Plan => f.write_str("plan"),
        }
    }
}

/// Holds a run's chain against itself, and its changes against the chain.
pub(super) fn verify(connection: &Connection, run: &str) -> Result<Vec<Breach>, Fault> {
    let end = connection
        .query_row("SELECT chain_length, chain_head FROM runs WHERE id = ?1", [run], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })
        .optional()?;
    let Some((length, head)) = end else { return Ok(vec![Breach::Length]) };
    let events = read::events(connection, run)?;
    let mut breaches = check(run, &events, length, &head);

    let mut planned = None;
    let mut said = BTreeMap::<u32, Option<String>>::new();
    for event in &events {
        let Ok(payload) = serde_json::from_str::<Value>(&event.payload) else { continue };
        let text = |name: &str| payload.get(name).and_then(Value::as_str).map(str::to_owned);
        if event.kind == "begin" {
            planned = text("changesDigest");
        }
        if let Some(sequence) = payload.get("sequence").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()) {
            said.insert(sequence, payload.get("record").map(canonical));
        }
    }
    let mut plans = Vec::new();
    let mut statement =
        connection.prepare_cached("SELECT sequence, plan, record FROM changes WHERE run_id = ?1 ORDER BY sequence")?;
    let mut rows = statement.query(params![run])?;
    while let Some(row) = rows.next()? {
        let (sequence, plan, record): (u32, Option<String>, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        plans.extend(plan);
        if said.remove(&sequence).flatten() != record {
            breaches.push(Breach::Change { sequence });
        }
    }
    breaches.extend(said.into_keys().map(|sequence| Breach::Change { sequence }));
    if planned.is_none_or(|digest| digest != write::plans_digest(plans.iter().map(String::as_str))) {
        breaches.push(Breach::Plan);
    }
    Ok(breaches)
}

/// Holds events, in their order, against each other and against what the run's row says.
fn check(run: &str, events: &[EventRow], length: i64, head: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut previous = "";
    for (event, number) in events.iter().zip(1..) {
        let sound = event.number == number
            && event.previous == previous
            && event.hash == hash(previous, run, number, &event.kind, &event.payload);
        if !sound {
            breaches.push(Breach::Event { number: event.number });
        }
        previous = &event.hash;
    }
    if i64::try_from(events.len()).ok() != Some(length) || previous != head {
        breaches.push(Breach::Length);
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(payloads: &[&str]) -> (Vec<EventRow>, String) {
        let mut head = String::new();
        let events = payloads
            .iter()
            .zip(1..)
            .map(|(payload, number)| {
                let hash = hash(&head, "run", number, "outcome", payload);
                EventRow {
                    number,
                    kind: "outcome".into(),
                    payload: (*payload).into(),
                    previous: std::mem::replace(&mut head, hash.clone()),
                    hash,
                }
            })
            .collect();
        (events, head)
    }

    #[test]
    fn a_sound_chain_has_no_breach() {
        let (events, head) = chain(&["a", "b", "c"]);
        assert_eq!(check("run", &events, 3, &head), []);
        assert_eq!(check("run", &[], 0, ""), []);
    }

    #[test]
    fn changing_removing_swapping_or_cutting_is_noticed() {
        let (sound, head) = chain(&["a", "b", "c"]);

        let mut changed = sound.clone();
        changed[1].payload = "B".into();
        assert_eq!(check("run", &changed, 3, &head), [Breach::Event { number: 2 }]);

        let mut removed = sound.clone();
        removed.remove(1);
        assert!(check("run", &removed, 3, &head).contains(&Breach::Event { number: 3 }));

        let mut swapped = sound.clone();
        swapped.swap(0, 1);
        assert!(!check("run", &swapped, 3, &head).is_empty());

        assert_eq!(check("run", &sound[..2], 3, &head), [Breach::Length]);
        assert_eq!(check("other", &sound, 3, &head).len(), 3);
    }
}
