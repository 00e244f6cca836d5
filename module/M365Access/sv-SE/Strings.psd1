# Meningar, under de ord som motorn och modulen ger dem. Platser står inom klammerparenteser.
@{
    # The module itself.
    language_mode            = 'den här PowerShell-sessionen är i {mode}: modulen binder ett inbyggt bibliotek, vilket bara FullLanguage tillåter; låt en princip lita på modulen, eller använd en session i FullLanguage'
    library_not_found        = 'det inbyggda biblioteket hittades inte; sökte efter: {tried}'
    library_not_found_advice = 'kör först cargo build --release i en utcheckning; ange annars i M365_ACCESS_LIBRARY var biblioteket finns'
    library_not_loaded       = 'det inbyggda biblioteket {library} kunde inte läsas in på {platform}: {why}'
    library_version          = 'det inbyggda biblioteket {library} talar version {found} av gränssnittet, den här modulen version {expected}; installera modul och bibliotek från samma utgåva'
    misuse                   = 'fel i modulen: {function} svarade {status}'

    # Connections and parameters.
    not_connected            = 'det finns ingen anslutning'
    not_connected_advice     = 'anslut först, till exempel: Connect-M365 -Simulated'
    connection_not_found     = 'ingen öppen anslutning heter ''{name}''; öppna är: {open}'
    not_a_connection         = '''{name}'' är ingen anslutning i den här processen'
    not_a_connection_advice  = 'skicka ett objekt från Connect-M365 eller Get-M365Connection, eller namnet på en öppen anslutning'
    connection_closed        = 'anslutningen är stängd'
    connection_closed_advice = 'anslut igen med Connect-M365'

    # Questions.
    cannot_ask        = '{operation} måste fråga innan den går vidare ({action}: {target}), och i den här sessionen kan ingen svara'
    cannot_ask_advice = 'använd -Confirm:$false, och med -All även -MaximumPercent 100'
    count_caption     = '{operation}: {action}'
    count_question    = 'Detta gäller {target}. Skriv antalet personer för att fortsätta; allt annat avbryter.'
    count_label       = 'Antal personer'

    # Progress.
    activity_resolve = 'söker efter personer'
    activity_guard   = 'kontrollerar vilka som är skyddade'
    activity_change  = 'ändrar'
    activity_wait    = 'väntar tills det har trätt i kraft'
    progress_of      = '{completed} av {total}'
    progress_so_far  = '{completed} hittills'
}
