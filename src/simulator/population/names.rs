//! Names of people, by where they work; accents and apostrophes included.

use super::dice::Dice;

/// A country with its names and cities.
#[derive(Debug)]
pub(super) struct Region {
    pub(super) country: &'static str,
    /// ISO 3166 code.
    pub(super) code: &'static str,
    /// BCP 47.
    pub(super) language: &'static str,
    /// International telephone prefix.
    pub(super) dialling: &'static str,
    /// Separated by `, `, like the names.
    pub(super) cities: &'static str,
    given: &'static str,
    surnames: &'static str,
}

/// Given name, surname and the region they belong to.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) given: &'static str,
    pub(super) surname: &'static str,
    pub(super) region: &'static Region,
}

impl Name {
    /// A name; now and then the surname comes from elsewhere.
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let region = region(dice);
        let family = if dice.percent(12) { self::region(dice) } else { region };
        Self { given: dice.word(region.given), surname: dice.word(family.surnames), region }
    }

    /// A name with an apostrophe in it.
    pub(super) fn with_apostrophe(dice: &mut Dice) -> Self {
        let given = dice.word(IRELAND.given);
        let surnames: Vec<_> = IRELAND.surnames.split(", ").filter(|name| name.contains('\'')).collect();
        Self { given, surname: dice.choose(&surnames).copied().unwrap_or_default(), region: &IRELAND }
    }

    /// `Siobhán O'Neill`.
    pub(super) fn display(&self) -> String {
        format!("{} {}", self.given, self.surname)
    }

    /// `siobhan.o'neill`: plain ASCII, with the apostrophe.
    pub(super) fn alias(&self) -> String {
        format!("{}.{}", plain(self.given), plain(self.surname))
    }
}

fn region(dice: &mut Dice) -> &'static Region {
    dice.choose(REGIONS).copied().unwrap_or(&IRELAND)
}

/// Lower case, letters without their marks, no blanks.
pub(super) fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' | '\'' | '-' => plain.push(letter),
            'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ą' | 'ă' => plain.push('a'),
            'ç' | 'ć' | 'č' => plain.push('c'),
            'ď' | 'đ' => plain.push('d'),
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => plain.push('e'),
            'ğ' => plain.push('g'),
            'í' | 'ì' | 'î' | 'ï' | 'ı' => plain.push('i'),
            'ł' => plain.push('l'),
            'ñ' | 'ń' | 'ň' => plain.push('n'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => plain.push('o'),
            'ř' => plain.push('r'),
            'ś' | 'š' | 'ş' => plain.push('s'),
            'ť' => plain.push('t'),
            'ú' | 'ù' | 'û' | 'ü' | 'ů' | 'ű' => plain.push('u'),
            'ý' => plain.push('y'),
            'ź' | 'ż' | 'ž' => plain.push('z'),
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            _ => {}
        }
    }
    plain
}

const REGIONS: &[&Region] = &[
    &SWEDEN,
    &NORWAY,
    &NETHERLANDS,
    &BRITAIN,
    &AMERICA,
    &IRELAND,
    &FRANCE,
    &GERMANY,
    &SPAIN,
    &BRAZIL,
    &ITALY,
    &POLAND,
    &CZECHIA,
    &TURKEY,
    &INDIA,
];

static SWEDEN: Region = Region {
    country: "Sweden",
    code: "SE",
    language: "sv-SE",
    dialling: "+46",
    cities: "Stockholm, Göteborg, Malmö, Umeå, Örebro",
    given: "Åsa, Björn, Elin, Göran, Håkan, Ingrid, Jörgen, Karin, Lars, Märta, Nils, Örjan, Pär, Sören, Tove, Ylva",
    surnames: "Andersson, Bergström, Dahlqvist, Ekström, Forsberg, Hedlund, Håkansson, Lindqvist, Lundgren, \
        Nyström, Öberg, Åkesson, Sjöberg, Söderholm, Wallin, Zetterlund",
};

static NORWAY: Region = Region {
    country: "Norway",
    code: "NO",
    language: "nb-NO",
    dialling: "+47",
    cities: "Oslo, Bergen, Tromsø, Ålesund",
    given: "Asbjørn, Bjørg, Eirik, Frøydis, Guro, Håvard, Ingvild, Kåre, Liv, Magnus, Øystein, Sindre",
    surnames: "Aasen, Bjørnstad, Dahl, Fjeld, Grønlund, Haugen, Johnsrud, Kjær, Moen, Nygård, Ødegård, Strøm",
};

static NETHERLANDS: Region = Region {
    country: "Netherlands",
    code: "NL",
    language: "nl-NL",
    dialling: "+31",
    cities: "Amsterdam, Utrecht, Rotterdam, Groningen, 's-Hertogenbosch",
    given: "Anouk, Bram, Daan, Esmée, Floor, Geert, Hanneke, Jeroen, Loïs, Maartje, Noël, Pieter, René, Saskia, \
        Wouter, Zoë",
    surnames: "de Vries, van den Berg, Bakker, van Dijk, Visser, in 't Veld, Smit, de Boer, Mulder, van 't Hoff, \
        Brouwer, Dijkstra, van der Meer, Koning, Postma, Zuidema",
};

static BRITAIN: Region = Region {
    country: "United Kingdom",
    code: "GB",
    language: "en-GB",
    dialling: "+44",
    cities: "London, Leeds, Bristol, Edinburgh",
    given: "Alice, Benedict, Chloë, Duncan, Eleanor, Fergus, Gemma, Harriet, Isla, Jasper, Kieran, Lorna, \
        Morag, Nigel, Priya, Rowan",
    surnames: "Ashworth, Barclay, Cartwright, Dunmore, Ellison, Fairclough, Gilchrist, Hargreaves, Kirkbride, \
        Lockhart, MacLeod, Norwood, Pemberton, Ramsay, Stirling, Whitaker",
};

static AMERICA: Region = Region {
    country: "United States",
    code: "US",
    language: "en-US",
    dialling: "+1",
    cities: "Seattle, Austin, Boston, Denver, Chicago",
    given: "Aaliyah, Brandon, Carmen, DeShawn, Emily, Frances, Grant, Hailey, Isaiah, Jada, Kendall, Logan, \
        Marisol, Nathan, Olivia, Tyrone",
    surnames: "Abrams, Bennett, Castillo, D'Amico, Everett, Freeman, Greene, Hawthorne, Jefferson, Kowalski, \
        Lawson, Montgomery, Nguyen, O'Connor, Peterson, Washington",
};

static IRELAND: Region = Region {
    country: "Ireland",
    code: "IE",
    language: "en-IE",
    dialling: "+353",
    cities: "Dublin, Cork, Galway",
    given: "Aoife, Bríd, Caoimhe, Ciarán, Eoin, Fiachra, Gráinne, Máire, Niamh, Oisín, Pádraig, Róisín, Seán, \
        Siobhán",
    surnames: "O'Brien, Byrne, O'Neill, Doyle, O'Sullivan, Gallagher, O'Rourke, Kavanagh, D'Arcy, Murphy, O'Shea, \
        Ó Súilleabháin",
};

static FRANCE: Region = Region {
    country: "France",
    code: "FR",
    language: "fr-FR",
    dialling: "+33",
    cities: "Paris, Lyon, Nîmes, Besançon, Orléans",
    given: "Agnès, Benoît, Céline, Didier, Éloïse, François, Gaëlle, Hélène, Jérôme, Léa, Mathéo, Noémie, \
        Océane, Rémi, Stéphane, Zoé",
    surnames: "d'Aubigné, Beaulieu, Chevalier, Desjardins, Étienne, Fontaine, Gauthier, Lefèvre, L'Hermitte, \
        Marchand, N'Diaye, Pélissier, Renaud, Séguin, Thévenet, Vasseur",
};

static GERMANY: Region = Region {
    country: "Germany",
    code: "DE",
    language: "de-DE",
    dialling: "+49",
    cities: "Berlin, München, Köln, Düsseldorf, Nürnberg",
    given: "Anke, Björn, Dörte, Emre, Frauke, Günther, Heike, Jörg, Käthe, Lukas, Mareike, Niklas, Renate, \
        Sönke, Uwe, Wiebke",
    surnames: "Bäcker, Dreßler, Fischer, Groß, Hübner, Jäger, Köhler, Lüdtke, Müller, Niemöller, Schäfer, \
        Schröder, Strauß, Vogel, Weiß, Zimmermann",
};

static SPAIN: Region = Region {
    country: "Spain",
    code: "ES",
    language: "es-ES",
    dialling: "+34",
    cities: "Madrid, Málaga, Córdoba, Barcelona",
    given: "Álvaro, Begoña, Concepción, Elías, Inés, Íñigo, Jesús, Lucía, María José, Nerea, Óscar, Raúl, \
        Sofía, Tomás, Úrsula, Verónica",
    surnames: "Álvarez, Benítez, Cañizares, Domínguez, Fernández, Gómez, Ibáñez, Jiménez, López, Muñoz, Núñez, \
        Ordóñez, Peña, Rodríguez, Vázquez, Zúñiga",
};

static BRAZIL: Region = Region {
    country: "Brazil",
    code: "BR",
    language: "pt-BR",
    dialling: "+55",
    cities: "São Paulo, Brasília, Florianópolis",
    given: "Antônio, Beatriz, Conceição, Débora, Érica, Fabrício, Glória, João, Letícia, Márcio, Nádia, Otávio, \
        Simão, Vitória",
    surnames: "Araújo, Brandão, Conceição, d'Ávila, Estevão, Falcão, Gonçalves, Lourenço, Magalhães, Nóbrega, \
        Paixão, Simões, Teófilo, Vasconcelos",
};

static ITALY: Region = Region {
    country: "Italy",
    code: "IT",
    language: "it-IT",
    dialling: "+39",
    cities: "Roma, Milano, L'Aquila, Forlì",
    given: "Alessandra, Bruno, Chiara, Dario, Elisa, Fabio, Giosuè, Ilaria, Lorenzo, Mariella, Nicolò, Ornella, \
        Piero, Silvia",
    surnames: "D'Angelo, Bianchi, Colombo, Dell'Acqua, Esposito, Ferrari, Giordano, Lo Russo, Marchetti, Nicolì, \
        Pagano, Ricci, Santoro, Viganò",
};

static POLAND: Region = Region {
    country: "Poland",
    code: "PL",
    language: "pl-PL",
    dialling: "+48",
    cities: "Warszawa, Kraków, Łódź, Gdańsk",
    given: "Agnieszka, Bartłomiej, Cezary, Elżbieta, Grażyna, Jędrzej, Katarzyna, Łukasz, Małgorzata, Paweł, \
        Stanisław, Świętosława, Wacław, Żaneta",
    surnames: "Błaszczyk, Dąbrowski, Gołębiewski, Jabłoński, Kaźmierczak, Król, Łuczak, Mróz, Pawłowski, Sobczyk, \
        Szczepańska, Wójcik, Wróbel, Żurek",
};

static CZECHIA: Region = Region {
    country: "Czechia",
    code: "CZ",
    language: "cs-CZ",
    dialling: "+420",
    cities: "Praha, Brno, Plzeň, České Budějovice",
    given: "Alžběta, Božena, Čeněk, Jiří, Kateřina, Luděk, Matěj, Ondřej, Růžena, Štěpán, Tomáš, Zdeňka",
    surnames: "Beneš, Čermák, Dvořák, Hájková, Jelínek, Kučera, Novák, Přibyl, Růžička, Šťastný, Veselý, Žižka",
};

static TURKEY: Region = Region {
    country: "Türkiye",
    code: "TR",
    language: "tr-TR",
    dialling: "+90",
    cities: "İstanbul, Ankara, İzmir",
    given: "Ayşe, Barış, Çağla, Deniz, Emine, Gökhan, Hüseyin, Işıl, Kıvanç, Oğuz, Şebnem, Ümit",
    surnames: "Aydın, Bozkurt, Çelik, Doğan, Erdoğdu, Güneş, Karagöz, Öztürk, Şahin, Taşkın, Ünal, Yıldız",
};

static INDIA: Region = Region {
    country: "India",
    code: "IN",
    language: "en-IN",
    dialling: "+91",
    cities: "Bengaluru, Mumbai, Hyderabad, Pune",
    given: "Aditi, Bhavesh, Chitra, Deepak, Esha, Farhan, Gauri, Harish, Ishaan, Kavya, Lakshmi, Meera, Nikhil, \
        Rajesh, Sunita, Vikram",
    surnames: "Agarwal, Banerjee, Chatterjee, D'Souza, Deshpande, Fernandes, Gupta, Iyer, Joshi, Kulkarni, \
        Mukherjee, Nair, Pillai, Rao, Sharma, Venkataraman",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_an_alias_that_a_user_principal_name_may_hold() {
        for region in REGIONS {
            for name in region.given.split(", ").chain(region.surnames.split(", ")) {
                let alias = plain(name);
                let letters = name.chars().filter(|letter| letter.is_alphabetic()).count();
                assert!(alias.len() >= letters, "{name} loses letters: {alias}");
                assert!(alias.is_ascii(), "{alias}");
                assert_eq!(alias.contains('\''), name.contains('\''), "{name} keeps its apostrophe");
            }
        }
    }

    #[test]
    fn several_languages_write_with_an_apostrophe() {
        let with = REGIONS.iter().filter(|region| region.surnames.contains('\'')).count();
        assert!(with >= 5);
    }
}
