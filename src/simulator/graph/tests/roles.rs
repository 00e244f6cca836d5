use std::collections::BTreeSet;

use serde_json::Value;

use crate::simulator::{graph::bench::Bench, role};

const READ: &[&str] = &["RoleManagement.Read.Directory"];

#[test]
fn only_activated_roles_are_listed_and_all_templates() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let roles = bench.get(&app, "/directoryRoles").json();
    let templates = |value: &Value, name: &str| -> BTreeSet<String> {
        value["value"].as_array().unwrap().iter().map(|one| one[name].as_str().unwrap().to_owned()).collect()
    };
    let activated = templates(&roles, "roleTemplateId");
    assert!(activated.contains(&role::GLOBAL_ADMINISTRATOR.to_string()));
    assert!(!activated.contains(&role::GUEST_INVITER.to_string()));
    assert!(roles["value"].as_array().unwrap().iter().all(|role| role["id"] != role["roleTemplateId"]));
    assert_eq!(templates(&bench.get(&app, "/directoryRoleTemplates").json(), "id").len(), role::BUILT_IN.len());
    let filtered = format!("/directoryRoles?$filter=roleTemplateId%20eq%20'{}'", role::USER_ADMINISTRATOR);
    assert_eq!(bench.get(&app, &filtered).json()["value"].as_array().unwrap().len(), 1);
}

#[test]
fn members_of_a_role_by_every_form_of_its_key() {
    let bench = Bench::new();
    let app = bench.app(&["RoleManagement.Read.Directory", "User.Read.All"]);
    let template = role::GLOBAL_ADMINISTRATOR;
    let listed = bench.get(&app, "/directoryRoles").json();
    let of = |template: &str| {
        listed["value"].as_array().unwrap().iter().find(|role| role["roleTemplateId"] == template).unwrap().clone()
    };
    let id = of(&template.to_string())["id"].as_str().unwrap().to_owned();
    let admin = bench.person(&bench.description.samples.global_admin).id.to_string();
    for key in [
        format!("/{id}"),
        format!("/roleTemplateId={template}"),
        format!("(roleTemplateId='{template}')"),
        format!("('{id}')"),
    ] {
        let members = bench.get(&app, &format!("/directoryRoles{key}/members?$select=id,userPrincipalName"));
        assert_eq!(members.status(), 200, "{key}: {}", members.text());
        assert!(
            members.json()["value"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one["id"] == admin && one["@odata.type"] == "#microsoft.graph.user")
        );
        assert_eq!(bench.get(&app, &format!("/directoryRoles{key}")).json()["displayName"], "Global Administrator");
    }
    assert_eq!(
        bench.get(&app, &format!("/directoryRoles/roleTemplateId={}/members", role::GUEST_INVITER)).refusal().0,
        404
    );
    let expanded = bench.get(&app, &format!("/directoryRoles/{id}?$expand=members")).json();
    assert!(expanded["members"].as_array().unwrap().iter().any(|one| one["id"] == admin));
    assert_eq!(bench.get(&app, "/directoryRoles?$expand=nothing").refusal().0, 400);
}

#[test]
fn assignments_are_filtered_and_say_who_holds_them() {
    let bench = Bench::new();
    let app = bench.app(&["RoleManagement.Read.Directory", "Directory.Read.All"]);
    let all = bench.all(&app, "/roleManagement/directory/roleAssignments?$expand=principal", false).0;
    assert_eq!(all.len(), bench.world.tenant().role_assignments.len());
    let kinds: BTreeSet<&str> = all.iter().map(|one| one["principal"]["@odata.type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        BTreeSet::from(["#microsoft.graph.group", "#microsoft.graph.servicePrincipal", "#microsoft.graph.user"])
    );
    assert!(all.iter().any(|one| one["directoryScopeId"].as_str().unwrap().starts_with("/administrativeUnits/")));
    let admin = bench.person(&bench.description.samples.user_admin).id;
    let of_one = bench
        .get(&app, &format!("/roleManagement/directory/roleAssignments?$filter=principalId%20eq%20'{admin}'"))
        .json();
    let one = &of_one["value"][0];
    assert_eq!(of_one["value"].as_array().unwrap().len(), 1);
    assert_eq!(one["roleDefinitionId"], role::USER_ADMINISTRATOR.to_string());
    assert_eq!(one["directoryScopeId"], "/");
    assert!(one.get("principal").is_none());
    let by_role = format!(
        "/roleManagement/directory/roleAssignments?$filter=roleDefinitionId%20eq%20'{}'&$expand=principal($select=id),roleDefinition",
        role::GLOBAL_ADMINISTRATOR
    );
    let by_role = bench.get(&app, &by_role).json();
    assert!(!by_role["value"].as_array().unwrap().is_empty());
    assert_eq!(by_role["value"][0]["roleDefinition"]["displayName"], "Global Administrator");
    assert_eq!(by_role["value"][0]["principal"].as_object().unwrap().len(), 2);
    let (pages, count) = bench.all(&app, "/roleManagement/directory/roleAssignments?$top=3", false);
    assert!(pages.len() == all.len() && count > 1);
    let id = all[0]["id"].as_str().unwrap();
    assert_eq!(bench.get(&app, &format!("/roleManagement/directory/roleAssignments/{id}")).json()["id"], id);
    for wrong in ["$filter=condition%20eq%20'x'", "$expand=nothing", "$filter=principalId%20ne%20'x'"] {
        assert_eq!(
            bench.get(&app, &format!("/roleManagement/directory/roleAssignments?{wrong}")).refusal().0,
            400,
            "{wrong}"
        );
    }
}

#[test]
fn eligible_roles_are_listed_apart() {
    let bench = Bench::new();
    let app = bench.app(&["RoleManagement.Read.Directory", "User.Read.All"]);
    let eligible = bench.person(&bench.description.samples.eligible_admin).id.to_string();
    for set in ["roleEligibilitySchedules", "roleEligibilityScheduleInstances"] {
        let all = bench.get(&app, &format!("/roleManagement/directory/{set}?$expand=principal")).json();
        let one = all["value"].as_array().unwrap().iter().find(|one| one["principalId"] == eligible).unwrap();
        assert_eq!(one["roleDefinitionId"], role::GLOBAL_ADMINISTRATOR.to_string());
        assert_eq!(one["principal"]["id"], eligible);
    }
    let active = bench.all(&app, "/roleManagement/directory/roleAssignments", false).0;
    assert!(active.iter().all(|one| one["principalId"] != eligible));
}

#[test]
fn definitions_are_the_services_and_the_tenants_own() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let all = bench.all(&app, "/roleManagement/directory/roleDefinitions", false).0;
    assert!(all.iter().any(|one| one["isBuiltIn"] == false && one["displayName"] == "Regional Sign-in Support"));
    assert!(all.iter().filter(|one| one["isBuiltIn"] == true).all(|one| one["id"] == one["templateId"]));
    let one =
        bench.get(&app, &format!("/roleManagement/directory/roleDefinitions/{}", role::HELPDESK_ADMINISTRATOR)).json();
    assert_eq!(one["displayName"], "Helpdesk Administrator");
    let custom = bench.get(&app, "/roleManagement/directory/roleDefinitions?$filter=isBuiltIn%20eq%20false").json();
    assert_eq!(custom["value"].as_array().unwrap().len(), bench.world.tenant().custom_roles.len());
}

#[test]
fn apps_and_what_they_hold() {
    let bench = Bench::new();
    let app = bench.app(&["Application.Read.All"]);
    let client = &bench.description.client_id;
    let found = bench.get(&app, &format!("/servicePrincipals?$filter=appId%20eq%20'{client}'")).json();
    let id = found["value"][0]["id"].as_str().unwrap();
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
    for key in [format!("/{id}"), format!("(appId='{client}')"), format!("/appId={client}")] {
        assert_eq!(bench.get(&app, &format!("/servicePrincipals{key}?$select=id")).json()["id"], id, "{key}");
    }
    let grants = bench.get(&app, &format!("/servicePrincipals/{id}/appRoleAssignments")).json();
    let graph = bench.get(&app, "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')").json();
    let named: BTreeSet<&str> = grants["value"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|grant| grant["resourceId"] == graph["id"])
        .map(|grant| {
            graph["appRoles"].as_array().unwrap().iter().find(|role| role["id"] == grant["appRoleId"]).unwrap()["value"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert!(named.contains("User.RevokeSessions.All"));
    let text = bench.get(&app, "/servicePrincipals?$top=999").text().to_owned();
    assert!(!text.contains(&bench.description.client_secret), "secrets are not shown");
    assert_eq!(bench.get(&app, "/servicePrincipals/nobody").refusal().0, 404);
}

#[test]
fn the_organisation_is_a_collection_of_one() {
    let bench = Bench::new();
    let app = bench.app(&["User.Read.All"]);
    let reply = bench.get(&app, "/organization?$select=id,displayName,verifiedDomains,onPremisesSyncEnabled").json();
    let one = &reply["value"][0];
    assert_eq!(reply["value"].as_array().unwrap().len(), 1);
    assert_eq!(one["id"], bench.description.tenant_id);
    assert_eq!(one["onPremisesSyncEnabled"], true);
    let domains = one["verifiedDomains"].as_array().unwrap();
    assert!(
        domains.iter().any(|domain| domain["name"] == bench.description.tenant_domain && domain["isDefault"] == true)
    );
    assert_eq!(
        bench.get(&app, &format!("/organization/{}", bench.description.tenant_id)).json()["id"],
        bench.description.tenant_id
    );
    assert_eq!(bench.get(&app, "/organization/other").refusal().0, 404);
    let person = bench.delegated(&bench.description.samples.user, &["User.Read"]);
    assert_eq!(bench.get(&person, "/organization").status(), 200);
}
