//! A filter held against a resource: properties found, operators allowed, literals of the right type.

use std::cmp::Ordering;

use super::{
    begins, fold,
    parse::{Comparison, Expression, Literal, parse},
    same,
};
use crate::simulator::graph::{
    failure::Failure,
    property::{Field, Kind, Moment, Operators, Property, Resource, find},
};

/// A filter of a resource.
pub(in crate::simulator::graph) struct Filter<R: Resource> {
    condition: Condition<R>,
    /// What in it only the eventual index answers.
    advanced: Option<&'static str>,
    /// Properties that it looks at.
    properties: Vec<&'static str>,
}

impl<R: Resource> Filter<R> {
    /// Reads a filter and holds it against the resource.
    pub(in crate::simulator::graph) fn new(text: &str) -> Result<Self, Failure> {
        let expression = parse(text)?;
        let mut binder = Binder { advanced: None, properties: Vec::new() };
        let condition = binder.bind(expression)?;
        Ok(Self { condition, advanced: binder.advanced, properties: binder.properties })
    }

    /// What in it needs `ConsistencyLevel: eventual` and `$count=true`, if anything.
    pub(in crate::simulator::graph) fn advanced(&self) -> Option<&'static str> {
        self.advanced
    }

    /// Properties that it looks at.
    pub(in crate::simulator::graph) fn properties(&self) -> &[&'static str] {
        &self.properties
    }

    /// Whether it selects an object.
    pub(in crate::simulator::graph) fn selects(&self, object: &R::Object, at: Moment) -> bool {
        self.condition.holds(object, at)
    }
}

/// An expression whose properties are known. Texts are in lower case.
enum Condition<R: Resource> {
    And(Vec<Condition<R>>),
    Or(Vec<Condition<R>>),
    Not(Box<Condition<R>>),
    Compare(&'static Property<R>, Comparison, Literal),
    In(&'static Property<R>, Vec<Literal>),
    Starts(&'static Property<R>, String),
    Ends(&'static Property<R>, String),
    Any(&'static Property<R>, Elements),
    /// Whether a collection is empty (or, with `false`, is not).
    Empty(&'static Property<R>, bool),
}

/// What must hold for one element of a collection of texts.
enum Elements {
    And(Vec<Elements>),
    Or(Vec<Elements>),
    Same(String),
    Starts(String),
    Ends(String),
}

struct Binder {
    advanced: Option<&'static str>,
    properties: Vec<&'static str>,
}

impl Binder {
    fn bind<R: Resource>(&mut self, expression: Expression) -> Result<Condition<R>, Failure> {
        Ok(match expression {
            Expression::And(all) => Condition::And(self.each(all)?),
            Expression::Or(all) => Condition::Or(self.each(all)?),
            Expression::Not(inner) => {
                self.advanced.get_or_insert("Operator 'not'");
                Condition::Not(Box::new(self.bind(*inner)?))
            }
            Expression::Compare(name, comparison, literal) => self.compare(&name, comparison, literal)?,
            Expression::In(name, literals) => {
                let property = self.property::<R>(&name, Operators::IN)?;
                let literals =
                    literals.into_iter().map(|literal| typed(property, literal)).collect::<Result<_, _>>()?;
                Condition::In(property, literals)
            }
            Expression::Starts(name, text) => {
                Condition::Starts(self.property(&name, Operators::STARTS)?, text.to_lowercase())
            }
            Expression::Ends(name, text) => {
                self.advanced.get_or_insert("Operator 'endsWith'");
                Condition::Ends(self.property(&name, Operators::ENDS)?, text.to_lowercase())
            }
            Expression::Any(name, variable, body) => {
                let property = self.property::<R>(&name, Operators::NONE)?;
                if property.kind != Kind::Texts {
                    return Err(unsupported(property));
                }
                Condition::Any(property, self.elements(property, &variable, *body)?)
            }
        })
    }

    fn each<R: Resource>(&mut self, all: Vec<Expression>) -> Result<Vec<Condition<R>>, Failure> {
        all.into_iter().map(|expression| self.bind(expression)).collect()
    }

    fn property<R: Resource>(&mut self, name: &str, operators: Operators) -> Result<&'static Property<R>, Failure> {
        let property = find::<R>(name)?;
        if !property.operators.has(operators) || property.operators == Operators::NONE {
            return Err(unsupported(property));
        }
        self.properties.push(property.name);
        Ok(property)
    }

    fn compare<R: Resource>(
        &mut self,
        name: &str,
        comparison: Comparison,
        literal: Literal,
    ) -> Result<Condition<R>, Failure> {
        if let Some(collection) = name.strip_suffix("/$count") {
            let property = self.property::<R>(collection, Operators::EMPTY)?;
            self.advanced.get_or_insert("$count in a filter");
            return match (comparison, literal) {
                (Comparison::Equal, Literal::Number(0)) => Ok(Condition::Empty(property, true)),
                (Comparison::Different, Literal::Number(0)) => Ok(Condition::Empty(property, false)),
                _ => Err(unsupported(property)),
            };
        }
        let mut wanted = match comparison {
            Comparison::Equal => Operators::EQUAL,
            Comparison::Different => {
                self.advanced.get_or_insert("Operator 'ne'");
                Operators::DIFFERENT
            }
            _ => Operators::ORDER,
        };
        if literal == Literal::Null {
            // Some properties are compared with nothing but null.
            wanted = if comparison == Comparison::Equal { Operators::NULL } else { wanted.and(Operators::NULL) };
        }
        let property = self.property::<R>(name, wanted)?;
        if property.kind == Kind::Texts {
            return Err(incompatible(property.kind, &literal));
        }
        Ok(Condition::Compare(property, comparison, typed(property, literal)?))
    }

    fn elements<R: Resource>(
        &mut self,
        property: &'static Property<R>,
        variable: &str,
        body: Expression,
    ) -> Result<Elements, Failure> {
        let is_element = |name: &str| {
            if name == variable { Ok(()) } else { Err(Failure::no_property(name, R::TYPE)) }
        };
        let allowed =
            |operator: Operators| if property.operators.has(operator) { Ok(()) } else { Err(unsupported(property)) };
        let each = |binder: &mut Self, all: Vec<Expression>| {
            all.into_iter().map(|inner| binder.elements(property, variable, inner)).collect::<Result<Vec<_>, _>>()
        };
        Ok(match body {
            Expression::And(all) => Elements::And(each(self, all)?),
            Expression::Or(all) => Elements::Or(each(self, all)?),
            Expression::Compare(name, Comparison::Equal, Literal::Text(text)) => {
                is_element(&name)?;
                allowed(Operators::EQUAL)?;
                Elements::Same(text.to_lowercase())
            }
            Expression::Starts(name, text) => {
                is_element(&name)?;
                allowed(Operators::STARTS)?;
                Elements::Starts(text.to_lowercase())
            }
            Expression::Ends(name, text) => {
                is_element(&name)?;
                allowed(Operators::ENDS)?;
                self.advanced.get_or_insert("Operator 'endsWith'");
                Elements::Ends(text.to_lowercase())
            }
            _ => return Err(unsupported(property)),
        })
    }
}

fn unsupported<R: Resource>(property: &Property<R>) -> Failure {
    let resource = R::TYPE.rsplit('.').next().unwrap_or(R::TYPE);
    Failure::unsupported_query(format!(
        "Unsupported or invalid query filter clause specified for property '{}' of resource '{resource}'.",
        property.name
    ))
}

fn incompatible(kind: Kind, literal: &Literal) -> Failure {
    let found = match literal {
        Literal::Null => "null",
        Literal::Flag(_) => Kind::Flag.name(),
        Literal::Text(_) => Kind::Text.name(),
        Literal::Time(_) => Kind::Time.name(),
        Literal::Number(_) => "Edm.Int64",
    };
    Failure::bad(format!(
        "Invalid filter clause: A binary operator with incompatible types was detected. \
         Found operand types '{}' and '{found}'.",
        kind.name()
    ))
}

/// The literal, if the property can be compared with it; texts in lower case.
fn typed<R: Resource>(property: &Property<R>, literal: Literal) -> Result<Literal, Failure> {
    match (property.kind, literal) {
        (Kind::Text, Literal::Text(text)) => Ok(Literal::Text(text.to_lowercase())),
        (Kind::Flag, literal @ Literal::Flag(_)) | (Kind::Time, literal @ Literal::Time(_)) => Ok(literal),
        (_, Literal::Null) => Ok(Literal::Null),
        (kind, literal) => Err(incompatible(kind, &literal)),
    }
}

impl<R: Resource> Condition<R> {
    fn holds(&self, object: &R::Object, at: Moment) -> bool {
        match self {
            Self::And(all) => all.iter().all(|condition| condition.holds(object, at)),
            Self::Or(all) => all.iter().any(|condition| condition.holds(object, at)),
            Self::Not(inner) => !inner.holds(object, at),
            Self::Compare(property, comparison, literal) => compared((property.read)(object, at), *comparison, literal),
            Self::In(property, literals) => {
                literals.iter().any(|literal| compared((property.read)(object, at), Comparison::Equal, literal))
            }
            Self::Starts(property, text) => text_of(&(property.read)(object, at), |value| begins(value, text)),
            Self::Ends(property, text) => {
                text_of(&(property.read)(object, at), |value| value.to_lowercase().ends_with(text.as_str()))
            }
            Self::Any(property, elements) => match (property.read)(object, at) {
                Field::Texts(texts) => texts.iter().any(|element| elements.holds(element)),
                _ => false,
            },
            Self::Empty(property, empty) => match (property.read)(object, at) {
                Field::Texts(texts) => texts.is_empty() == *empty,
                _ => *empty,
            },
        }
    }
}

impl Elements {
    fn holds(&self, element: &str) -> bool {
        match self {
            Self::And(all) => all.iter().all(|inner| inner.holds(element)),
            Self::Or(all) => all.iter().any(|inner| inner.holds(element)),
            Self::Same(text) => same(element, text),
            Self::Starts(text) => begins(element, text),
            Self::Ends(text) => element.to_lowercase().ends_with(text.as_str()),
        }
    }
}

fn text_of(field: &Field<'_>, holds: impl FnOnce(&str) -> bool) -> bool {
    match field {
        Field::Text(text) => holds(text),
        Field::Owned(text) => holds(text),
        Field::Id(id) => holds(id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer())),
        _ => false,
    }
}

fn compared(field: Field<'_>, comparison: Comparison, literal: &Literal) -> bool {
    let ordering = match (field, literal) {
        (Field::Null, Literal::Null) => Some(Ordering::Equal),
        (Field::Flag(flag), Literal::Flag(wanted)) => Some(flag.cmp(wanted)),
        (Field::Time(time), Literal::Time(wanted)) => Some(time.cmp(wanted)),
        (field, Literal::Text(wanted)) => {
            let mut ordering = None;
            text_of(&field, |value| {
                ordering = Some(fold(value).cmp(wanted.chars()));
                true
            });
            ordering
        }
        // Null against a value, or a value against null.
        _ => None,
    };
    match comparison {
        Comparison::Equal => ordering == Some(Ordering::Equal),
        Comparison::Different => ordering != Some(Ordering::Equal),
        Comparison::Less => ordering == Some(Ordering::Less),
        Comparison::LessOrEqual => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
        Comparison::Greater => ordering == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
    }
}

#[cfg(test)]
mod tests;
