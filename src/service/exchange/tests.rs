use std::sync::Mutex;

use bytes::Bytes;
use futures_util::FutureExt;
use http::HeaderMap;
use serde_json::json;

use super::{
    protocol::{Access, Protocol},
    *,
};
use crate::service::graph::Reply;

/// A transport that gives what it was told to, one after the other, and remembers what it was asked.
#[derive(Debug)]
struct Told {
    answers: Mutex<Vec<Result<Output>>>,
    asked: Mutex<Vec<(String, Option<Url>)>>,
}

impl Transport for Told {
    fn run<'a>(&'a self, command: &'a Command, next: Option<Url>) -> BoxFuture<'a, Result<Output>> {
        let parameters = serde_json::to_string(&command.parameters).unwrap();
        self.asked.lock().unwrap().push((parameters, next));
        let answer = self.answers.lock().unwrap().remove(0);
        async move { answer }.boxed()
    }
}

fn exchange(answers: Vec<Result<Output>>) -> (Exchange, Arc<Told>) {
    let told = Arc::new(Told { answers: Mutex::new(answers), asked: Mutex::default() });
    (Exchange { transport: Arc::clone(&told) as Arc<dyn Transport> }, told)
}

fn output(body: &str) -> Result<Output> {
    read("Get-CASMailbox", 200, body)
}

/// What the command endpoint's transport makes of an answer.
fn read(cmdlet: &'static str, status: u16, body: &str) -> Result<Output> {
    let reply = Reply {
        status,
        headers: HeaderMap::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
        client_request_id: "c-1".to_owned(),
        date: None,
    };
    invoke_command::output(&Command::new(cmdlet, Act::MailboxAccess), &reply.success()?)
}

fn mailbox(owner: &str, pop: bool) -> Value {
    let mut object = json!({ "ExternalDirectoryObjectId": owner, "PopEnabled@odata.type": "#Boolean" });
    for protocol in Protocol::ALL {
        object[protocol.property()] = (*protocol != Protocol::Pop || pop).into();
    }
    object["SmtpClientAuthenticationDisabled"] = Value::Null;
    object
}

fn refusal(status: u16, message: &str) -> Result<Output> {
    let details = json!([{ "message": format!("|Some.Exception|{message}") }]);
    read("Get-CASMailbox", status, &json!({ "error": { "code": "NotFound", "details": details } }).to_string())
}

#[test]
fn annotations_are_left_out_and_the_next_page_is_kept() {
    let body = json!({
        "@odata.context": "x", "@adminapi.warnings": ["w"], "@odata.nextLink": "https://outlook.office365.com/next?x=1",
        "value": [{ "Name": "a", "Guid@odata.type": "#Guid", "Guid": "g", "@odata.id": "i" }],
    });
    let Output { objects, next, .. } = output(&body.to_string()).unwrap();
    assert_eq!(Value::Object(objects[0].clone()), json!({ "Name": "a", "Guid": "g" }));
    assert_eq!(next.unwrap().as_str(), "https://outlook.office365.com/next?x=1");
}

#[test]
fn nonsense_is_no_answer_to_a_question_and_does_no_harm_after_a_write() {
    for body in ["", "ok", "<html></html>", "[]", "{}", r#"{"value":"x"}"#, r#"{"value":[1]}"#] {
        assert_eq!(output(body).unwrap_err().code(), Code::Decode, "{body}");
        assert!(read("Set-CASMailbox", 200, body).is_ok(), "{body}");
    }
    let trouble = json!({ "value": [], "@adminapi.errors": ["half of it failed"] }).to_string();
    let error = read("Set-CASMailbox", 200, &trouble).unwrap_err();
    assert_eq!(error.code(), Code::ServiceFault, "what became of it has to be read");
    assert!(error.to_string().contains("half of it failed"));
}

#[tokio::test]
async fn only_the_servers_own_words_say_that_there_is_no_mailbox() {
    let missing = "The operation couldn't be performed because object 'x' couldn't be found on 'DC01'.";
    let (none, _) = exchange(vec![refusal(404, missing)]);
    assert_eq!(none.mailbox("id", "a@x").await.unwrap(), None);
    for (status, message) in [(404, "No such resource."), (400, missing), (403, missing)] {
        let (refusing, _) = exchange(vec![refusal(status, message)]);
        assert!(refusing.mailbox("id", "a@x").await.is_err(), "{status} {message}");
    }
    for count in [0, 2] {
        let value = vec![mailbox("id", true); count];
        let (odd, _) = exchange(vec![output(&json!({ "value": value }).to_string())]);
        assert_eq!(odd.mailbox("id", "a@x").await.unwrap_err().code(), Code::Decode, "{count} objects");
    }
}

#[tokio::test]
async fn a_switch_that_is_not_shown_is_not_guessed() {
    let mut object = mailbox("id", true);
    object.as_object_mut().unwrap().remove("MAPIEnabled");
    let (exchange, _) = exchange(vec![output(&json!({ "value": [object] }).to_string())]);
    let error = exchange.mailbox("id", "a@x").await.unwrap_err();
    assert!(error.code() == Code::Decode && error.to_string().contains("MAPIEnabled"), "{error}");
}

#[tokio::test]
async fn pages_are_followed_to_their_end_with_the_same_command() {
    let link = "https://outlook.office365.com/adminapi/beta/t/InvokeCommand?$skiptoken=1";
    let first = json!({ "value": [mailbox("A", true), mailbox("", true)], "@odata.nextLink": link });
    let second = json!({ "value": [mailbox("b", false)] });
    let (exchange, told) = exchange(vec![output(&first.to_string()), output(&second.to_string())]);
    let mailboxes = exchange.mailboxes().await.unwrap();
    let pop: Vec<_> = mailboxes.iter().map(|(owner, accesses)| (owner.as_str(), accesses[&Protocol::Pop])).collect();
    assert_eq!(pop, [("a", Access::Open), ("b", Access::Closed)]);
    let asked = told.asked.lock().unwrap();
    assert_eq!(asked[0].0, asked[1].0);
    assert_eq!(asked[1].1.as_ref().unwrap().as_str(), link);
}
