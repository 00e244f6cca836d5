use super::*;

#[tokio::test]
async fn a_mailbox_is_found_by_all_its_names_and_by_no_other() {
    let bench = Bench::new().await;
    let user = bench.about().samples.mailbox.clone();
    let by_name = bench.one("Get-CASMailbox", json!({ "Identity": user })).await;
    let id = by_name["ExternalDirectoryObjectId"].as_str().unwrap();
    let alias = user.split('@').next().unwrap();
    for identity in [
        id,
        by_name["PrimarySmtpAddress"].as_str().unwrap(),
        alias,
        &user.to_uppercase(),
        by_name["Guid"].as_str().unwrap(),
    ] {
        assert_eq!(bench.one("get-casmailbox", json!({ "identity": identity })).await, by_name, "{identity}");
    }
    for (name, value) in by_name.as_object().unwrap() {
        if name.ends_with("Enabled") {
            assert_eq!(value, true, "{name}");
        }
    }
    assert_eq!(by_name["SmtpClientAuthenticationDisabled"], Value::Null);
    assert_eq!(by_name["Guid@odata.type"], "#Guid", "annotations stand beside the values");

    for nobody in [&bench.about().samples.no_mailbox, &bench.about().samples.guest, "nobody@nowhere.example"] {
        let (status, why) = bench.refusal("Get-CASMailbox", json!({ "Identity": nobody })).await;
        assert_eq!(status, 404, "{nobody}");
        assert!(why.starts_with('|') && why.contains("couldn't be found"), "{why}");
        assert_eq!(bench.refusal("Set-CASMailbox", json!({ "Identity": nobody, "PopEnabled": false })).await.0, 404);
    }
}

#[tokio::test]
async fn every_switch_is_written_and_the_others_stay() {
    let bench = Bench::new().await;
    let user = bench.about().samples.mailbox.clone();
    let get = || bench.one("Get-CASMailbox", json!({ "Identity": user }));
    for name in [
        "ActiveSyncEnabled",
        "OWAEnabled",
        "OWAforDevicesEnabled",
        "MAPIEnabled",
        "EwsEnabled",
        "PopEnabled",
        "ImapEnabled",
        "UniversalOutlookEnabled",
        "OutlookMobileEnabled",
        "OneWinNativeOutlookEnabled",
        "MacOutlookEnabled",
        "ECPEnabled",
    ] {
        let mut expected = get().await;
        expected[name] = false.into();
        let (status, body) =
            bench.run("Set-CASMailbox", json!({ "Identity": user, name: false, "Confirm": false })).await;
        assert_eq!((status, &body["value"], body.get("@adminapi.warnings")), (200, &json!([]), None), "{name}");
        assert_eq!(get().await, expected, "{name}");
    }
    for state in [json!(true), json!(false), Value::Null] {
        bench.run("Set-CASMailbox", json!({ "Identity": user, "SmtpClientAuthenticationDisabled": state })).await;
        assert_eq!(get().await["SmtpClientAuthenticationDisabled"], state);
    }
    let (_, body) = bench.run("Set-CASMailbox", json!({ "Identity": user, "PopEnabled": false })).await;
    assert!(body["@adminapi.warnings"][0].as_str().unwrap().contains("no settings of"), "{body}");
    bench.run("Set-CASMailbox", json!({ "Identity": user, "PopEnabled": true, "WhatIf": true })).await;
    assert_eq!(get().await["PopEnabled"], false, "a rehearsal writes nothing");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_name() {
    let bench = Bench::new().await;
    let user = bench.about().samples.mailbox.clone();
    for (parameters, part) in [
        (json!({ "Identity": user, "PopEnabeld": false }), "'PopEnabeld'"),
        (json!({ "Identity": user, "PopEnabled": "false" }), "'PopEnabled'"),
        (json!({ "Identity": user, "PopEnabled": null }), "'PopEnabled'"),
        (json!({ "Identity": user, "SmtpClientAuthenticationDisabled": "null" }), "'SmtpClientAuthenticationDisabled'"),
        (json!({ "PopEnabled": false }), "Identity"),
        (json!({ "Identity": "", "PopEnabled": false }), "'Identity'"),
        (json!({ "Identity": user, "popenabled": false, "PopEnabled": true }), "more than once"),
    ] {
        let (status, why) = bench.refusal("Set-CASMailbox", parameters.clone()).await;
        assert_eq!(status, 400, "{parameters}");
        assert!(why.contains(part), "{parameters}: {why}");
    }
    assert_eq!(bench.one("Get-CASMailbox", json!({ "Identity": user })).await["PopEnabled"], true);
    for body in [json!({}), json!({ "CmdletInput": {} }), json!([]), json!([["Get-OrganizationConfig"]])] {
        assert_eq!(bench.post("beta/{tenant}/InvokeCommand", &body).await.status(), 400);
    }
    let text = bench.client.post(bench.address("beta/{tenant}/InvokeCommand")).bearer_auth(&bench.token);
    assert_eq!(text.body("Get-CASMailbox").send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn many_come_in_pages_and_each_once() {
    let bench = Bench::new().await;
    let expected = bench.simulator.world().tenant().users.iter().filter(|user| user.mailbox.is_some()).count();
    let body = envelope("Get-CASMailbox", json!({ "ResultSize": "Unlimited" }));
    let mut address = bench.address("beta/{tenant}/InvokeCommand?$select=ExternalDirectoryObjectId,PopEnabled");
    let (mut seen, mut pages) = (std::collections::BTreeSet::new(), 0);
    loop {
        let request = bench.client.post(&address).bearer_auth(&bench.token).header("prefer", "odata.maxpagesize=10");
        let page: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
        for object in page["value"].as_array().unwrap() {
            let names: Vec<&String> = object.as_object().unwrap().keys().filter(|name| !name.contains('@')).collect();
            assert_eq!(names, ["ExternalDirectoryObjectId", "PopEnabled"]);
            assert!(seen.insert(object["ExternalDirectoryObjectId"].as_str().unwrap().to_owned()));
        }
        pages += 1;
        match page["@odata.nextLink"].as_str() {
            Some(next) => address = next.to_owned(),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages), (expected, expected.div_ceil(10)));

    let (_, five) = bench.run("Get-CASMailbox", json!({ "ResultSize": 5 })).await;
    assert_eq!((five["value"].as_array().unwrap().len(), five.get("@odata.nextLink")), (5, None));
    assert!(five["@adminapi.warnings"][0].as_str().unwrap().contains("ResultSize"));
    let user = bench.about().samples.mailbox.clone();
    bench.run("Set-CASMailbox", json!({ "Identity": user, "MAPIEnabled": false })).await;
    let closed =
        bench.one("Get-CASMailbox", json!({ "Filter": "MAPIEnabled -eq $false -and PopEnabled -eq $true" })).await;
    assert_eq!(closed["PrimarySmtpAddress"], user);
    assert_eq!(bench.refusal("Get-CASMailbox", json!({ "Filter": "Nonsense -gt 3" })).await.0, 400);
    assert_eq!(bench.one("Get-Mailbox", json!({ "Identity": user })).await["UserPrincipalName"], user);
}

#[tokio::test]
async fn a_listing_takes_all_its_documented_parameters() {
    let bench = Bench::new().await;
    let names = |body: &Value| -> Vec<String> {
        body["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["DisplayName"].as_str().unwrap().to_lowercase())
            .collect()
    };
    let whole = bench.run("Get-CASMailbox", json!({ "SortBy": "displayname", "ProtocolSettings": true })).await.1;
    let sorted = names(&whole);
    assert!(sorted.is_sorted() && sorted.len() > 10, "{sorted:?}");
    let body = envelope("Get-CASMailbox", json!({ "SortBy": "DisplayName" }));
    let mut address = bench.address("beta/{tenant}/InvokeCommand");
    let mut paged = Vec::new();
    loop {
        let request = bench.client.post(&address).bearer_auth(&bench.token).header("prefer", "odata.maxpagesize=7");
        let page: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
        paged.extend(names(&page));
        match page["@odata.nextLink"].as_str() {
            Some(next) => address = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(paged, sorted, "the order goes on from page to page");
    for (kinds, found) in [
        (json!("UserMailbox"), sorted.len()),
        (json!(["SharedMailbox", "usermailbox"]), sorted.len()),
        (json!(["SharedMailbox"]), 0),
    ] {
        let page = bench.run("Get-CASMailbox", json!({ "RecipientTypeDetails": kinds })).await.1;
        assert_eq!(names(&page).len(), found, "{kinds}");
    }
    assert_eq!(bench.refusal("Get-CASMailbox", json!({ "SortBy": "Shoe" })).await.0, 400);
    let user = bench.about().samples.mailbox.clone();
    assert_eq!(bench.one("Get-CASMailbox", json!({ "Identity": user })).await["EwsAllowMacOutlook"], Value::Null);
    bench.run("Set-CASMailbox", json!({ "Identity": user, "EwsAllowMacOutlook": false })).await;
    assert_eq!(bench.one("Get-CASMailbox", json!({ "Identity": user })).await["EwsAllowMacOutlook"], false);
}

#[tokio::test]
async fn the_organisation_has_settings_of_its_own() {
    let bench = Bench::new().await;
    let get = || bench.one("Get-OrganizationConfig", json!({}));
    let before = get().await;
    assert_eq!((&before["OAuth2ClientProfileEnabled"], &before["EwsEnabled"]), (&json!(true), &Value::Null));
    bench.run("Set-OrganizationConfig", json!({ "OAuth2ClientProfileEnabled": false, "EwsEnabled": false })).await;
    bench.run("Set-OrganizationConfig", json!({ "EwsAllowedAppIDs": ["a", "b"] })).await;
    let after = get().await;
    assert_eq!(after["OAuth2ClientProfileEnabled"], false);
    assert_eq!((&after["EwsEnabled"], &after["EwsAllowedAppIDs"]), (&json!(false), &json!("a,b")));
    let (_, same) = bench.run("Set-OrganizationConfig", json!({ "OAuth2ClientProfileEnabled": false })).await;
    assert!(same["@adminapi.warnings"].is_array());
    assert_eq!(bench.refusal("Set-OrganizationConfig", json!({ "OAuth2": true })).await.0, 400);
    assert_eq!(bench.one("Get-TransportConfig", json!({})).await["SmtpClientAuthenticationDisabled"], true);
}

#[tokio::test]
async fn a_write_is_seen_only_after_a_while() {
    let bench = Bench::with(Options { replication_milliseconds: 4_000, ..hurried() }).await;
    let user = bench.about().samples.mailbox.clone();
    let pop = || async { bench.one("Get-CASMailbox", json!({ "Identity": user })).await["PopEnabled"].clone() };
    assert_eq!(bench.run("Set-CASMailbox", json!({ "Identity": user, "PopEnabled": false })).await.0, 200);
    let written = std::time::Instant::now();
    assert_eq!(pop().await, true);
    while pop().await == true {
        assert!(written.elapsed() < delay(&bench, 20), "it is never seen");
    }
    assert!(written.elapsed() >= delay(&bench, 1) / 2);
}
