# Sentences, by the words that the engine and the module give them. Places are in braces; they are the same in every table.
@{
    # The module itself.
    language_mode            = 'this PowerShell is in {mode}: the module binds a native library, which only FullLanguage allows; have a policy trust the module, or use a session in FullLanguage'
    library_not_found        = 'the native library was not found; looked for: {tried}'
    library_not_found_advice = 'in a checkout, run cargo build --release first; otherwise say in M365_ACCESS_LIBRARY where the library is'
    library_not_loaded       = 'the native library {library} could not be loaded on {platform}: {why}'
    library_version          = 'the native library {library} speaks version {found} of the boundary, this module speaks {expected}; install module and library of the same release'
    misuse                   = 'defect in the module: {function} answered {status}'

    # Connections and parameters.
    not_connected            = 'there is no connection'
    not_connected_advice     = 'connect first, for example: Connect-M365 -Simulated'
    connection_not_found     = 'no open connection is called ''{name}''; open are: {open}'
    not_a_connection         = '''{name}'' is not a connection of this process'
    not_a_connection_advice  = 'pass an object from Connect-M365 or Get-M365Connection, or the name of an open connection'
    connection_closed        = 'the connection is closed'
    connection_closed_advice = 'connect again with Connect-M365'

    # Questions.
    cannot_ask        = '{operation} has to ask before it goes on ({action}: {target}), and nobody can be asked in this session'
    cannot_ask_advice = 'use -Confirm:$false, and with -All also -MaximumPercent 100'
    count_caption     = '{operation}: {action}'
    count_question    = 'This concerns {target}. To go on, type the number of people; anything else stops.'
    count_label       = 'Number of people'

    # Progress.
    activity_resolve = 'finding people'
    activity_guard   = 'checking who is protected'
    activity_change  = 'changing'
    activity_wait    = 'waiting until it has taken hold'
    progress_of      = '{completed} of {total}'
    progress_so_far  = '{completed} so far'
}
