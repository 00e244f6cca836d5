//! Requests are made of parts (who, how, and what is the operation's own), each a type that knows its fields.
//!
//! serde can flatten parts, but then neither names the field that is wrong nor refuses the one that nobody knows. So the
//! document is split by the fields that each part lists, and every part is read strictly.

use serde::{
    Deserializer,
    de::{DeserializeOwned, Error as _, Visitor, value::Error as Plain},
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

use crate::{
    error::{Code, Error, Result},
    say,
};

/// A request that is being taken apart.
#[derive(Debug)]
pub(crate) struct Request {
    rest: Map<String, Value>,
}

impl Request {
    /// Reads the document, which must be one object.
    pub(crate) fn new(text: &str) -> Result<Self> {
        Ok(Self { rest: crate::session::parse(text, "request")? })
    }

    /// Takes the fields of a part. Absent ones are the part's business.
    pub(crate) fn part<T: DeserializeOwned>(&mut self) -> Result<T> {
        let mut own = Map::new();
        for field in fields_of::<T>() {
            // PowerShell sends what was not given as null.
            if let Some(value) = self.rest.remove(*field).filter(|value| !value.is_null()) {
                own.insert((*field).to_owned(), value);
            }
        }
        serde_path_to_error::deserialize(Value::Object(own)).map_err(|error| {
            let path = error.path().to_string();
            let sentence =
                say!("field_faulty", "{what}: {path}: {why}", what = "request", path = path, why = error.inner());
            let error = Error::new(Code::Argument, sentence);
            if path == "." { error } else { error.on(path) }
        })
    }

    /// Refuses what no part has taken.
    pub(crate) fn done(self) -> Result<()> {
        match self.rest.iter().find(|(_, value)| !value.is_null()) {
            None => Ok(()),
            Some((field, _)) => Err(Error::new(
                Code::Argument,
                say!("field_unknown", "request: there is no field '{field}'", field = field),
            )
            .on(field.as_str())),
        }
    }

    /// A request that has one part only.
    pub(crate) fn whole<T: DeserializeOwned>(text: &str) -> Result<T> {
        let mut request = Self::new(text)?;
        let part = request.part()?;
        request.done()?;
        Ok(part)
    }
}

/// The fields of a struct, by their names in JSON: serde's derive hands them to whoever deserialises.
fn fields_of<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Fields<'a>(&'a mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Fields<'_> {
        type Error = Plain;

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _name: &'static str,
            fields: &'static [&'static str],
            _visitor: V,
        ) -> Result<V::Value, Plain> {
            *self.0 = fields;
            Err(Plain::custom("only the fields were wanted"))
        }

        fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Plain> {
            Err(Plain::custom("not a struct"))
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    let mut fields: &'static [&'static str] = &[];
    // The error is the way out; the fields were noted on the way in.
    let _ = T::deserialize(Fields(&mut fields));
    fields
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    struct How {
        what_if: bool,
        maximum_users: Option<u32>,
    }

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    struct Own {
        keep_sessions: bool,
    }

    #[test]
    fn each_part_takes_its_fields() {
        let mut request = Request::new(r#"{"whatIf":true,"keepSessions":true,"maximumUsers":null}"#).unwrap();
        assert_eq!(request.part::<How>().unwrap(), How { what_if: true, maximum_users: None });
        assert_eq!(request.part::<Own>().unwrap(), Own { keep_sessions: true });
        request.done().unwrap();
    }

    #[test]
    fn what_is_wrong_is_named() {
        let mut request = Request::new(r#"{"whatIf":"yes","colour":1}"#).unwrap();
        let error = request.part::<How>().unwrap_err();
        assert_eq!((error.code(), error.facts().target.as_deref()), (Code::Argument, Some("whatIf")));
        assert_eq!(request.done().unwrap_err().facts().target.as_deref(), Some("colour"));
        assert_eq!(Request::new("[1]").unwrap_err().code(), Code::Argument);
    }
}
