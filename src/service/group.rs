//! Groups: by id or display name, and the people in them.
//!
//! learn.microsoft.com/graph/api/resources/group

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use uuid::Uuid;

use super::graph::{Call, Graph};
use crate::{
    error::{Code, Error, Result},
    say,
};

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) display_name: Option<String>,
}

/// Any directory object, told apart by its type.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct DirectoryObject {
    pub(crate) id: String,
    #[serde(rename = "@odata.type", default)]
    pub(crate) odata_type: Option<String>,
}

impl DirectoryObject {
    pub(crate) fn is_user(&self) -> bool {
        self.odata_type.as_deref() == Some("#microsoft.graph.user")
    }
}

/// The reads that find a group by id or display name.
pub(crate) fn find(key: &str) -> Call {
    if Uuid::try_parse(key).is_ok() {
        Call::new(Method::GET, format!("groups/{key}?$select=id,displayName"))
    } else {
        let filter = format!("displayName eq '{}'", key.replace('\'', "''"));
        let filter = utf8_percent_encode(&filter, NON_ALPHANUMERIC);
        Call::new(Method::GET, format!("groups?$select=id,displayName&$filter={filter}"))
    }
}

impl Graph {
    /// The one group that `key` names.
    pub(crate) async fn group(&self, key: &str) -> Result<Group> {
        if Uuid::try_parse(key).is_ok() {
            let reply = self.call(find(key)).await?;
            return if reply.status == 404 { Err(unknown(key)) } else { reply.success()?.json() };
        }
        let mut found: Vec<Group> = self.all(find(key)).await?;
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

    /// Object ids of the people in a group, however deep.
    pub(crate) async fn people_in(&self, group: &Group) -> Result<Vec<String>> {
        let call = Call::new(Method::GET, format!("groups/{}/transitiveMembers?$select=id&$top=999", group.id));
        let members: Vec<DirectoryObject> = self.all(call).await?;
        Ok(members.into_iter().filter(DirectoryObject::is_user).map(|member| member.id).collect())
    }
}

fn unknown(key: &str) -> Error {
    Error::new(Code::NotFound, say!("group_unknown", "there is no group '{group}' in this tenant", group = key))
        .on(key)
        .advise(say!("name_group", "give the group's object id or its exact display name"))
}
