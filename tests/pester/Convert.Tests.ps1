# What crosses the boundary: requests, secrets, records, sentences. No engine is needed for these.

BeforeAll {
    Import-Module ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/M365Access.psd1")) -Force
    $module = Get-Module M365Access

    # Runs something among the module's private parts.
    function Invoke-Inside { param([scriptblock] $Script, [object[]] $With) & $module $Script @With }
    function ConvertTo-Bytes { param([string] $Text) , [System.Text.Encoding]::UTF8.GetBytes($Text) }
}

Describe 'Secrets' {
    It 'go into a request whole: <_>' -ForEach @(
        'plain', 'quote " backslash \ slash /', "tab`tline`n", ([string] [char] 0xE4 + [char] 0x20AC),
        ([char]::ConvertFromUtf32(0x1F511) + 'key'), "'; DROP--", ('x' * 256)
    ) {
        $secure = [securestring]::new()
        foreach ($character in $_.ToCharArray()) { $secure.AppendChar($character) }
        foreach ($rest in @{}, @{ user = 'a'; whatIf = $true }) {
            $bytes = Invoke-Inside { ConvertTo-RequestByte -Request $args[0] -Secret @{ password = $args[1] } } $rest, $secure
            $read = ConvertFrom-Json ([System.Text.Encoding]::UTF8.GetString($bytes))
            $read.password | Should -BeExactly $_
            @($read.PSObject.Properties).Count | Should -Be ($rest.Count + 1)
        }
    }

    It 'come out of an event and leave nothing behind' {
        $text = '{"kind":"records","records":[{"user":"a","password":"Kl-m\"n\\o\u00e4"},{"user":"\"password\":\"b"},{"password":"' +
            [char] 0xE9 + 'x"}]}'
        $bytes = ConvertTo-Bytes $text
        $secrets = Invoke-Inside { Remove-EventPassword -Buffer $args[0] -Length $args[0].Length } (, $bytes)
        $secrets | ForEach-Object { [System.Net.NetworkCredential]::new('', $_).Password } |
            Should -BeExactly ('Kl-m"n\o' + [char] 0xE4), ([char] 0xE9 + 'x')
        $left = [System.Text.Encoding]::UTF8.GetString($bytes)
        $left | Should -Not -Match 'Kl-m'
        $read = ConvertFrom-Json $left
        $read.records[1].user | Should -BeExactly '"password":"b'
        $read.records[2].password | Should -MatchExactly '^x+$'
    }
}

Describe 'Records' {
    It 'have moments as UTC DateTime, from text and from what PowerShell 7 makes of it' {
        foreach ($moment in '2026-03-01T10:00:00Z', '2026-03-01T12:00:00+02:00', [datetime]::new(2026, 3, 1, 10, 0, 0, [DateTimeKind]::Utc)) {
            $run = [pscustomobject] @{ runId = 'r'; startedAt = $moment; counts = [pscustomobject] @{ verified = 2; failed = 1 } }
            $made = Invoke-Inside { ConvertTo-Record -Type Run -Record $args[0] } $run
            $made.StartedAt | Should -BeOfType datetime
            $made.StartedAt.Kind | Should -Be 'Utc'
            $made.StartedAt.ToString('s') | Should -Be '2026-03-01T10:00:00'
            $made.EndedAt | Should -BeNullOrEmpty
            $made.Verified, $made.Failed | Should -Be 2, 1
            @($made.PSObject.Properties.Name | Where-Object { $_ -cnotmatch '^[A-Z]' }) | Should -BeNullOrEmpty
            $made.PSObject.TypeNames[0] | Should -Be 'M365Access.Run'
        }
    }

    It 'keep text that only looks like a moment' {
        $user = [pscustomobject] @{ user = 'u'; displayName = [datetime]::new(2026, 3, 1, 10, 0, 0, [DateTimeKind]::Utc); roles = 'One' }
        $made = Invoke-Inside { ConvertTo-Record -Type User -Record $args[0] } $user
        $made.DisplayName | Should -BeExactly '2026-03-01T10:00:00Z'
        , $made.Roles | Should -BeOfType 'string[]'
        $made.Roles | Should -HaveCount 1
    }

    It 'keep what a newer library adds' {
        $user = [pscustomobject] @{ user = 'u'; somethingNew = [pscustomobject] @{ innerPart = 1 } }
        $made = Invoke-Inside { ConvertTo-Record -Type User -Record $args[0] } $user
        $made.SomethingNew.InnerPart | Should -Be 1
        @($made.PSObject.Properties)[0].Name | Should -BeExactly 'User'
    }
}

Describe 'Sentences' {
    AfterEach { [System.Globalization.CultureInfo]::CurrentUICulture = 'en-US' }

    It 'are said in the language of the user: <Culture>' -ForEach @(
        @{ Culture = 'en-GB'; Said = '3 of 7' }, @{ Culture = 'nl-BE'; Said = '3 van 7' }, @{ Culture = 'sv-SE'; Said = '3 av 7' },
        @{ Culture = 'fr-FR'; Said = '3 of 7' }
    ) {
        [System.Globalization.CultureInfo]::CurrentUICulture = $Culture
        Invoke-Inside { Get-Sentence -Id 'progress_of' -Arguments @{ completed = '3'; total = '7' } } | Should -BeExactly $Said
    }

    It 'fill each place once and leave what looks like a place in a name' {
        $places = [pscustomobject] @{ completed = '{total}'; total = '7' }
        Invoke-Inside { Get-Sentence -Id 'progress_of' -Arguments $args[0] } $places | Should -BeExactly '{total} of 7'
    }

    It 'fall back to the English of the engine' {
        $facts = [pscustomobject] @{ message = 'something new'; messageId = 'not_in_the_tables' }
        Invoke-Inside { Get-EventSentence $args[0] } $facts | Should -BeExactly 'something new'
    }

    It 'are said in the language of the user inside of other sentences too, however deep' {
        [System.Globalization.CultureInfo]::CurrentUICulture = 'nl-NL'
        $facts = [pscustomobject] @{
            message = 'English throughout'; messageId = 'would_be_refused'
            messageArguments = [pscustomobject] @{
                why = 'English'; whyId = 'reset_unfollowed'; 'why.why' = 'English'; 'why.whyId' = 'no_mailbox'
            }
        }
        $said = Invoke-Inside { Get-EventSentence $args[0] } $facts
        $said | Should -BeLike 'dit is een oefening*deze persoon heeft geen postvak in Exchange Online'
        $said | Should -Not -Match 'English|\{'
    }
}
