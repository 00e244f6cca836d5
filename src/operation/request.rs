//! A request, taken apart into the groups of fields that operations share (who, how) and what is an operation's own.
//!
//! `#[serde(flatten)]` would do the same, but then an unknown field goes unnoticed and a fault loses its path; a
//! misspelt `exept` that goes unnoticed is a person who should have been spared.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, MapAccess, Visitor, value::MapDeserializer},
    forward_to_deserialize_any,
};
use serde_json::value::RawValue;

use crate::{
    error::{Code, Error, Result},
    say,
    session::{field_fault, parse},
};

/// Fields of a request that nobody has taken yet. Values stay where they are in the request's text, secrets too.
pub(crate) struct Request<'a>(BTreeMap<String, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Request<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields).map(Self)
    }
}

impl<'a> Request<'a> {
    /// The fields of a JSON object, each at most once.
    pub(crate) fn read(text: &'a str) -> Result<Self> {
        parse(text, WHAT)
    }

    /// Takes the fields that `T` knows.
    pub(crate) fn take<T: DeserializeOwned>(&mut self) -> Result<T> {
        let known = field_names::<T>();
        let own = known.iter().filter_map(|name| self.0.remove_entry(*name)).collect();
        typed(own)
    }

    /// Takes what is left. `T` refuses unknown fields (`deny_unknown_fields`), and so does the request as a whole.
    pub(crate) fn rest<T: DeserializeOwned>(self) -> Result<T> {
        typed(self.0)
    }
}

/// One of some values by its word, in any case; nothing if none is given.
pub(crate) fn choice<T: Copy>(
    field: &str,
    given: Option<&str>,
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> Result<Option<T>> {
    let Some(given) = given else { return Ok(None) };
    let found = all.iter().copied().find(|value| word(*value).eq_ignore_ascii_case(given));
    let words = || all.iter().map(|value| word(*value)).collect::<Vec<_>>().join(", ");
    found.map(Some).ok_or_else(|| {
        Error::new(
            Code::Argument,
            say!(
                "not_one_of",
                "{field}: '{value}' is not one of {choices}",
                field = field,
                value = given,
                choices = words()
            ),
        )
        .on(field)
    })
}

const WHAT: &str = "request";

fn typed<T: DeserializeOwned>(fields: BTreeMap<String, &RawValue>) -> Result<T> {
    serde_path_to_error::deserialize(MapDeserializer::new(fields.into_iter()))
        .map_err(|error| field_fault(WHAT, &error))
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = BTreeMap<String, &'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            match fields.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(field) => {
                    return Err(A::Error::custom(format_args!("duplicate field `{}`", field.key())));
                }
            }
        }
        Ok(fields)
    }
}

/// The names by which a derived `Deserialize` knows its fields: it says them before it reads anything.
fn field_names<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Listener<'a>(&'a mut &'static [&'static str]);
    impl<'de> Deserializer<'de> for Listener<'_> {
        type Error = serde::de::value::Error;

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _name: &'static str,
            fields: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            self.deserialize_any(visitor)
        }

        fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
            Err(Self::Error::custom("only the names were asked for"))
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }
    let mut names: &'static [&'static str] = &[];
    T::deserialize(Listener(&mut names)).ok();
    names
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{Request, choice};
    use crate::error::{Code, Result};

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Shared {
        some_people: Vec<String>,
        loud: bool,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase", default, deny_unknown_fields)]
    struct Own {
        keep_sessions: bool,
    }

    fn read(text: &str) -> Result<(Shared, Own)> {
        let mut request = Request::read(text)?;
        Ok((request.take()?, request.rest()?))
    }

    #[test]
    fn each_group_takes_its_fields() {
        let (shared, own) = read(r#"{"keepSessions":true,"somePeople":["a"],"loud":true}"#).unwrap();
        assert_eq!(shared, Shared { some_people: vec!["a".into()], loud: true });
        assert_eq!(own, Own { keep_sessions: true });
        assert_eq!(read("{}").unwrap(), (Shared::default(), Own::default()));
    }

    #[test]
    fn a_fault_names_its_field() {
        for (text, field) in [
            (r#"{"somePeopel":[]}"#, "somePeopel"),
            (r#"{"somePeople":["a",1]}"#, "somePeople[1]"),
            (r#"{"keepSessions":"yes"}"#, "keepSessions"),
            (r#"{"loud":true,"loud":true}"#, "loud"),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error.code(), Code::Argument, "{text}");
            assert!(error.to_string().contains(field), "{text}: {error}");
        }
    }

    #[test]
    fn a_choice_is_made_in_any_case_and_its_refusal_names_the_others() {
        let choose = |given| choice("colour", given, &["Red", "Blue"], |word| word);
        assert_eq!(choose(None).unwrap(), None);
        assert_eq!(choose(Some("blue")).unwrap(), Some("Blue"));
        let error = choose(Some("green")).unwrap_err();
        assert_eq!((error.code(), error.facts().target.as_deref()), (Code::Argument, Some("colour")));
        assert!(error.to_string().contains("Red, Blue"), "{error}");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["[]", "null", "\"user\"", "{", "{} {}", ""] {
            assert_eq!(read(text).unwrap_err().code(), Code::Argument, "{text}");
        }
    }
}
