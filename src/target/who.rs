//! The fields of a request that say who.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Deserializer, Serialize};

use super::name::Name;
use crate::{
    error::{Code, Error, Result},
    say,
};

/// Selectors and exclusions, as they stand in requests and plans.
///
/// `user`, `path` and `group` add up. `filter` and `all` each stand alone: beside another selector it could as well be
/// meant to narrow it, and reading that wrongly reaches people whom nobody named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Who {
    /// People by user principal name or object id. An empty list is a selector that fits nobody.
    #[serde(deserialize_with = "one_or_many", skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<Vec<String>>,
    /// A list of people: see [`list`](super::list).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<PathBuf>,
    /// Groups by object id or display name; everybody in them, however deep.
    #[serde(deserialize_with = "one_or_many", skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<Vec<String>>,
    /// An OData filter on users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<String>,
    /// Everybody in the tenant.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) all: bool,
    /// People, or `group:<id or display name>`, who are never touched.
    #[serde(deserialize_with = "one_or_many", skip_serializing_if = "Option::is_none")]
    pub(crate) except: Option<Vec<String>>,
    /// Do the sound lines of a list that has faulty ones.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) skip_faulty: bool,
}

/// A text is a list of one.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    struct OneOrMany;
    impl<'de> serde::de::Visitor<'de> for OneOrMany {
        type Value = Option<Vec<String>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or a list of texts")
        }

        fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<Self::Value, E> {
            Ok(Some(vec![one.to_owned()]))
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut many: A) -> Result<Self::Value, A::Error> {
            let mut texts = Vec::new();
            while let Some(text) = many.next_element()? {
                texts.push(text);
            }
            Ok(Some(texts))
        }
    }
    deserializer.deserialize_any(OneOrMany)
}

impl Who {
    /// Whether any selector is given.
    pub(crate) fn selects(&self) -> bool {
        self.all || self.filter.is_some() || self.names_people()
    }

    fn names_people(&self) -> bool {
        self.user.is_some() || self.path.is_some() || self.group.is_some()
    }

    /// Refuses what says nobody, or says it in two ways that contradict each other. Nothing is read or sent.
    pub(crate) fn check(&self) -> Result<()> {
        if !self.selects() {
            return Err(Error::new(Code::Argument, say!("no_selector", "nobody is selected")).advise(say!(
                "give_a_selector",
                "give one of user, path, group, filter or all; except only takes people away from those"
            )));
        }
        for (field, given) in [("all", self.all), ("filter", self.filter.is_some())] {
            if given && (self.names_people() || (self.all && self.filter.is_some())) {
                return Err(Error::new(
                    Code::Argument,
                    say!("selector_stands_alone", "{field} cannot stand beside another selector", field = field),
                )
                .on(field)
                .advise(say!(
                    "choose_a_selector",
                    "give all or filter alone; user, path and group can be given together and add up"
                )));
            }
        }
        if self.filter.as_ref().is_some_and(|filter| filter.trim().is_empty()) {
            return Err(blank("filter"));
        }
        if self.path.as_ref().is_some_and(|path| path.as_os_str().is_empty()) {
            return Err(blank("path"));
        }
        for (field, names) in [("user", &self.user), ("group", &self.group), ("except", &self.except)] {
            for (index, name) in names.iter().flatten().enumerate() {
                if name.trim().is_empty() || (field == "except" && Exclusion::new(name).is_blank()) {
                    return Err(blank(&format!("{field}[{index}]")));
                }
            }
        }
        Ok(())
    }

    /// People who are named one by one, where there are no others.
    pub(crate) fn named_singly(&self) -> Option<usize> {
        let alone = !self.all && self.filter.is_none() && self.group.is_none() && self.path.is_none();
        self.user.as_ref().filter(|_| alone).map(Vec::len)
    }

    /// People who are named, in the request and by `listed` lines; nothing where the directory has to say how many.
    pub(super) fn named(&self, listed: usize) -> Option<u64> {
        let countable = !self.all && self.filter.is_none() && self.group.is_none();
        countable.then(|| u64::try_from(self.users().count() + listed).unwrap_or(u64::MAX))
    }

    /// The people named one by one.
    pub(super) fn users(&self) -> impl Iterator<Item = Name> {
        self.user.iter().flatten().map(|name| Name::new(name))
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = &str> {
        self.group.iter().flatten().map(|name| name.trim())
    }

    pub(super) fn exclusions(&self) -> impl Iterator<Item = Exclusion> {
        self.except.iter().flatten().map(|name| Exclusion::new(name))
    }
}

/// Somebody who is never touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exclusion {
    Person(Name),
    /// By object id or display name.
    Group(String),
}

impl Exclusion {
    pub(super) fn new(text: &str) -> Self {
        match text.split_once(':') {
            // No user principal name has a colon, so this can be nothing else.
            Some((kind, group)) if kind.trim().eq_ignore_ascii_case("group") => Self::Group(group.trim().to_owned()),
            _ => Self::Person(Name::new(text)),
        }
    }

    fn is_blank(&self) -> bool {
        match self {
            Self::Person(name) => name.text.is_empty(),
            Self::Group(name) => name.is_empty(),
        }
    }
}

impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(name) => f.write_str(&name.text),
            Self::Group(name) => write!(f, "group:{name}"),
        }
    }
}

fn blank(field: &str) -> Error {
    Error::new(Code::Argument, say!("field_blank", "{field} is empty", field = field)).on(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(text: &str) -> Result<Who> {
        let who: Who = crate::operation::request::Request::read(text)?.take()?;
        who.check()?;
        Ok(who)
    }

    #[test]
    fn one_name_or_many_are_accepted() {
        assert_eq!(who(r#"{"user":"a@x"}"#).unwrap().user, Some(vec!["a@x".into()]));
        assert_eq!(who(r#"{"user":["a@x","b@x"],"group":"g"}"#).unwrap().group, Some(vec!["g".into()]));
        assert_eq!(who(r#"{"user":null,"all":true}"#).unwrap().user, None);
    }

    #[test]
    fn an_empty_list_is_a_selector_and_no_selector_is_a_fault() {
        assert!(who(r#"{"user":[]}"#).is_ok());
        for nobody in ["{}", r#"{"except":["a@x"]}"#, r#"{"all":false}"#, r#"{"skipFaulty":true}"#] {
            let error = who(nobody).unwrap_err();
            assert_eq!(error.code(), Code::Argument, "{nobody}");
            assert!(error.facts().advice.as_ref().unwrap().contains("filter or all"), "{nobody}");
        }
    }

    #[test]
    fn selectors_that_contradict_each_other_are_refused() {
        for (text, field) in [
            (r#"{"all":true,"user":["a@x"]}"#, "all"),
            (r#"{"all":true,"filter":"accountEnabled eq true"}"#, "all"),
            (r#"{"filter":"accountEnabled eq true","group":"g"}"#, "filter"),
            (r#"{"all":true,"user":[]}"#, "all"),
        ] {
            let error = who(text).unwrap_err();
            assert_eq!((error.code(), error.facts().target.as_deref()), (Code::Argument, Some(field)), "{text}");
        }
    }

    #[test]
    fn an_empty_name_is_refused_with_its_place() {
        for (text, field) in [
            (r#"{"user":["a@x"," "]}"#, "user[1]"),
            (r#"{"group":""}"#, "group[0]"),
            (r#"{"filter":" "}"#, "filter"),
            (r#"{"path":""}"#, "path"),
            (r#"{"all":true,"except":["b@x","group: "]}"#, "except[1]"),
        ] {
            assert_eq!(who(text).unwrap_err().facts().target.as_deref(), Some(field), "{text}");
        }
    }

    #[test]
    fn a_wrong_type_is_refused_with_its_place() {
        let error = who(r#"{"user":["a@x",7]}"#).unwrap_err();
        assert_eq!(error.facts().target.as_deref(), Some("user[1]"));
        assert_eq!(who(r#"{"user":{"name":"a@x"}}"#).unwrap_err().facts().target.as_deref(), Some("user"));
    }

    #[test]
    fn exclusions_are_people_or_groups() {
        assert_eq!(Exclusion::new(" a@x "), Exclusion::Person(Name::new("a@x")));
        assert_eq!(Exclusion::new("Group: All staff"), Exclusion::Group("All staff".into()));
        assert_eq!(Exclusion::new("group:a:b"), Exclusion::Group("a:b".into()));
    }
}
