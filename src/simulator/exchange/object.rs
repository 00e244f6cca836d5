//! Objects as cmdlets give them: properties in one layer, with annotations of their types beside those that JSON has no
//! type for.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::header;
use crate::simulator::wire::Request;

/// One object.
#[derive(Debug, Default)]
pub(super) struct Object(Vec<Property>);

#[derive(Debug)]
struct Property {
    name: &'static str,
    value: Value,
    annotation: Option<&'static str>,
}

impl Object {
    fn with(mut self, name: &'static str, value: Value, annotation: Option<&'static str>) -> Self {
        self.0.push(Property { name, value, annotation });
        self
    }

    pub(super) fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.with(name, Value::String(text.into()), None)
    }

    pub(super) fn optional(self, name: &'static str, text: Option<&str>) -> Self {
        self.with(name, text.map_or(Value::Null, Value::from), None)
    }

    pub(super) fn flag(self, name: &'static str, flag: bool) -> Self {
        self.with(name, Value::Bool(flag), None)
    }

    pub(super) fn nullable(self, name: &'static str, flag: Option<bool>) -> Self {
        self.with(name, flag.map_or(Value::Null, Value::Bool), Some("#Boolean"))
    }

    pub(super) fn number(self, name: &'static str, number: u32) -> Self {
        self.with(name, number.into(), Some("#Int32"))
    }

    pub(super) fn id(self, name: &'static str, id: Uuid) -> Self {
        self.with(name, id.to_string().into(), Some("#Guid"))
    }

    pub(super) fn texts(self, name: &'static str, texts: &[String]) -> Self {
        self.with(name, json!(texts), Some("#Collection(String)"))
    }

    /// The properties that were asked for, or all.
    fn shown(self, select: Option<&[String]>) -> Map<String, Value> {
        let asked = |name: &str| select.is_none_or(|names| names.iter().any(|asked| asked.eq_ignore_ascii_case(name)));
        let mut shown = Map::new();
        for property in self.0.into_iter().filter(|property| asked(property.name)) {
            if let Some(annotation) = property.annotation {
                shown.insert(format!("{}@odata.type", property.name), annotation.into());
            }
            shown.insert(property.name.to_owned(), property.value);
        }
        shown
    }
}

/// What a cmdlet gives.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) objects: Vec<Object>,
    pub(super) warnings: Vec<String>,
    /// Where the next page is.
    pub(super) next: Option<String>,
}

impl Output {
    pub(super) fn one(object: Object) -> Self {
        Self { objects: vec![object], ..Self::default() }
    }

    pub(super) fn warning(warning: impl Into<String>) -> Self {
        Self { warnings: vec![warning.into()], ..Self::default() }
    }

    /// The body of the answer to `request`.
    pub(super) fn body(self, base: &str, request: &Request) -> Value {
        let select = select(request);
        let objects: Vec<Value> =
            self.objects.into_iter().map(|object| Value::Object(object.shown(select.as_deref()))).collect();
        let below = request.path.trim_end_matches('/').rsplit_once('/').map_or("", |(before, _)| before);
        let mut body =
            json!({ "@odata.context": format!("{base}{below}/$metadata#Collection(Exchange.GenericHashTable)") });
        if let Value::Object(members) = &mut body {
            if !self.warnings.is_empty() {
                members.insert("@adminapi.warnings@odata.type".to_owned(), "#Collection(String)".into());
                members.insert("@adminapi.warnings".to_owned(), json!(self.warnings));
            }
            if let Some(next) = self.next {
                members.insert("@odata.nextLink".to_owned(), next.into());
            }
            members.insert("value".to_owned(), Value::Array(objects));
        }
        body
    }
}

/// The names in `$select`.
fn select(request: &Request) -> Option<Vec<String>> {
    let names = query(request, "$select")?;
    Some(names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect())
}

/// A value of the query.
pub(super) fn query(request: &Request, name: &str) -> Option<String> {
    url::form_urlencoded::parse(request.query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// A number among the client's preferences, for example `odata.maxpagesize`.
pub(super) fn preference(request: &Request, name: &str) -> Option<usize> {
    let preferences = header(request, "prefer")?;
    let mut preferences = preferences.split([',', ';']).filter_map(|preference| preference.split_once('='));
    let (_, value) = preferences.find(|(known, _)| known.trim().eq_ignore_ascii_case(name))?;
    value.trim().trim_matches('"').parse().ok()
}
