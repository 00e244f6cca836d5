use super::*;

#[tokio::test]
async fn what_is_in_nobodys_role_is_answered_with_bytes_that_are_nothing() {
    let bench = Bench::new().await;
    for cmdlet in ["Remove-Mailbox", "Get-Nonsense"] {
        let answer = bench.post("beta/{tenant}/InvokeCommand", &envelope(cmdlet, json!({}))).await;
        assert_eq!(answer.status(), 403, "{cmdlet}");
    }
    // A client that unpacks what is declared to be packed finds nothing in it; the bytes themselves are NUL.
    let raw = Client::builder().no_proxy().no_gzip().build().unwrap();
    let request = raw.post(bench.address("beta/{tenant}/InvokeCommand")).bearer_auth(&bench.token);
    let answer = request.json(&envelope("Get-Nonsense", json!({}))).send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let body = answer.bytes().await.unwrap();
    assert!(!body.is_empty() && body.iter().all(|byte| *byte == 0));
}

#[tokio::test]
async fn the_permission_opens_the_door_and_the_role_the_cmdlet() {
    let mut bench = Bench::new().await;
    let about = bench.about().clone();
    let user = about.samples.mailbox.clone();
    let get = json!({ "Identity": user });
    let set = json!({ "Identity": user, "PopEnabled": false });

    let weak = [("client_id", about.weak_client_id.as_str()), ("client_secret", &about.weak_client_secret)];
    bench.token = bench.sign_in(&[&weak[..], &[("grant_type", "client_credentials")]].concat()).await;
    assert_eq!(bench.run("Get-CASMailbox", get.clone()).await.0, 403, "an app without Exchange.ManageAsApp");

    for (who, reads, writes) in [
        (&about.samples.user, 403, 403),
        (&about.samples.user_admin, 403, 403),
        (&about.samples.helpdesk_admin, 200, 403),
        (&about.samples.global_admin, 200, 200),
    ] {
        bench.token = bench.sign_in_as(who).await;
        assert_eq!(bench.run("Get-CASMailbox", get.clone()).await.0, reads, "{who}");
        assert_eq!(bench.run("Set-CASMailbox", set.clone()).await.0, writes, "{who}");
    }

    // The permission without a role.
    bench.simulator.world().tenant_mut().role_assignments.clear();
    assert_eq!(bench.run("Get-CASMailbox", get).await.0, 403);
}

#[tokio::test]
async fn a_token_for_another_service_or_none_is_not_accepted() {
    let mut bench = Bench::new().await;
    let body = envelope("Get-OrganizationConfig", json!({}));
    let bare = bench.client.post(bench.address("beta/{tenant}/InvokeCommand")).json(&body).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    assert!(bare.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer "));
    bench.token = "nonsense".to_owned();
    assert_eq!(bench.post("beta/{tenant}/InvokeCommand", &body).await.status(), 401);
}

#[tokio::test]
async fn only_this_tenants_paths_are_known() {
    let bench = Bench::new().await;
    let body = envelope("Get-OrganizationConfig", json!({}));
    for path in [
        "beta/{tenant}/Invoke",
        "beta/InvokeCommand",
        "v3.0/{tenant}/InvokeCommand",
        "beta/{tenant}/InvokeCommand/x",
        "beta/00000000-0000-0000-0000-000000000001/InvokeCommand",
        "v2.0/{tenant}/CASMailbox",
    ] {
        assert_eq!(bench.post(path, &body).await.status(), 404, "{path}");
    }
    let same: Value = bench.post("BETA/{tenant}/invokecommand/", &body).await.json().await.unwrap();
    let context = same["@odata.context"].as_str().unwrap();
    assert!(
        context.ends_with(
            "/{tenant}/$metadata#Collection(Exchange.GenericHashTable)"
                .replace("{tenant}", &bench.about().tenant_id)
                .as_str()
        ),
        "{context}"
    );
    let get = bench.client.get(bench.address("beta/{tenant}/InvokeCommand")).bearer_auth(&bench.token);
    assert_eq!(get.send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn the_documented_interface_has_its_own_cmdlets_and_no_others() {
    let mut bench = Bench::new().await;
    let user = bench.about().samples.mailbox.clone();
    let at = |endpoint: &str| format!("v2.0/{{tenant}}/{endpoint}");
    for (endpoint, cmdlet, parameters, status) in [
        ("OrganizationConfig", "Get-OrganizationConfig", json!({}), 200),
        ("OrganizationConfig", "Get-OrganizationConfig", json!({ "Identity": "x" }), 400),
        ("OrganizationConfig", "Set-OrganizationConfig", json!({}), 400),
        ("OrganizationConfig", "Get-CASMailbox", json!({ "Identity": user }), 400),
        ("Mailbox", "Get-Mailbox", json!({ "Identity": user }), 200),
        ("Mailbox", "Set-CASMailbox", json!({ "Identity": user }), 400),
        ("AcceptedDomain", "Get-AcceptedDomain", json!({}), 200),
        ("DynamicDistributionGroupMember", "Get-DynamicDistributionGroupMember", json!({ "Identity": "x" }), 404),
        ("MailboxFolderPermission", "Get-MailboxFolderPermission", json!({ "Identity": user }), 403),
    ] {
        let answer = bench.post(&at(endpoint), &envelope(cmdlet, parameters)).await;
        assert_eq!(answer.status(), status, "{endpoint} {cmdlet}");
    }
    let answer = bench.post(&at("OrganizationConfig"), &envelope("Get-OrganizationConfig", json!({}))).await;
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["value"][0]["MailTipsAllTipsEnabled"], true);
    assert_eq!(body["value"][0].get("OAuth2ClientProfileEnabled"), None, "it is not among what is documented");
    bench.token = bench.sign_in_as(&bench.about().samples.user.clone()).await;
    let denied = bench.post(&at("Mailbox"), &envelope("Get-Mailbox", json!({ "Identity": user }))).await;
    assert_eq!(denied.status(), 403);
}
