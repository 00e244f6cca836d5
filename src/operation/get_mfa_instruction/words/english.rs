//! In English.

use super::{
    super::document::{Block, Document, link, strong, text, tidy},
    Facts, SECURITY_INFO, SHORT, day,
};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) fn document(facts: &Facts<'_>) -> Document {
    let Facts { user, from, .. } = *facts;
    let day = day(from, &MONTHS);
    let tenant = facts.tenant.map(|tenant| format!(" at {}", tidy(tenant))).unwrap_or_default();
    let mut blocks = vec![
        Block::Paragraph(vec![text(format!("Hello {},", tidy(facts.name)))]),
        Block::Paragraph(vec![
            text("From "),
            strong(&day),
            text(format!(" on, signing in to Microsoft 365{tenant} with ")),
            strong(user),
            text(
                " takes two steps: first your password, then a confirmation on your phone. Someone who has found out your password still cannot get into your account.",
            ),
        ]),
        Block::Paragraph(vec![text(
            "You can set up your phone now; it takes about five minutes. If you wait, you will be asked to do it when you next sign in. Apps that are already open may not ask until later.",
        )]),
        Block::Heading("With the Microsoft Authenticator app"),
        Block::Steps(vec![
            vec![text(
                "On your phone, install Microsoft Authenticator from the App Store (iPhone) or Google Play (Android).",
            )],
            vec![
                text("On your computer, open "),
                link(SECURITY_INFO),
                text(" (or type "),
                link(SHORT),
                text(", which leads there) and sign in as "),
                strong(user),
                text("."),
            ],
            vec![text("Add a sign-in method, and choose the Authenticator app.")],
            vec![text(
                "When the page shows a QR code, open the app on your phone, add a work or school account and scan the code.",
            )],
            vec![text("Try it out, as the page suggests: enter on your phone the number that your computer shows.")],
        ]),
        Block::Heading("With a text message or a phone call"),
        Block::Paragraph(vec![text("This works without the app, where your organisation allows it.")]),
        Block::Steps(vec![
            vec![
                text("On your computer, open "),
                link(SECURITY_INFO),
                text(" and sign in as "),
                strong(user),
                text("."),
            ],
            vec![text("Add a sign-in method, and choose your phone.")],
            vec![text("Pick your country, enter your number, and choose between a text message and a call.")],
            vec![text(
                "Text message: on the page, enter the code from the message. Call: answer it, listen, and press the # key.",
            )],
        ]),
    ];
    if facts.app_passwords {
        blocks.extend([
            Block::Heading("Older programs and devices"),
            Block::Paragraph(vec![
                text(
                    "Some older mail programs and devices cannot ask for the second step. For these you can make an app password: open ",
                ),
                link(SECURITY_INFO),
                text(
                    ", add a sign-in method and choose an app password. It is shown only once. Enter it in that program in place of your own password, and make a separate one for each program.",
                ),
            ]),
        ]);
    }
    blocks.extend([
        Block::Heading("Good to know"),
        Block::Points(vec![
            vec![text(
                "Confirm only when you are signing in yourself at that moment. If a request comes out of the blue, refuse it and tell your help desk.",
            )],
            vec![text("Nobody needs your codes: not by phone, not by mail, and not your help desk either.")],
            vec![text("Add a second method as well, so that you can still sign in when your phone is lost or replaced.")],
        ]),
        Block::Paragraph(vec![text("Any questions? Your help desk will be glad to help.")]),
    ]);
    Document { subject: format!("From {day}: signing in takes two steps"), blocks }
}
