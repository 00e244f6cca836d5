//! Groups of the kinds that trip tools up: nested three deep, in a circle, two of one name, empty, role-assignable.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{Place, cast::Part, people::DEPARTMENTS};
use crate::simulator::{
    role,
    tenant::{AdministrativeUnit, Group, RoleAssignment, Tenant},
};

/// A person as the groups see them.
#[derive(Debug)]
pub(super) struct Face {
    pub(super) id: Uuid,
    pub(super) parts: &'static [Part],
    pub(super) guest: bool,
    pub(super) country: Option<String>,
    pub(super) department: Option<String>,
}

impl Face {
    fn plays(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }
}

/// Countries that make up the region whose group nests three deep.
const NORDICS: &[&str] = &["Sweden", "Norway"];

/// Makes the groups and administrative units, and the roles that people hold through them.
pub(super) fn found(tenant: &mut Tenant, place: &Place, faces: &[Face]) {
    let mut founder = Founder { tenant, place };
    let all = |keep: &dyn Fn(&Face) -> bool| everybody(faces, keep);

    founder.unified("All Employees", all(&|face| !face.guest));
    founder.unified("Café d'Été", all(&|face| face.id.as_u128().is_multiple_of(9)));
    founder.security("Partners", "Guests of partner organisations", all(&|face| face.guest));
    founder.security("Leavers", "Empty until somebody leaves", BTreeSet::new());
    founder.security("Emergency Accounts", "Never to be locked out", all(&|face| face.plays(Part::SecondGlobalAdmin)));

    let departments: Vec<Uuid> = DEPARTMENTS
        .split(", ")
        .map(|name| founder.security(name, "Department", all(&|face| face.department.as_deref() == Some(name))))
        .collect();
    founder.security("All Departments", "Every department's group", departments.into_iter().collect());

    let countries: Vec<Uuid> = NORDICS
        .iter()
        .map(|name| founder.security(name, "Country", all(&|face| face.country.as_deref() == Some(name))))
        .collect();
    let nordics = founder.security("Nordics", "Countries of the region", countries.into_iter().collect());
    founder.security("Europe", "Regions of the continent", BTreeSet::from([nordics]));

    let circle = founder.security("Project Ouroboros", "In a circle", all(&|face| face.id.as_u128().is_multiple_of(7)));
    let core = founder.security("Project Ouroboros Core", "In a circle", all(&|face| face.plays(Part::User)));
    founder.join(circle, core);
    founder.join(core, circle);

    // The same name twice: a tool that takes the first one it finds acts on the wrong people.
    founder.security("Project Borealis", "The first", all(&|face| face.id.as_u128().is_multiple_of(11)));
    founder.security("Project Borealis", "The second", all(&|face| face.id.as_u128().is_multiple_of(13)));

    let operators = founder.security("Identity Operators", "Holds a role", all(&|face| face.plays(Part::Operator)));
    founder.make_role_assignable(operators, all(&|face| face.plays(Part::OperatorsOwner)));
    founder.units(faces);
}

fn everybody(faces: &[Face], keep: &dyn Fn(&Face) -> bool) -> BTreeSet<Uuid> {
    faces.iter().filter(|face| keep(face)).map(|face| face.id).collect()
}

/// Makes groups.
struct Founder<'a> {
    tenant: &'a mut Tenant,
    place: &'a Place,
}

impl Founder<'_> {
    fn security(&mut self, name: &str, description: &str, members: BTreeSet<Uuid>) -> Uuid {
        self.group(name, description, false, members)
    }

    fn unified(&mut self, name: &str, members: BTreeSet<Uuid>) -> Uuid {
        self.group(name, "Microsoft 365 group", true, members)
    }

    fn group(&mut self, name: &str, description: &str, unified: bool, members: BTreeSet<Uuid>) -> Uuid {
        let id = Uuid::new_v5(&self.place.tenant_id, format!("group {name} {description}").as_bytes());
        let nickname: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let owners = members.iter().next().copied().filter(|_| unified).into_iter().collect();
        self.tenant.groups.insert(
            id,
            Group {
                id,
                display_name: name.to_owned(),
                description: Some(description.to_owned()),
                mail_nickname: nickname,
                mail_enabled: unified,
                security_enabled: !unified,
                group_types: if unified { vec!["Unified".to_owned()] } else { Vec::new() },
                is_assignable_to_role: None,
                members,
                owners,
            },
        );
        id
    }

    fn join(&mut self, group: Uuid, member: Uuid) {
        if let Some(group) = self.tenant.groups.get_mut(&group) {
            group.members.insert(member);
        }
    }

    fn make_role_assignable(&mut self, id: Uuid, owners: BTreeSet<Uuid>) {
        if let Some(group) = self.tenant.groups.get_mut(&id) {
            group.is_assignable_to_role = Some(true);
            group.owners = owners;
        }
        self.tenant.role_assignments.push(RoleAssignment {
            id: Uuid::new_v5(&id, b"role").simple().to_string(),
            principal_id: id,
            role_definition_id: role::AUTHENTICATION_ADMINISTRATOR,
            directory_scope_id: "/".to_owned(),
        });
    }

    fn units(&mut self, faces: &[Face]) {
        let mut units = BTreeMap::new();
        let mut unit = |name: &str, restricted: bool, members: BTreeSet<Uuid>| {
            let id = Uuid::new_v5(&self.place.tenant_id, format!("unit {name}").as_bytes());
            units.insert(id, AdministrativeUnit { id, display_name: name.to_owned(), restricted, members });
            id
        };
        let north = |face: &Face| face.country.as_deref().is_some_and(|country| NORDICS.contains(&country));
        let nordics = unit("Nordics", false, everybody(faces, &north));
        unit("Executives", true, everybody(faces, &|face| face.plays(Part::Executive)));
        self.tenant.administrative_units = units;
        for face in faces.iter().filter(|face| face.plays(Part::ScopedAdmin)) {
            self.tenant.role_assignments.push(RoleAssignment {
                id: Uuid::new_v5(&face.id, nordics.as_bytes()).simple().to_string(),
                principal_id: face.id,
                role_definition_id: role::USER_ADMINISTRATOR,
                directory_scope_id: format!("/administrativeUnits/{nordics}"),
            });
        }
    }
}
