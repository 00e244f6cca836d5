//! What the header's manual promises about settings, requests and events holds: the library itself is asked.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    library::{Library, alone, loaded, settings},
    tools::binary::header,
};

/// A key that nothing knows; the refusal lists those that are known.
const STRANGE: &str = r#"{"strange":1}"#;

#[test]
fn the_settings_of_the_manual_are_the_settings_of_the_library() {
    let library = loaded();
    let session = library.session(STRANGE);
    let known = known_keys(&refusal(library, "get_connection", session, "{}"));
    let (_, end) = library.run("get_connection", session, "{}");
    assert_eq!(end["error"]["target"], "strange");
    library.close(session);
    let documented: BTreeSet<String> = quoted(&chapter("SETTINGS")).filter(|word| known.contains(word)).collect();
    assert_eq!(documented, known, "documented, and known");
}

#[test]
fn the_own_keys_of_every_operation_are_documented() {
    let library = loaded();
    let session = library.session(&alone());
    for (operation, request) in documented_requests() {
        let known = known_keys(&refusal(library, &operation, session, STRANGE));
        let own = own_keys(&request);
        assert_eq!(own, known, "m365_{operation}: documented, and known");
    }
    library.close(session);
}

#[test]
fn the_shared_keys_are_known_where_the_manual_says() {
    let library = loaded();
    let session = library.session(&alone());
    let requests = chapter("REQUESTS");
    let (who, how) = requests.split_once("  how  ").expect("the two groups");
    let (_, who) = who.split_once("  who  ").expect("the two groups");
    for (operation, request) in documented_requests() {
        let own = own_keys(&request);
        for (group, text) in [("who", who), ("how", how)] {
            let given = request.split([',', ' ', '.']).any(|word| word == group);
            for key in quoted(text).filter(|key| !key.starts_with("group:")) {
                // A value that suits no key.
                let request = json!({ &key: { "no": ["such"] } }).to_string();
                let message = refusal(library, &operation, session, &request);
                let known = !message.contains("unknown field");
                assert_eq!(known, given || own.contains(&key), "m365_{operation}: {key}: {message}");
            }
        }
    }
    library.close(session);
}

/// The keys that stand in a sentence `Request: ...`, and those of the operations that it refers to.
fn own_keys(request: &str) -> BTreeSet<String> {
    let words = request.split('`').skip(1).step_by(2).filter(|word| word.starts_with(char::is_lowercase));
    let (others, keys): (Vec<&str>, Vec<&str>) = words.partition(|word| word.starts_with("m365_"));
    let known = documented_requests();
    let others = others.iter().flat_map(|other| {
        let name = other.trim_start_matches("m365_");
        own_keys(&known.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("there is no {other}")).1)
    });
    keys.iter().map(|key| (*key).to_owned()).chain(others).collect()
}

#[test]
fn the_keys_of_records_are_documented() {
    let library = loaded();
    let session = library.session(&settings(json!({ "simulated": true, "simulatedUsers": 20 })));
    let (connection, _) = library.run("get_connection", session, "{}");
    let samples = &connection[0]["simulator"]["samples"];
    let (user, other) = (&samples["user"], &samples["helpdeskAdmin"]);
    let folder = tempfile::tempdir().expect("a folder");
    let template = folder.path().join("template.csv");
    let records = chapter("RECORDS");
    let mut seen = BTreeSet::new();
    for (operation, request) in [
        ("get_connection", json!({})),
        ("get_user", json!({ "user": [user] })),
        ("block_user", json!({ "user": [user, "nobody@nowhere.example"] })),
        ("reset_password", json!({ "user": [user], "showPassword": true })),
        ("invoke_offboarding", json!({ "user": [other] })),
        ("get_mfa_policy", json!({})),
        ("get_mfa_instruction", json!({ "user": [user] })),
        ("test_permission", json!({ "user": [user] })),
        ("get_mailbox_access", json!({ "user": [user] })),
        ("get_modern_authentication", json!({})),
        ("get_mfa", json!({ "user": [user] })),
        ("get_mfa_instruction", json!({ "user": [user] })),
        ("new_mfa_template", json!({ "path": template, "sample": true })),
        ("get_run", json!({ "last": 3, "changes": true })),
        ("start_simulator", json!({ "users": 10 })),
    ] {
        let job = library.start(operation, session, &request.to_string());
        for event in library.events(job) {
            let Some(found) = event["records"].as_array() else { continue };
            let record = event["type"].as_str().expect("records have a type");
            let documented = documented_keys(&records, record);
            for key in found.iter().flat_map(keys) {
                let sentence = ["messageId", "messageArguments", "adviceId", "adviceArguments"];
                let known = documented.contains(key) || sentence.contains(&key.as_str());
                assert!(known, "{record}: {key:?} is not documented: {documented:?}");
            }
            seen.insert(record.to_owned());
        }
    }
    library.close(session);
    for (operation, _, types) in operations() {
        for record in types.split('`').skip(1).step_by(2).filter(|word| word.starts_with(char::is_uppercase)) {
            assert!(seen.contains(record), "m365_{operation}: no record of type {record} was seen");
        }
    }
}

/// The keys of a record of this type, from the chapter about records.
fn documented_keys(chapter: &str, record: &str) -> BTreeSet<String> {
    let (_, text) =
        chapter.split_once(&format!("\n *   {record} ")).unwrap_or_else(|| panic!("no {record} in the manual"));
    let lines = text.lines().enumerate().take_while(|(at, line)| *at == 0 || line.starts_with(" *       "));
    lines.flat_map(|(_, line)| quoted(line).collect::<Vec<_>>()).collect()
}

/// What the end of an operation says.
fn refusal(library: &Library, operation: &str, session: u64, request: &str) -> String {
    let (_, end) = library.run(operation, session, request);
    assert_eq!(end["error"]["code"], "argument", "m365_{operation} {request}: {end}");
    end["error"]["message"].as_str().expect("a sentence").to_owned()
}

/// The keys in ``unknown field `strange`, expected one of `a`, `b` ``.
fn known_keys(message: &str) -> BTreeSet<String> {
    let (_, expected) = message.split_once("unknown field `strange`").unwrap_or_else(|| panic!("{message}"));
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Each operation with its sentence `Request: ...`.
fn documented_requests() -> Vec<(String, String)> {
    operations().into_iter().map(|(name, request, _)| (name, request)).collect()
}

/// Each operation with its sentences `Request: ...` and `Records: ...`.
fn operations() -> Vec<(String, String, String)> {
    let header = header();
    let (_, operations) = header.split_once("---- Operations").expect("the last part");
    let mut found = Vec::new();
    for comment in operations.split("/*\n").skip(1) {
        let (comment, function) = comment.split_once("*/\n").expect("a comment and its function");
        let name = function.split_once("m365_").and_then(|(_, rest)| rest.split_once('(')).expect("a function").0;
        let plain = comment.replace("\n *", "");
        let (_, request) = plain.split_once("Request: ").unwrap_or_else(|| panic!("m365_{name} has no `Request:`"));
        let (request, records) =
            request.split_once("Records: ").unwrap_or_else(|| panic!("m365_{name} has no `Records:`"));
        found.push((name.to_owned(), request.to_owned(), records.to_owned()));
    }
    assert!(found.len() >= 9, "{found:?}");
    found
}

/// A chapter of the opening comment, up to the next title in capitals.
fn chapter(title: &str) -> String {
    let header = header();
    let (_, text) = header.split_once(&format!("\n * {title} ")).expect("the chapter");
    let is_title =
        |line: &&str| line.get(3..6).is_some_and(|start| start.bytes().all(|byte| byte.is_ascii_uppercase()));
    text.lines().take_while(|line| !is_title(line)).map(|line| format!("{line}\n")).collect()
}

/// Words in quotation marks that look like keys.
fn quoted(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<String> = text.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    words.into_iter().filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// Events of every kind have the keys of the manual's examples.
#[test]
fn the_examples_of_the_manual_have_the_keys_of_real_events() {
    use m365_access::{
        event::{Ask, Counts, End, EndState, Event, Level, Progress},
        say,
    };

    let error = m365_access::Error::new(
        m365_access::Code::NotFound,
        say!("user_unknown", "there is no person '{user}' in this tenant", user = "bob"),
    );
    let events = [
        Event::Records { record_type: "Outcome", records: Vec::new() },
        Event::Progress(Progress {
            activity: "change",
            completed: 40,
            total: Some(200),
            counts: Counts::default(),
            seconds_remaining: Some(9),
            status: None,
        }),
        Event::Note { level: Level::Warning, sentence: say!("roles_unread", "{why}", why = "...") },
        Event::Ask(Ask {
            ask: 1,
            question: "confirm",
            operation: "Block-M365User".into(),
            target: "anna@contoso.example".into(),
            action: "block sign-in and revoke sessions".into(),
            count: 1,
        }),
        Event::Error { error: error.on("bob").facts().clone() },
        Event::End(End {
            state: EndState::Completed,
            exit_code: 0,
            run_id: Some(String::new()),
            outcome: Some("Verified".into()),
            counts: Counts::default(),
            error: None,
        }),
    ];
    let examples = examples();
    assert_eq!(examples.len(), events.len());
    for (event, example) in events.iter().zip(examples) {
        let event = serde_json::to_value(event).expect("an event is JSON");
        assert_eq!(keys(&event), keys(&example), "{example}");
        assert_eq!(event["kind"], example["kind"]);
    }
}

fn keys(value: &Value) -> BTreeSet<&String> {
    value.as_object().expect("an event is an object").keys().collect()
}

/// The examples of events in the opening comment, from `{"kind"` to the end of its lines.
fn examples() -> Vec<Value> {
    let header = header();
    let mut examples: Vec<String> = Vec::new();
    let mut inside = false;
    for line in header.lines() {
        let text = line.strip_prefix(" *     ").map(str::trim);
        match text {
            Some(text) if text.starts_with("{\"kind\"") => examples.push(text.to_owned()),
            Some(text) if inside => examples.last_mut().expect("one was begun").push_str(text),
            _ => {}
        }
        inside = text.is_some_and(|text| inside || text.starts_with("{\"kind\""));
    }
    let whole = examples.iter().map(|example| example.replace(",...}", "}").replace("{...}", "{}"));
    whole.map(|example| serde_json::from_str(&example).unwrap_or_else(|error| panic!("{error}: {example}"))).collect()
}
