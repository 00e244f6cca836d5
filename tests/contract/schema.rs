//! An OpenAPI slice as something to hold bodies against.

use std::{collections::BTreeSet, path::Path};

use serde_json::{Map, Value, json};

/// One slice: its operations, and its schemas as JSON Schema.
pub(crate) struct Slice {
    version: &'static str,
    document: Value,
}

/// One verb on one path.
pub(crate) struct Operation<'a> {
    pub(crate) version: &'static str,
    pub(crate) method: String,
    /// With places like `{user-id}`.
    pub(crate) path: &'a str,
    responses: &'a Map<String, Value>,
}

impl Slice {
    /// The slice beside the checkout if there is one, so that a newer one is tried at once; else the copy in it.
    pub(crate) fn read(version: &'static str) -> Self {
        let name = format!("graph-openapi-{version}-slice.yaml");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let newest = root.join("../shared/contract").join(&name);
        let path = if newest.exists() { newest } else { root.join("tests/contract").join(&name) };
        let text = std::fs::read_to_string(path).unwrap();
        let mut document: Value = serde_yaml_ng::from_str(&text).unwrap();
        json_schema(&mut document);
        Self { version, document }
    }

    pub(crate) fn operations(&self) -> Vec<Operation<'_>> {
        let mut operations = Vec::new();
        for (path, item) in self.document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap().iter().filter(|(key, _)| *key != "parameters") {
                let responses = operation["responses"].as_object().unwrap();
                operations.push(Operation { version: self.version, method: method.to_uppercase(), path, responses });
            }
        }
        operations
    }

    /// Names of the properties of a type.
    pub(crate) fn properties(&self, name: &str) -> Vec<String> {
        let mut known = Map::new();
        self.collect(&json!({ "$ref": format!("#/components/schemas/{name}") }), &mut known);
        known.into_iter().map(|(name, _)| name).filter(|name| !name.contains('@')).collect()
    }

    /// Everything in `body` that is not as `schema` has it.
    fn faults(&self, schema: &Value, body: &Value) -> Vec<String> {
        let root = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": self.document["components"],
        });
        let validator = jsonschema::validator_for(&root).unwrap();
        let mut faults: Vec<String> =
            validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
        self.unknown(schema, body, "", &mut faults);
        faults
    }

    /// Types are open, so that a validator lets any property pass: what the slice does not name was invented.
    fn unknown(&self, schema: &Value, body: &Value, place: &str, faults: &mut Vec<String>) {
        match body {
            Value::Array(items) => {
                for item in items {
                    self.unknown(&self.resolved(schema)["items"], item, place, faults);
                }
            }
            Value::Object(members) => {
                // An object among others says what it is; of some types the slice knows nothing.
                let named = members.get("@odata.type").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
                let typed;
                let schema = match named {
                    Some(name) if self.document["components"]["schemas"][name].is_null() => return,
                    Some(name) => {
                        typed = json!({ "$ref": format!("#/components/schemas/{name}") });
                        &typed
                    }
                    None => schema,
                };
                let mut known = Map::new();
                self.collect(schema, &mut known);
                for (name, value) in members.iter().filter(|(name, _)| !name.contains('@')) {
                    let place = format!("{place}/{name}");
                    match known.get(name) {
                        None if !place.starts_with("/error/innerError/") => {
                            faults.push(format!("{place}: not in the slice"));
                        }
                        None => {}
                        Some(inner) => self.unknown(inner, value, &place, faults),
                    }
                }
            }
            _ => {}
        }
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.document.pointer(reference.trim_start_matches('#')).unwrap(),
            None => schema,
        }
    }

    /// All properties of a schema and of those that it is made from.
    fn collect(&self, schema: &Value, into: &mut Map<String, Value>) {
        let schema = self.resolved(schema);
        for part in ["allOf", "anyOf"].iter().filter_map(|word| schema[word].as_array()).flatten() {
            self.collect(part, into);
        }
        if let Some(properties) = schema["properties"].as_object() {
            into.extend(properties.clone());
        }
    }
}

impl Operation<'_> {
    /// What is wrong with an answer; nothing if it is one that the slice allows.
    pub(crate) fn faults(&self, slice: &Slice, status: u16, body: &[u8]) -> Vec<String> {
        let exact = status.to_string();
        let class = format!("{}XX", status / 100);
        let Some(response) = self.responses.get(&exact).or_else(|| self.responses.get(&class)) else {
            return vec![format!("status {status} is not documented")];
        };
        let response = slice.resolved(response);
        let schema = &response["content"]["application/json"]["schema"];
        if body.is_empty() {
            // A reset answers without a body where the caller brought the password.
            let bodiless = schema.is_null() || status == 202;
            return if bodiless { Vec::new() } else { vec!["a body is missing".to_owned()] };
        }
        if schema.is_null() {
            return vec!["there is a body where none is documented".to_owned()];
        }
        match serde_json::from_slice(body) {
            Ok(body) => slice.faults(schema, &body),
            Err(error) => vec![format!("the body is not JSON: {error}")],
        }
    }

    /// `GET v1.0 /users`: how it is named in this test.
    pub(crate) fn name(&self) -> String {
        format!("{} {}{}", self.method, self.version, self.path)
    }
}

/// OpenAPI 3.0 says `nullable` where JSON Schema says `null`, and has words that JSON Schema does not.
fn json_schema(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(json_schema),
        Value::Object(members) => {
            members.values_mut().for_each(json_schema);
            members.remove("discriminator");
            if members.remove("nullable") == Some(Value::Bool(true)) {
                if let Some(Value::String(kind)) = members.get("type").cloned() {
                    members.insert("type".to_owned(), json!([kind, "null"]));
                }
                if let Some(Value::Array(words)) = members.get_mut("enum") {
                    words.push(Value::Null);
                }
            }
        }
        _ => {}
    }
}

/// The places of a path.
pub(crate) fn places(path: &str) -> BTreeSet<&str> {
    path.split(['{', '}']).skip(1).step_by(2).collect()
}
