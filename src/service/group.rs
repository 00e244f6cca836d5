//! Groups: by id or display name, and the people in them.
//!
//! learn.microsoft.com/graph/api/resources/group

use futures_util::{Stream, TryStreamExt};
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    graph::{Call, Graph},
    user::{self, Person},
};
use crate::{
    error::{Code, Error, Result},
    say,
};

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub(crate) id: String,
}

/// A member of a group: a person, or anything else that can be in one.
#[derive(Debug, Clone, Deserialize)]
struct Member {
    #[serde(rename = "@odata.type", default)]
    odata_type: Option<String>,
    #[serde(flatten)]
    person: Person,
}

impl Member {
    fn into_person(self) -> Option<Person> {
        (self.odata_type.as_deref() == Some("#microsoft.graph.user")).then_some(self.person)
    }
}

fn by_id(id: Uuid) -> Call {
    Call::new(Method::GET, format!("groups/{id}?$select=id"))
}

fn by_display_name(name: &str) -> Call {
    let filter = format!("displayName eq '{}'", name.replace('\'', "''"));
    let filter = utf8_percent_encode(&filter, NON_ALPHANUMERIC);
    Call::new(Method::GET, format!("groups?$select=id&$filter={filter}"))
}

fn members(group: &Group, select: &str) -> Call {
    Call::new(Method::GET, format!("groups/{}/transitiveMembers?{select}&$top=999", group.id))
}

impl Graph {
    /// The one group that `key` names.
    pub(crate) async fn group(&self, key: &str) -> Result<Group> {
        if let Ok(id) = Uuid::try_parse(key) {
            let reply = self.call(by_id(id)).await?;
            return if reply.status == 404 { Err(unknown(key)) } else { reply.success()?.json() };
        }
        let mut found: Vec<Group> = self.all(by_display_name(key)).await?;
        match (found.pop(), found.len()) {
            (Some(group), 0) => Ok(group),
            (None, _) => Err(unknown(key)),
            (Some(last), more) => {
                let ids: Vec<&str> = found.iter().map(|group| group.id.as_str()).chain([last.id.as_str()]).collect();
                Err(Error::new(
                    Code::Ambiguous,
                    say!(
                        "group_ambiguous",
                        "{count} groups have the display name '{group}'",
                        count = more + 1,
                        group = key
                    ),
                )
                .on(key)
                .advise(say!(
                    "name_group_by_id",
                    "name the group by its id: {ids}",
                    ids = ids.join(", ")
                )))
            }
        }
    }

    /// The people in a group, however deep, page by page. What the service leaves out of a person here is empty.
    pub(crate) fn members(&self, group: &Group) -> impl Stream<Item = Result<Vec<Person>>> + Send + use<'_> {
        let pages = self.pages(members(group, user::SELECT)).stream();
        pages.map_ok(|page: Vec<Member>| page.into_iter().filter_map(Member::into_person).collect())
    }

    /// Object ids of the people in a group, however deep.
    pub(crate) async fn people_in(&self, group: &Group) -> Result<Vec<String>> {
        let members: Vec<Member> = self.all(members(group, "$select=id")).await?;
        Ok(members.into_iter().filter_map(Member::into_person).map(|person| person.id).collect())
    }
}

fn unknown(key: &str) -> Error {
    Error::new(Code::NotFound, say!("group_unknown", "there is no group '{group}' in this tenant", group = key))
        .on(key)
        .advise(say!("name_group", "give the group's object id or its exact display name"))
}
