//! The chain of a run's events: each carries the digest of the one before, so that none can be changed, removed or put
//! in between without a trace.
//!
//! An event's hash is [`sha256`] of: the hash before it (nothing for the first), the run's id, the event's number in
//! decimal, its kind, its payload as it stands. The run's row keeps how many there are and the last hash, so that a
//! chain that was cut short is noticed as well. Whoever can write the file can forge all of it: what an auditor must be
//! able to rely on is exported and kept elsewhere.

use rusqlite::{Connection, params};
use serde_json::Value;

use super::Fault;
use crate::run::digest::sha256;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EventRow {
    /// From 1.
    pub(super) number: i64,
    /// `begin`, `intent`, `outcome`, `take` or `end`.
    pub(super) kind: String,
    /// Canonical JSON.
    pub(super) payload: String,
    pub(super) previous: String,
    pub(super) hash: String,
}

/// The end of a chain, ready for the next event.
#[derive(Debug)]
pub(super) struct Tail<'c> {
    pub(super) connection: &'c Connection,
    pub(super) run: &'c str,
    pub(super) length: i64,
    pub(super) head: String,
}

impl Tail<'_> {
    pub(super) fn append(&mut self, kind: &str, payload: &Value) -> Result<(), Fault> {
        let payload = canonical(payload);
        let number = self.length + 1;
        let hash = hash(&self.head, self.run, number, kind, &payload);
        self.connection
            .prepare_cached(
                "INSERT INTO events (run_id, number, kind, payload, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![self.run, number, kind, payload, self.head, hash])?;
        self.length = number;
        self.head = hash;
        Ok(())
    }

    /// Writes the new end into the run's row.
    pub(super) fn finish(self) -> Result<(), Fault> {
        self.connection
            .prepare_cached("UPDATE runs SET chain_length = ?2, chain_head = ?3 WHERE id = ?1")?
            .execute(params![self.run, self.length, self.head])?;
        Ok(())
    }
}

pub(super) fn hash(previous: &str, run: &str, number: i64, kind: &str, payload: &str) -> String {
    sha256(&[previous.as_bytes(), run.as_bytes(), number.to_string().as_bytes(), kind.as_bytes(), payload.as_bytes()])
}

/// JSON with its keys in order and no space, whatever map the features of `serde_json` choose.
pub(super) fn canonical(value: &Value) -> String {
    fn write(value: &Value, text: &mut String) {
        match value {
            Value::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_unstable_by_key(|(name, _)| *name);
                text.push('{');
                for (index, (name, value)) in fields.into_iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    text.push_str(&Value::from(name.as_str()).to_string());
                    text.push(':');
                    write(value, text);
                }
                text.push('}');
            }
            Value::Array(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    write(item, text);
                }
                text.push(']');
            }
            plain => text.push_str(&plain.to_string()),
        }
    }
    let mut text = String::new();
    write(value, &mut text);
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn canonical_json_has_its_keys_in_order_at_every_depth() {
        let value = json!({"b": [1, {"z": null, "a": "\"ö\n"}], "a": {}, "": true});
        assert_eq!(canonical(&value), r#"{"":true,"a":{},"b":[1,{"a":"\"ö\n","z":null}]}"#);
    }
}
