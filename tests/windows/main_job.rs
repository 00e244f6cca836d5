//! The main job inside the DLL: block someone of the simulated tenant, read it back, find it in the journal.

use std::{path::Path, sync::Once};

use serde_json::{Value, json};

use crate::{
    dll,
    tools::workspace,
    wine::{Left, Wine, folder, windows_path, wine},
};

/// Runs operations in one session of the loader and gives their events, one list for each operation.
fn operations(wine: &Wine, dll: &Path, settings: &Value, operations: &[(&str, Value)]) -> Vec<Vec<Value>> {
    let mut words = vec![windows_path(dll), settings.to_string()];
    for (operation, request) in operations {
        words.extend([(*operation).to_owned(), request.to_string()]);
    }
    let left = loader(wine, &words.iter().map(String::as_str).collect::<Vec<_>>());
    let mut lists = vec![Vec::new()];
    for line in left.printed.lines() {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let ended = event["kind"] == "end";
        lists.last_mut().expect("there is one").push(event);
        if ended {
            lists.push(Vec::new());
        }
    }
    assert_eq!(lists.pop(), Some(Vec::new()), "every operation has its end");
    assert_eq!(lists.len(), operations.len());
    lists
}

fn loader(wine: &Wine, words: &[&str]) -> Left {
    static COMPILED: Once = Once::new();
    let program = workspace("windows").join("loader.exe");
    COMPILED.call_once(|| dll::compile("tests/windows/loader.c", &program, &["-ladvapi32"]));
    let left = wine.run(&windows_path(&program), words, &[]);
    assert_eq!(left.code, Some(0), "{}", left.printed);
    left
}

fn records(events: &[Value]) -> Vec<&Value> {
    events.iter().filter_map(|event| event["records"].as_array()).flatten().collect()
}

#[test]
fn the_main_job_runs_inside_the_dll_and_is_found_in_the_journal() {
    let what = "the DLL under wine";
    let Some((dll, wine)) = dll::built(what).zip(wine(what)) else { return };
    let folder = folder();
    let journal = folder.path().join("journal.db");
    // The same people in every process.
    let settings = json!({
        "simulated": true, "simulatedUsers": 60, "seed": 7, "journalPath": windows_path(&journal)
    });

    let seen = operations(wine, dll, &settings, &[("get_user", json!({ "all": true, "allowed": true }))]);
    let someone = records(&seen[0])
        .into_iter()
        .find(|user| user["userType"] == "Member" && user["roles"] == json!([]))
        .unwrap_or_else(|| panic!("nobody ordinary in {:?}", seen[0]));
    let id = &someone["userId"];

    let seen = operations(
        wine,
        dll,
        &settings,
        &[("block_user", json!({ "user": [id], "reason": "leaves today" })), ("get_user", json!({ "user": [id] }))],
    );
    let outcomes: Vec<_> = records(&seen[0]).iter().map(|record| (&record["change"], &record["outcome"])).collect();
    assert_eq!(outcomes, [(&json!("SignIn"), &json!("Verified")), (&json!("Sessions"), &json!("Verified"))]);
    assert_eq!(records(&seen[1])[0]["signIn"], "Blocked");
    let run = &seen[0].last().expect("there is an end")["runId"];

    // Another process, another session, no tenant: the journal alone.
    let journal_only = json!({ "journalPath": settings["journalPath"] });
    let seen = operations(wine, dll, &journal_only, &[("get_run", json!({ "last": 1 }))]);
    let found = records(&seen[0])[0];
    assert_eq!((&found["runId"], &found["state"]), (run, &json!("Completed")));
    assert_eq!(found["reason"], "leaves today");

    // Windows lets the system and administrators in everywhere; wine shows the system in every list.
    let readers = loader(wine, &["--readers", &windows_path(&journal)]).printed;
    let others: Vec<_> =
        readers.lines().filter(|reader| !["owner", "S-1-5-18", "S-1-5-32-544"].contains(reader)).collect();
    assert!(others.is_empty() && readers.contains("owner"), "the journal can be read by {readers:?}");
}

#[test]
fn the_c_example_runs_on_windows_too() {
    let what = "the C example under wine";
    let Some((library, wine)) = dll::built(what).zip(wine(what)) else { return };
    // Windows looks for a DLL beside the program first.
    let beside = library.parent().expect("it lies in a folder");
    let program = beside.join("block.exe");
    let import_library = beside.join("libm365_access.dll.a");
    dll::compile("examples/c/block.c", &program, &[import_library.to_str().expect("a path in UTF-8")]);
    let folder = folder();
    let journal = folder.path().join("journal.db");
    let left = wine.run(&windows_path(&program), &[], &[("M365_ACCESS_JOURNAL", &journal)]);
    assert_eq!(left.code, Some(0), "{}", left.printed);
    assert!(left.printed.contains("SignIn: Allowed -> Blocked: Verified"), "{}", left.printed);
}
