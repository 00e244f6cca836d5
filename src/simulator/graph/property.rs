//! What a resource is made of: its properties, which of them a client sees, and which it may filter by.
//!
//! One table a resource; queries, filters and bodies follow from it.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::failure::Failure;

/// A kind of object that the service shows.
pub(super) trait Resource: Sized + 'static {
    /// What the tenant keeps of one.
    type Object: 'static;
    /// Name of the type, with its namespace.
    const TYPE: &'static str;
    /// Every property that can be selected.
    const PROPERTIES: &'static [Property<Self>];
}

/// How a property is read.
type Read<R> = for<'a> fn(&'a <R as Resource>::Object, Moment) -> Field<'a>;

impl<R: Resource> Property<R> {
    /// One that is given without `$select`.
    pub(super) const fn standard(name: &'static str, kind: Kind, operators: Operators, read: Read<R>) -> Self {
        Self { name, standard: true, kind, operators, read }
    }

    /// One that is given by name only.
    pub(super) const fn selected(name: &'static str, kind: Kind, operators: Operators, read: Read<R>) -> Self {
        Self { name, standard: false, kind, operators, read }
    }
}

/// When and where something is seen: everything in one answer at the same moment and on the same replica.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) now: Instant,
    /// How far the replica is behind the others.
    pub(super) lag: Duration,
}

/// One property of a resource.
pub(super) struct Property<R: Resource> {
    pub(super) name: &'static str,
    /// Given without `$select`.
    pub(super) standard: bool,
    /// What the literal it is compared with must be.
    pub(super) kind: Kind,
    /// What a filter may do with it.
    pub(super) operators: Operators,
    pub(super) read: Read<R>,
}

/// Types of literals in a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Flag,
    Time,
    /// A collection of texts.
    Texts,
    /// Something that no filter reaches into.
    Complex,
}

impl Kind {
    /// The service's name of the type.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Text => "Edm.String",
            Self::Flag => "Edm.Boolean",
            Self::Time => "Edm.DateTimeOffset",
            Self::Texts => "Collection(Edm.String)",
            Self::Complex => "Edm.ComplexType",
        }
    }
}

/// Operators of a filter, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operators(u8);

impl Operators {
    pub(super) const NONE: Self = Self(0);
    pub(super) const EQUAL: Self = Self(1);
    pub(super) const DIFFERENT: Self = Self(2);
    pub(super) const IN: Self = Self(4);
    pub(super) const ORDER: Self = Self(8);
    pub(super) const STARTS: Self = Self(16);
    pub(super) const ENDS: Self = Self(32);
    /// Compared with `null`.
    pub(super) const NULL: Self = Self(64);
    /// The number of its elements is compared with 0.
    pub(super) const EMPTY: Self = Self(128);

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Field<'a> {
    Null,
    Text(&'a str),
    Owned(String),
    Flag(bool),
    Time(Timestamp),
    Id(Uuid),
    Texts(&'a [String]),
    Json(Value),
}

impl<'a> Field<'a> {
    pub(super) fn text(value: Option<&'a String>) -> Self {
        value.map_or(Self::Null, |value| Self::Text(value))
    }

    pub(super) fn flag(value: Option<bool>) -> Self {
        value.map_or(Self::Null, Self::Flag)
    }

    fn into_json(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) => text.into(),
            Self::Owned(text) => text.into(),
            Self::Flag(flag) => flag.into(),
            Self::Time(time) => time.to_string().into(),
            Self::Id(id) => id.to_string().into(),
            Self::Texts(texts) => texts.into(),
            Self::Json(value) => value,
        }
    }
}

/// The properties that one request shows.
pub(super) struct Shown<R: Resource> {
    properties: Vec<&'static Property<R>>,
    /// As it stands in `@odata.context`; empty for the standard ones.
    pub(super) context: String,
}

impl<R: Resource> Shown<R> {
    /// What `$select` asks for, or the standard ones. Of that only what `may_see` allows is shown.
    pub(super) fn new(select: Option<&str>, may_see: impl Fn(&str) -> bool) -> Result<Self, Failure> {
        let mut context = String::new();
        let mut properties: Vec<&'static Property<R>> = Vec::new();
        match select {
            None => properties.extend(R::PROPERTIES.iter().filter(|property| property.standard)),
            Some(select) => {
                for name in select.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                    let property = find::<R>(name)?;
                    if !properties.iter().any(|known| known.name == property.name) {
                        properties.push(property);
                    }
                }
                if properties.is_empty() {
                    return Err(Failure::bad("The $select query option names no property."));
                }
                let names: Vec<&str> = properties.iter().map(|property| property.name).collect();
                context = format!("({})", names.join(","));
            }
        }
        Ok(Self { properties, context }.only(may_see))
    }

    /// For one type of several: what `$select` asks for as far as this type has it, or the standard properties.
    pub(super) fn of_any(select: Option<&str>) -> Self {
        let wanted =
            |name: &str| select.map(|select| select.split(',').any(|wanted| wanted.trim().eq_ignore_ascii_case(name)));
        let shown = |property: &&'static Property<R>| wanted(property.name).unwrap_or(property.standard);
        Self { properties: R::PROPERTIES.iter().filter(shown).collect(), context: String::new() }
    }

    /// Whether a property is among them.
    pub(super) fn has(&self, name: &str) -> bool {
        self.properties.iter().any(|property| property.name == name)
    }

    /// Of that only what `may_see` allows.
    pub(super) fn only(mut self, may_see: impl Fn(&str) -> bool) -> Self {
        self.properties.retain(|property| may_see(property.name));
        self
    }

    /// One object.
    pub(super) fn object(&self, object: &R::Object, at: Moment) -> Map<String, Value> {
        self.properties
            .iter()
            .map(|property| (property.name.to_owned(), (property.read)(object, at).into_json()))
            .collect()
    }

    /// One object among objects of other types.
    pub(super) fn typed(&self, object: &R::Object, at: Moment) -> Map<String, Value> {
        let mut object = self.object(object, at);
        object.insert("@odata.type".to_owned(), format!("#{}", R::TYPE).into());
        object
    }
}

/// A property by its name, any case.
pub(super) fn find<R: Resource>(name: &str) -> Result<&'static Property<R>, Failure> {
    R::PROPERTIES
        .iter()
        .find(|property| property.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| Failure::no_property(name, R::TYPE))
}
