# Zinnen, onder de woorden die de engine en de module eraan geven. Plaatsen staan tussen accolades.
@{
    # The module itself.
    language_mode            = 'deze PowerShell staat in {mode}: de module koppelt een native bibliotheek en dat kan alleen in FullLanguage; laat een beleid de module vertrouwen, of gebruik een sessie in FullLanguage'
    library_not_found        = 'de native bibliotheek is niet gevonden; gezocht naar: {tried}'
    library_not_found_advice = 'voer in een checkout eerst cargo build --release uit; geef anders in M365_ACCESS_LIBRARY aan waar de bibliotheek staat'
    library_not_loaded       = 'de native bibliotheek {library} kon niet worden geladen op {platform}: {why}'
    library_version          = 'de native bibliotheek {library} spreekt versie {found} van de koppeling, deze module versie {expected}; installeer module en bibliotheek van dezelfde uitgave'
    misuse                   = 'fout in de module: {function} antwoordde {status}'

    # Connections and parameters.
    not_connected            = 'er is geen verbinding'
    not_connected_advice     = 'maak eerst verbinding, bijvoorbeeld: Connect-M365 -Simulated'
    connection_not_found     = 'geen open verbinding heet ''{name}''; open zijn: {open}'
    not_a_connection         = '''{name}'' is geen verbinding van dit proces'
    not_a_connection_advice  = 'geef een object van Connect-M365 of Get-M365Connection door, of de naam van een open verbinding'
    connection_closed        = 'de verbinding is gesloten'
    connection_closed_advice = 'maak opnieuw verbinding met Connect-M365'

    # Questions.
    cannot_ask        = '{operation} moet eerst om bevestiging vragen ({action}: {target}), en in deze sessie kan niemand antwoorden'
    cannot_ask_advice = 'gebruik -Confirm:$false, en bij -All ook -MaximumPercent 100'
    count_caption     = '{operation}: {action}'
    count_question    = 'Dit betreft {target}. Typ het aantal personen om door te gaan; al het andere stopt.'
    count_label       = 'Aantal personen'

    # Progress.
    activity_resolve = 'personen zoeken'
    activity_guard   = 'controleren wie beschermd is'
    activity_change  = 'wijzigen'
    activity_wait    = 'wachten tot het van kracht is'
    progress_of      = '{completed} van {total}'
    progress_so_far  = '{completed} tot nu toe'
}
