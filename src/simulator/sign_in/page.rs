//! The page on which a person enters a device code. It stands for the whole of an interactive sign-in: password, second
//! factor where one is needed, a new password where the old one has expired, consent. So people get in here whom the
//! token endpoint turns away with 50076 and 50055.

use http::Method;
use jiff::Timestamp;

use super::{
    device::{Decision, PAGE},
    person::{self, SignIn},
    refusal::Refusal,
    request::{Asked, Form, Version},
};
use crate::simulator::{
    wire::{Answer, Request},
    world::World,
};

/// Answers the page.
pub(super) fn answer(world: &World, request: &Request) -> Answer {
    let asked = Asked::new(world, request, Version::V2, "common");
    let mut answer = match request.method {
        Method::GET | Method::HEAD => html(200, &form(&asked.form, None)),
        Method::POST => match decide(&asked) {
            Ok(sentence) => html(200, &format!("<p role=\"status\">{}</p>", escape(sentence))),
            Err(refusal) => html(refusal.status(), &form(&asked.form, Some(&refusal))),
        },
        _ => {
            let mut answer = html(405, "<p>This page takes GET and POST.</p>");
            answer.header("allow", "GET, HEAD, POST");
            answer
        }
    };
    asked.mark(&mut answer);
    answer
}

/// What a person sent; the sentence to show if it went well.
fn decide(asked: &Asked<'_>) -> Result<&'static str, Refusal> {
    let user_code = asked.form.required("user_code")?;
    let devices = &asked.world.sign_in.devices;
    let device = devices.undecided(user_code, asked.now)?;
    // Declining needs no password here: nothing is given away by it.
    if asked.form.get("decision").is_some_and(|decision| decision.eq_ignore_ascii_case("decline")) {
        devices.decide(user_code, asked.now, Decision::Declined)?;
        return Ok("You declined. The device gets no access. You can close this window.");
    }
    let (name, password) = (asked.form.required("username")?, asked.form.required("password")?);
    let user_id = match asked.form.get("new_password") {
        Some(new) => person::change_password(asked.world, name, password, new)?,
        None => person::check_password(asked.world, name, password)?,
    };
    let second_factor = asked.world.tenant().user(&user_id.to_string()).is_some_and(person::needs_second_factor);
    let sign_in = SignIn { user_id, app_id: device.app_id, at: Timestamp::now(), second_factor };
    devices.decide(user_code, asked.now, Decision::Approved(sign_in))?;
    Ok("You have signed in on your device. You can close this window.")
}

/// The form. What was typed stands in it again, but for passwords.
fn form(typed: &Form, refusal: Option<&Refusal>) -> String {
    let value = |field| escape(typed.get(field).unwrap_or_default());
    let alert = refusal.map_or_else(String::new, |refusal| {
        let reason = format!("{} (AADSTS{})", refusal.sentence(), refusal.number());
        format!("<p role=\"alert\">{}</p>\n", escape(&reason))
    });
    let new_password = match refusal {
        Some(Refusal::PasswordExpired | Refusal::PasswordUnsuitable) => {
            "\n<label>New password <input name=\"new_password\" type=\"password\" autocomplete=\"new-password\"></label>"
        }
        _ => "",
    };
    format!(
        r#"{alert}<form method="post" action="{PAGE}">
<label>Code <input name="user_code" value="{}" autocomplete="off" required></label>
<label>User name <input name="username" value="{}" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>{new_password}
<button name="decision" value="approve">Sign in</button>
<button name="decision" value="decline">Decline</button>
</form>"#,
        value("user_code"),
        value("username"),
    )
}

fn html(status: u16, content: &str) -> Answer {
    let page = format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in on a device</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 24rem; margin: 3rem auto; padding: 0 1rem; }}
label {{ display: block; margin: .75rem 0; }}
input {{ display: block; width: 100%; box-sizing: border-box; font: inherit; padding: .4rem; }}
button {{ font: inherit; padding: .4rem 1rem; margin-right: .5rem; }}
[role=alert] {{ color: #a4262c; }}
</style>
</head>
<body>
<h1>Sign in on a device</h1>
<p>This is the sign-in page of a simulated tenant. Do not enter real passwords.</p>
{content}
</body>
</html>
"#
    );
    let mut answer = Answer::empty(status);
    answer.body = page.into();
    answer.header("content-type", "text/html; charset=utf-8");
    answer.header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'");
    answer
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, character| {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
        escaped
    })
}
