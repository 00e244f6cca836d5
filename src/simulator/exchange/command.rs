//! A command as it comes: the cmdlet's name and its parameters, read as PowerShell would bind them.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{failure::Failure, header};
use crate::simulator::wire::{Members, Request};

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "CmdletInput")]
    input: Members<Input>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    cmdlet_name: String,
    #[serde(default)]
    parameters: Option<Map<String, Value>>,
}

/// A cmdlet with what is to be bound to it.
#[derive(Debug, Clone)]
pub(super) struct Command {
    pub(super) cmdlet: String,
    pub(super) parameters: Parameters,
}

impl Command {
    /// Reads the envelope.
    pub(super) fn read(request: &Request) -> Result<Self, Failure> {
        let media = header(request, "content-type").and_then(|kind| kind.split(';').next()).unwrap_or_default();
        if !media.trim().eq_ignore_ascii_case("application/json") {
            return Err(Failure::bad("The content type must be application/json."));
        }
        let Members(Envelope { input: Members(input) }) = serde_json::from_slice(&request.body)
            .map_err(|error| Failure::bad(format!("The body is not a CmdletInput: {error}.")))?;
        Ok(Self { cmdlet: input.cmdlet_name, parameters: Parameters::new(input.parameters.unwrap_or_default())? })
    }
}

/// Parameters that every cmdlet has and that change nothing here.
const COMMON: &[&str] = &[
    "Confirm",
    "Debug",
    "ErrorAction",
    "ErrorVariable",
    "InformationAction",
    "InformationVariable",
    "OutBuffer",
    "OutVariable",
    "PipelineVariable",
    "Verbose",
    "WarningAction",
    "WarningVariable",
];

/// An argument for a parameter that can also be given as nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Argument<T> {
    /// The parameter is not given.
    Absent,
    /// `null`, or `Unlimited`.
    Null,
    Is(T),
}

impl<T> Argument<T> {
    /// Sets what the parameter is about, if it is given.
    pub(super) fn set(self, place: &mut Option<T>) {
        match self {
            Self::Absent => {}
            Self::Null => *place = None,
            Self::Is(value) => *place = Some(value),
        }
    }

    /// What counts: the argument, or `default` where none is given.
    pub(super) fn or(self, default: Option<T>) -> Option<T> {
        let mut place = default;
        self.set(&mut place);
        place
    }
}

/// What is yet to be bound; names in any case.
#[derive(Debug, Clone)]
pub(super) struct Parameters(Vec<(String, Value)>);

impl Parameters {
    fn new(given: Map<String, Value>) -> Result<Self, Failure> {
        let mut parameters: Vec<(String, Value)> = Vec::new();
        for (name, value) in given {
            // The module says with an annotation what a table is.
            if name.contains('@') {
                continue;
            }
            if parameters.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                return Err(Failure::binding(format!(
                    "Cannot bind parameter because parameter '{name}' is specified more than once."
                )));
            }
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(self.0.swap_remove(at).1)
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Failure> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
            Some(Value::String(_) | Value::Null) => Err(Failure::binding(format!(
                "Cannot validate argument on parameter '{name}'. The argument is null or empty."
            ))),
            Some(value) => Err(transformation(name, &value, "System.String")),
        }
    }

    /// A text that must be there.
    pub(super) fn mandatory(&mut self, name: &str) -> Result<String, Failure> {
        self.text(name)?.ok_or_else(|| {
            Failure::binding(format!(
                "Cannot process command because of one or more missing mandatory parameters: {name}."
            ))
        })
    }

    /// A Boolean: `true`, `false`, 1 or 0. PowerShell takes no text for one.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Failure> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => boolean(&value).map(Some).ok_or_else(|| transformation(name, &value, "System.Boolean")),
        }
    }

    /// A Boolean that can be null.
    pub(super) fn nullable(&mut self, name: &str) -> Result<Argument<bool>, Failure> {
        match self.take(name) {
            None => Ok(Argument::Absent),
            Some(Value::Null) => Ok(Argument::Null),
            Some(value) => {
                let transformed =
                    boolean(&value).ok_or_else(|| transformation(name, &value, "System.Nullable`1[System.Boolean]"));
                transformed.map(Argument::Is)
            }
        }
    }

    /// A text or a list of texts, joined by commas; `null` empties it.
    pub(super) fn list(&mut self, name: &str) -> Result<Argument<String>, Failure> {
        let joined = |text: String| if text.is_empty() { Argument::Null } else { Argument::Is(text) };
        match self.take(name) {
            None => Ok(Argument::Absent),
            Some(Value::Null) => Ok(Argument::Null),
            Some(Value::String(text)) => Ok(joined(text)),
            Some(value) => {
                let words = value.as_array().map(|words| words.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
                let words = words.flatten().ok_or_else(|| transformation(name, &value, "System.String"))?;
                Ok(joined(words.join(",")))
            }
        }
    }

    /// A number of results, or `Unlimited`.
    pub(super) fn size(&mut self, name: &str) -> Result<Argument<u64>, Failure> {
        let wrong = |value: &Value| transformation(name, value, "Microsoft.Exchange.Data.Unlimited`1[System.UInt32]");
        match self.take(name) {
            None => Ok(Argument::Absent),
            Some(Value::String(word)) if word.eq_ignore_ascii_case("unlimited") => Ok(Argument::Null),
            Some(value) => {
                let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
                number.filter(|number| *number > 0).map(Argument::Is).ok_or_else(|| wrong(&value))
            }
        }
    }

    /// Whether this is a rehearsal; and nothing may be left that the cmdlet does not know.
    pub(super) fn finish(&mut self) -> Result<bool, Failure> {
        let rehearsal = self.flag("WhatIf")?.unwrap_or_default();
        let unknown = self.0.iter().find(|(name, _)| !COMMON.iter().any(|common| common.eq_ignore_ascii_case(name)));
        match unknown {
            None => Ok(rehearsal),
            Some((name, _)) => {
                Err(Failure::binding(format!("A parameter cannot be found that matches parameter name '{name}'.")))
            }
        }
    }
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_u64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// PowerShell cannot make the parameter's type of a value.
fn transformation(name: &str, value: &Value, wanted: &str) -> Failure {
    let came = match value {
        Value::Null => "null",
        Value::Bool(_) => "System.Boolean",
        Value::Number(_) => "System.Int64",
        Value::String(_) => "System.String",
        Value::Array(_) => "System.Object[]",
        Value::Object(_) => "System.Collections.Hashtable",
    };
    Failure::binding(format!(
        "Cannot process argument transformation on parameter '{name}'. Cannot convert value of type {came} to type {wanted}."
    ))
}
