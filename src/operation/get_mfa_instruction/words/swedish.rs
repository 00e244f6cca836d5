//! In Swedish.

use super::{
    super::document::{Block, Document, link, strong, text, tidy},
    Facts, SECURITY_INFO, SHORT, day,
};

const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
];

pub(super) fn document(facts: &Facts<'_>) -> Document {
    let Facts { user, from, .. } = *facts;
    let day = day(from, &MONTHS);
    let tenant = facts.tenant.map(|tenant| format!(" hos {}", tidy(tenant))).unwrap_or_default();
    let mut blocks = vec![
        Block::Paragraph(vec![text(format!("Hej {},", tidy(facts.name)))]),
        Block::Paragraph(vec![
            text("Från och med den "),
            strong(&day),
            text(format!(" loggar du in i Microsoft 365{tenant} i två steg med ")),
            strong(user),
            text(
                ": först med ditt lösenord, sedan med en bekräftelse på din telefon. Den som har kommit över ditt lösenord kommer då ändå inte in.",
            ),
        ]),
        Block::Paragraph(vec![text(
            "Du kan ställa in din telefon redan nu; det tar ungefär fem minuter. Väntar du får du frågan nästa gång du loggar in. Appar som redan är öppna frågar kanske först senare.",
        )]),
        Block::Heading("Med appen Microsoft Authenticator"),
        Block::Steps(vec![
            vec![text(
                "Installera Microsoft Authenticator på din telefon från App Store (iPhone) eller Google Play (Android).",
            )],
            vec![
                text("Öppna "),
                link(SECURITY_INFO),
                text(" på din dator (eller skriv "),
                link(SHORT),
                text(", som leder dit) och logga in som "),
                strong(user),
                text("."),
            ],
            vec![text("Lägg till en inloggningsmetod och välj Authenticator-appen.")],
            vec![text(
                "När sidan visar en QR-kod öppnar du appen på telefonen, lägger till ett arbets- eller skolkonto och skannar koden.",
            )],
            vec![text("Prova den, som sidan föreslår: skriv in det tal på telefonen som datorn visar.")],
        ]),
        Block::Heading("Med ett sms eller ett telefonsamtal"),
        Block::Paragraph(vec![text("Det fungerar utan appen, om din organisation tillåter det.")]),
        Block::Steps(vec![
            vec![text("Öppna "), link(SECURITY_INFO), text(" på din dator och logga in som "), strong(user), text(".")],
            vec![text("Lägg till en inloggningsmetod och välj din telefon.")],
            vec![text("Välj land, skriv in ditt nummer och välj mellan sms och samtal.")],
            vec![text(
                "Sms: skriv in koden från meddelandet på sidan. Samtal: svara, lyssna och tryck på fyrkant (#).",
            )],
        ]),
    ];
    if facts.app_passwords {
        blocks.extend([
            Block::Heading("Äldre program och enheter"),
            Block::Paragraph(vec![
                text(
                    "Vissa äldre e-postprogram och enheter kan inte fråga efter det andra steget. För dem kan du skapa ett applösenord: öppna ",
                ),
                link(SECURITY_INFO),
                text(
                    ", lägg till en inloggningsmetod och välj ett applösenord. Det visas bara en gång. Skriv in det i programmet i stället för ditt eget lösenord, och skapa ett separat applösenord för varje program.",
                ),
            ]),
        ]);
    }
    blocks.extend([
        Block::Heading("Bra att veta"),
        Block::Points(vec![
            vec![text(
                "Bekräfta bara när det är du själv som loggar in just då. Kommer en förfrågan från ingenstans, neka den och meddela din helpdesk.",
            )],
            vec![text("Ingen behöver dina koder: inte på telefon, inte via e-post, och inte heller din helpdesk.")],
            vec![text(
                "Lägg till en andra metod också, så att du kan logga in även om telefonen är borta eller har bytts ut.",
            )],
        ]),
        Block::Paragraph(vec![text("Har du frågor? Din helpdesk hjälper dig gärna.")]),
    ]);
    Document { subject: format!("Från och med den {day}: inloggning i två steg"), blocks }
}
