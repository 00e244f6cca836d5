# The pages of docs/ do what they say: their commands are run in order, each page in a session of its own.

BeforeDiscovery {
    $folder = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../docs")
    $pages = Get-ChildItem $folder -Filter *.md | Where-Object { $_.Name -ne 'README.md' } |
        ForEach-Object { @{ Name = $_.Name; Path = $_.FullName } }
}

BeforeAll {
    $modules = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../module")

    # Runs the commands of a page. Gives what is left of them: variables, and the errors.
    function Invoke-Page {
        param([string] $Path, [scriptblock] $Ask)
        $text = [System.IO.File]::ReadAllText($Path)
        $blocks = @([regex]::Matches($text, '(?ms)^```powershell\r?\n(.*?)^```') | ForEach-Object { $_.Groups[1].Value })
        $shell = [powershell]::Create([System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2())
        try {
            # Found as an installed module is; nobody is there to answer questions.
            $setup = '$env:PSModulePath = "{0}{1}$env:PSModulePath"; $ConfirmPreference = "None"; $WarningPreference = "SilentlyContinue"' -f
            $modules, [System.IO.Path]::PathSeparator
            [void] $shell.AddScript($setup).Invoke()
            foreach ($block in $blocks) {
                $shell.Commands.Clear()
                [void] $shell.AddScript($block)
                try { [void] $shell.Invoke() } catch { "stopped at:`n$block`n$_" }
                # Whoever selects everybody is told that the own account is spared; the page says so.
                $unexpected = $shell.Streams.Error | Where-Object { $_.FullyQualifiedErrorId -notlike 'M365Access.protected_caller,*' }
                foreach ($record in $unexpected) { "$($record.FullyQualifiedErrorId): $record`n$block" }
                $shell.Streams.Error.Clear()
            }
            if ($Ask) {
                $shell.Commands.Clear()
                $shell.AddScript("$Ask").Invoke()
            }
        }
        finally {
            $shell.Commands.Clear()
            [void] $shell.AddScript('Get-M365Connection | Disconnect-M365').Invoke()
            $shell.Dispose()
        }
    }

    # What must be so after a page; anything that comes out is a complaint.
    $after = @{
        'block-everyone-but-me.md' = {
            $refused = @($outcomes | Where-Object Outcome -eq 'Refused')
            if ($refused.Count -ne 1 -or $refused[0].User -ne $connection.Account) { "refused: $($refused.User)" }
            if (@($plan | Where-Object Outcome -eq 'Planned').Count -lt 100) { "planned: $($plan.Count)" }
            if ($outcomes.User | Where-Object { $_ -in $team }) { 'the team was not spared' }
            if ($ours.Count -lt 100) { "blocked: $($ours.Count)" }
            if (@(Get-M365User -All -Blocked).UserId | Where-Object { $_ -in $ours.UserId }) { 'somebody was not let back in' }
            if (-not @(Get-M365User -All -Blocked)) { 'who was blocked before was let in' }
        }
        'a-person-has-left.md'     = {
            if ((Get-M365User $leaver).SignIn -ne 'Blocked') { 'the leaver can still sign in' }
            if ($summary.Outcome -notin 'Verified', 'Accepted') { "the summary says $($summary.Outcome)" }
            foreach ($user in (Import-Csv $file).Username) {
                if ((Get-M365User $user).SignIn -ne 'Blocked') { "$user can still sign in" }
            }
            Remove-Item $file
        }
        'an-account-is-locked.md'  = {
            if ((Get-M365User $person).SignIn -ne 'Allowed') { 'still blocked' }
            if ($new -isnot [securestring]) { 'no new password' }
        }
        'set-up-mfa.md'            = {
            if ($outcomes.Outcome -ne 'Verified') { "on: $($outcomes.Outcome)" }
            if ($instruction.Body.Length -lt 100) { 'no instruction' }
            if ($back.Outcome -ne 'Verified' -or (Get-M365Mfa $person).MfaState -ne 'Disabled') { "back: $($back.Outcome)" }
        }
        'mfa-by-csv.md'            = {
            if (@($outcomes | Where-Object Outcome -in 'Verified', 'Unchanged').Count -ne 2) { "done: $($outcomes.Outcome)" }
            if (@(Get-M365Mfa -User $rows.Username).MfaState -contains 'Disabled') { 'somebody was left out' }
            Remove-Item $file
        }
        'close-mailbox-protocols.md' = {
            if (@($open).Count -lt 20) { "open: $(@($open).Count)" }
            $now = Get-M365MailboxAccess $person
            if ("$($now.Blocked)" -ne 'IMAP' -or $now.SmtpAuth -ne 'Organization') { "blocked: $($now.Blocked), SMTP: $($now.SmtpAuth)" }
            if ((Get-M365ModernAuthentication).ModernAuthentication -ne 'On') { 'modern authentication is off' }
        }
        'check-what-happened.md'   = {
            if ($run.RunId -ne $outcomes[0].RunId -or $run.Outcome -ne 'Verified') { "$($run.RunId) $($run.Outcome)" }
            if ($run.Changes.Count -ne $outcomes.Count) { "$($run.Changes.Count) changes" }
            if (($again | Where-Object Change -eq 'SignIn').Outcome -ne 'Unchanged') { 'done twice' }
        }
    }
}

Describe 'docs/<Name>' -ForEach $pages {
    It 'does what it says' {
        $after.ContainsKey($Name) | Should -BeTrue -Because 'each page has something that must be so after it'
        Invoke-Page -Path $Path -Ask $after[$Name] | Should -BeNullOrEmpty
    }

    It 'stands in the index' {
        [System.IO.File]::ReadAllText((Join-Path (Split-Path $Path) 'README.md')) | Should -Match ([regex]::Escape("($Name)"))
    }
}

Describe 'about_<_>' -ForEach 'M365Access', 'M365Access_Effect', 'M365Access_Safety', 'M365Access_Unattended' {
    It 'is found by Get-Help' {
        $before = $env:PSModulePath
        try {
            $env:PSModulePath = "$modules$([System.IO.Path]::PathSeparator)$before"
            Import-Module M365Access
            $help = Get-Help "about_$_" | Out-String
            $help | Should -Match "about_$_"
            $help | Should -Match 'LONG DESCRIPTION|LANGE BESCHRIJVING|BESKRIVNING'
        }
        finally { $env:PSModulePath = $before }
    }

    It 'says the same in every language' {
        $words = { param($text) @([regex]::Matches($text, '\b[A-Z][a-z]+-M365\w*|(?<=\s)-[A-Z]\w+') | ForEach-Object { $_.Value }) | Sort-Object -Unique }
        $sections = { param($text) [regex]::Matches($text, '(?m)^ {0,2}\S').Count }
        $sentences = { param($text) @($text -split "`n" | Where-Object { $_ -match '^    [A-Z][a-z]* [a-z ]+' }) }
        $english = [System.IO.File]::ReadAllText("$modules/M365Access/en-US/about_$_.help.txt")
        foreach ($language in 'nl-NL', 'sv-SE') {
            $translated = [System.IO.File]::ReadAllText("$modules/M365Access/$language/about_$_.help.txt")
            & $words $translated | Should -Be (& $words $english)
            & $sections $translated | Should -Be (& $sections $english)
            & $sentences $translated | Where-Object { $_ -in (& $sentences $english) } | Should -BeNullOrEmpty
        }
    }

    It 'names only cmdlets that exist' {
        $text = [System.IO.File]::ReadAllText("$modules/M365Access/en-US/about_$_.help.txt")
        $text | Should -Not -Match '[^\x00-\x7F]'
        $manifest = Import-PowerShellDataFile "$modules/M365Access/M365Access.psd1"
        [regex]::Matches($text, '\b[A-Z][a-z]+-M365\w*') | ForEach-Object { $_.Value } | Sort-Object -Unique |
            Where-Object { $_ -notin $manifest.FunctionsToExport } | Should -BeNullOrEmpty
    }
}
