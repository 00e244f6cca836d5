//! In Dutch.

use super::{
    super::document::{Block, Document, link, strong, text, tidy},
    Facts, SECURITY_INFO, SHORT, day,
};

const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];

pub(super) fn document(facts: &Facts<'_>) -> Document {
    let Facts { user, from, .. } = *facts;
    let day = day(from, &MONTHS);
    let tenant = facts.tenant.map(|tenant| format!(" van {}", tidy(tenant))).unwrap_or_default();
    let mut blocks = vec![
        Block::Paragraph(vec![text(format!("Beste {},", tidy(facts.name)))]),
        Block::Paragraph(vec![
            text("Vanaf "),
            strong(&day),
            text(format!(" meldt u zich in twee stappen aan bij Microsoft 365{tenant} met ")),
            strong(user),
            text(
                ": eerst met uw wachtwoord, daarna met een bevestiging op uw telefoon. Wie uw wachtwoord heeft achterhaald, komt er dan nog steeds niet in.",
            ),
        ]),
        Block::Paragraph(vec![text(
            "U kunt uw telefoon nu al instellen; dat duurt ongeveer vijf minuten. Wacht u ermee, dan wordt het gevraagd wanneer u zich de volgende keer aanmeldt. Apps die al openstaan, vragen er misschien pas later om.",
        )]),
        Block::Heading("Met de app Microsoft Authenticator"),
        Block::Steps(vec![
            vec![text(
                "Installeer op uw telefoon Microsoft Authenticator uit de App Store (iPhone) of Google Play (Android).",
            )],
            vec![
                text("Open op uw computer "),
                link(SECURITY_INFO),
                text(" (of typ "),
                link(SHORT),
                text(", dat leidt ernaartoe) en meld u aan als "),
                strong(user),
                text("."),
            ],
            vec![text("Voeg een aanmeldingsmethode toe en kies de Authenticator-app.")],
            vec![text(
                "Zodra de pagina een QR-code toont, opent u de app op uw telefoon, voegt u een werk- of schoolaccount toe en scant u de code.",
            )],
            vec![text(
                "Probeer het uit, zoals de pagina voorstelt: voer op uw telefoon het getal in dat uw computer toont.",
            )],
        ]),
        Block::Heading("Met een sms of een telefoontje"),
        Block::Paragraph(vec![text("Dit werkt zonder de app, als uw organisatie het toestaat.")]),
        Block::Steps(vec![
            vec![
                text("Open op uw computer "),
                link(SECURITY_INFO),
                text(" en meld u aan als "),
                strong(user),
                text("."),
            ],
            vec![text("Voeg een aanmeldingsmethode toe en kies uw telefoon.")],
            vec![text("Kies uw land, voer uw nummer in en maak de keuze tussen een sms en een oproep.")],
            vec![text(
                "Sms: voer de code uit het bericht in op de pagina. Oproep: neem op, luister en druk op het hekje (#).",
            )],
        ]),
    ];
    if facts.app_passwords {
        blocks.extend([
            Block::Heading("Oudere programma's en apparaten"),
            Block::Paragraph(vec![
                text(
                    "Sommige oudere mailprogramma's en apparaten kunnen niet om de tweede stap vragen. Daarvoor kunt u een app-wachtwoord maken: open ",
                ),
                link(SECURITY_INFO),
                text(
                    ", voeg een aanmeldingsmethode toe en kies een app-wachtwoord. Het wordt maar één keer getoond. Voer het in dat programma in op de plaats van uw eigen wachtwoord, en maak voor elk programma een apart app-wachtwoord.",
                ),
            ]),
        ]);
    }
    blocks.extend([
        Block::Heading("Goed om te weten"),
        Block::Points(vec![
            vec![text(
                "Bevestig alleen als u zich op dat moment zelf aanmeldt. Komt een verzoek uit het niets, weiger het dan en meld het bij uw helpdesk.",
            )],
            vec![text("Niemand heeft uw codes nodig: niet aan de telefoon, niet per mail, en ook uw helpdesk niet.")],
            vec![text(
                "Voeg ook een tweede methode toe, zodat u zich nog kunt aanmelden als uw telefoon kwijt of vervangen is.",
            )],
        ]),
        Block::Paragraph(vec![text("Vragen? Uw helpdesk helpt u graag.")]),
    ]);
    Document { subject: format!("Vanaf {day}: aanmelden in twee stappen"), blocks }
}
