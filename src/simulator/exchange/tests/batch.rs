use super::*;

fn item(bench: &Bench, id: &str, cmdlet: &str, parameters: Value) -> Value {
    json!({ "id": id, "method": "POST", "url": bench.address("beta/{tenant}/InvokeCommand"),
            "headers": { "Content-Type": "application/json" }, "body": envelope(cmdlet, parameters) })
}

#[tokio::test]
async fn ten_commands_travel_together_and_each_is_answered_for_itself() {
    let bench = Bench::new().await;
    let user = bench.about().samples.mailbox.clone();
    let items = vec![
        item(&bench, "0", "Get-CASMailbox", json!({ "Identity": user })),
        item(&bench, "1", "Get-CASMailbox", json!({ "Identity": "nobody@nowhere.example" })),
        item(&bench, "2", "Get-Nonsense", json!({})),
        json!({ "id": "3", "method": "GET", "url": "/adminapi/beta/x/InvokeCommand" }),
    ];
    let answer: Value = bench.post("beta/{tenant}/$batch", &json!({ "requests": items })).await.json().await.unwrap();
    let statuses: Vec<_> =
        answer["responses"].as_array().unwrap().iter().map(|one| one["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 404, 403, 405]);
    assert_eq!(answer["responses"][0]["body"]["value"][0]["PrimarySmtpAddress"], user);
    assert_eq!(answer["responses"][2]["body"], Value::Null);

    let many: Vec<Value> =
        (0..11).map(|id| item(&bench, &id.to_string(), "Get-OrganizationConfig", json!({}))).collect();
    assert_eq!(bench.post("beta/{tenant}/$batch", &json!({ "requests": many })).await.status(), 400);
    let twice = vec![items[0].clone(), items[0].clone()];
    assert_eq!(bench.post("beta/{tenant}/$batch", &json!({ "requests": twice })).await.status(), 400);
}

#[tokio::test]
async fn faults_strike_commands_alone_and_in_batches() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let plan = json!({ "rules": [
        { "match": { "service": "exchange", "inBatch": true }, "first": 1, "fault": { "missingItem": true } },
        { "match": { "service": "exchange", "inBatch": true }, "first": 1, "fault": { "status": 500 } },
        { "match": { "path": "/adminapi/beta/*/InvokeCommand", "inBatch": false }, "first": 1, "fault": { "status": 429, "retryAfterSeconds": 2 } },
        { "match": { "path": "/adminapi/beta/*/InvokeCommand", "inBatch": false }, "first": 1, "fault": { "claimsChallenge": true } },
    ]});
    std::fs::write(file.path(), plan.to_string()).unwrap();
    let bench = Bench::with(Options { fault_path: Some(file.path().to_owned()), ..hurried() }).await;
    let items: Vec<Value> =
        (0..3).map(|id| item(&bench, &id.to_string(), "Get-OrganizationConfig", json!({}))).collect();
    let answer: Value = bench.post("beta/{tenant}/$batch", &json!({ "requests": items })).await.json().await.unwrap();
    let told: Vec<(&str, u64)> = answer["responses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(told, [("1", 500), ("2", 200)]);
    let command = envelope("Get-OrganizationConfig", json!({}));
    let busy = bench.post("beta/{tenant}/InvokeCommand", &command).await;
    assert_eq!((busy.status().as_u16(), busy.headers()["retry-after"].to_str().unwrap()), (429, "0.100"));
    assert!(busy.text().await.unwrap().starts_with("You have reached the maximum number of concurrent requests"));
    let challenged = bench.post("beta/{tenant}/InvokeCommand", &command).await;
    assert_eq!(challenged.status(), 401);
    assert!(challenged.headers()["www-authenticate"].to_str().unwrap().contains("insufficient_claims"));
    assert_eq!(bench.post("beta/{tenant}/InvokeCommand", &command).await.status(), 200);
}
