//! `$expand` on people: what they are in, with each of them. Nothing else that hangs on a person is known here.
//!
//! learn.microsoft.com/graph/query-parameters (`expand`): one relationship at a time, of which 20 objects are shown.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::member::{Depth, objects};
use crate::simulator::{
    graph::{
        call::Call,
        directory_object::Objects,
        failure::Failure,
        options::Options,
        permission::{READ_MEMBERSHIP, READ_TRANSITIVE_MEMBERSHIP, sight},
        property::Moment,
    },
    tenant::{Tenant, User as Person},
};

/// Objects of a relationship that are shown with a person.
const MOST: usize = 20;

/// The relationship that is shown with a person.
pub(super) struct Expanded {
    name: &'static str,
    depth: Depth,
    shown: Objects,
}

impl Expanded {
    /// What `$expand` asks for, which the token must show: of one person, or of everybody.
    pub(super) fn read(call: &Call<'_>, options: &Options, person: Option<Uuid>) -> Result<Option<Self>, Failure> {
        let Some(clause) = options.expand.as_deref().map(str::trim) else { return Ok(None) };
        let (name, select) = match clause.split_once('(') {
            None => (clause, None),
            Some((name, inner)) => {
                let select = inner.strip_suffix(')').and_then(|inner| inner.trim().strip_prefix("$select="));
                let select = select.filter(|select| !select.is_empty() && !select.contains(['(', ')', ';']));
                (name, Some(select.ok_or_else(|| Failure::bad(format!("Parsing OData Expand failed at '{clause}'.")))?))
            }
        };
        let (name, depth, permissions) = if name.eq_ignore_ascii_case("memberOf") {
            ("memberOf", Depth::Direct, &READ_MEMBERSHIP)
        } else if name.eq_ignore_ascii_case("transitiveMemberOf") {
            ("transitiveMemberOf", Depth::Transitive, &READ_TRANSITIVE_MEMBERSHIP)
        } else {
            return Err(Failure::bad(format!("Parsing OData Expand failed: '{clause}' cannot be expanded.")));
        };
        match person {
            Some(person) => call.require_on(permissions, person)?,
            None => call.require(permissions)?,
        }
        Ok(Some(Self { name, depth, shown: Objects::new(select, sight(call.caller, None))? }))
    }

    /// Adds the relationship to a person who is shown.
    pub(super) fn add(&self, tenant: &Tenant, person: &Person, at: Moment, object: &mut Map<String, Value>) {
        let within = objects(tenant, person.id, self.depth).into_iter().take(MOST);
        object.insert(self.name.to_owned(), within.map(|id| self.shown.object(tenant, id, at)).collect());
    }
}
