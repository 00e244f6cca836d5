# Who is asked what, and what an answer does: -Confirm, -Confirm:$false, $ConfirmPreference, -WhatIf, $WhatIfPreference,
# Yes to All, No to All, the number of people, and hosts where nobody answers.

BeforeAll {
    Import-Module ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/M365Access.psd1")) -Force
    $connection = Connect-M365 -Simulated -SimulatedUsers 40
    $special = @($connection.Simulator.Samples.PSObject.Properties.Value)
    $members = [System.Collections.Generic.Queue[object]]::new()
    Get-M365User -Filter "userType eq 'Member'" -Allowed | Where-Object { -not $_.Roles -and $special -notcontains $_.User } |
        ForEach-Object { $members.Enqueue($_) }
    function Get-Person { param([int] $Count = 1) 1..$Count | ForEach-Object { $members.Dequeue() } }
    function Get-State { param([string[]] $Id) @(Get-M365User $Id).SignIn }

    # A host with an administrator who answers what is prescribed, and remembers what was asked.
    Add-Type -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

public class AnsweringUI : PSHostUserInterface {
    public Queue<string> Answers = new Queue<string>();
    public List<string> Asked = new List<string>();
    public override PSHostRawUserInterface RawUI { get { return null; } }
    string Next(string question) {
        Asked.Add(question);
        // As the console does at the end of its input.
        if (Answers.Count == 0) throw new NullReferenceException();
        return Answers.Dequeue();
    }
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int preset) {
        string answer = Next(message);
        for (int i = 0; i < choices.Count; i++) if (choices[i].Label.Replace("&", "") == answer) return i;
        throw new InvalidOperationException("no choice " + answer);
    }
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> fields) {
        var given = new Dictionary<string, PSObject>();
        foreach (var field in fields) given[field.Name] = PSObject.AsPSObject(Next(message));
        return given;
    }
    public override PSCredential PromptForCredential(string c, string m, string u, string t) { throw new NotImplementedException(); }
    public override PSCredential PromptForCredential(string c, string m, string u, string t, PSCredentialTypes a, PSCredentialUIOptions o) { throw new NotImplementedException(); }
    public override string ReadLine() { return Next("line"); }
    public override SecureString ReadLineAsSecureString() { throw new NotImplementedException(); }
    public override void Write(string v) { }
    public override void Write(ConsoleColor f, ConsoleColor b, string v) { }
    public override void WriteLine(string v) { }
    public override void WriteDebugLine(string v) { }
    public override void WriteErrorLine(string v) { }
    public override void WriteVerboseLine(string v) { }
    public override void WriteWarningLine(string v) { }
    public override void WriteProgress(long s, ProgressRecord r) { }
}
public class AnsweringHost : PSHost {
    public AnsweringUI Answering = new AnsweringUI();
    readonly Guid id = Guid.NewGuid();
    public override CultureInfo CurrentCulture { get { return CultureInfo.InvariantCulture; } }
    public override CultureInfo CurrentUICulture { get { return CultureInfo.GetCultureInfo("en-US"); } }
    public override Guid InstanceId { get { return id; } }
    public override string Name { get { return "Answering"; } }
    public override PSHostUserInterface UI { get { return Answering; } }
    public override Version Version { get { return new Version(1, 0); } }
    public override void EnterNestedPrompt() { }
    public override void ExitNestedPrompt() { }
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
    public override void SetShouldExit(int code) { }
}
'@

    # Runs a script with that administrator; $connection and $people are there. Gives Output, Errors, Asked.
    function Invoke-Answering {
        param([string] $Script, [object[]] $People, [string[]] $Answers = @())
        $machine = [AnsweringHost]::new()
        foreach ($answer in $Answers) { $machine.Answering.Answers.Enqueue($answer) }
        $runspace = [runspacefactory]::CreateRunspace($machine)
        $runspace.Open()
        $shell = [powershell]::Create()
        $shell.Runspace = $runspace
        try {
            $text = "param(`$module, `$connection, `$people) Import-Module `$module; `$PSDefaultParameterValues['*-M365*:Connection'] = `$connection; $Script"
            [void] $shell.AddScript($text).AddArgument((Get-Module M365Access).Path).AddArgument($connection).AddArgument($People)
            $thrown = $null
            $output = try { $shell.Invoke() } catch { $thrown = $_.Exception.InnerException.ErrorRecord }
            [pscustomobject] @{
                Output = @($output)
                Errors = @(@($shell.Streams.Error) + $thrown | Where-Object { $_ })
                Asked  = @($machine.Answering.Asked)
            }
        }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
    }
}

AfterAll { Remove-Module M365Access }

Describe 'A cmdlet that takes access away' {
    It 'asks for each person named singly and does those who were agreed to' {
        $people = Get-Person 2
        $seen = Invoke-Answering '$people | Block-M365User -KeepSessions' $people 'Yes', 'No'
        $seen.Asked.Count | Should -Be 2
        $seen.Asked[0] | Should -Match "block sign-in.*$($people[0].User)"
        Get-State $people.UserId | Should -Be 'Blocked', 'Allowed'
        ($seen.Output | Where-Object UserId -EQ $people[0].UserId).Outcome | Should -Be 'Verified'
    }

    It 'asks no more after Yes to All, and does no more after No to All' {
        $people = Get-Person 3
        $seen = Invoke-Answering '$people | Block-M365User -KeepSessions' $people 'Yes to All'
        $seen.Asked.Count | Should -Be 1
        Get-State $people.UserId | Should -Be 'Blocked', 'Blocked', 'Blocked'
        $seen = Invoke-Answering '$people | Unblock-M365User -Confirm' $people 'Yes', 'No to All'
        $seen.Asked.Count | Should -Be 2
        Get-State $people.UserId | Should -Be 'Allowed', 'Blocked', 'Blocked'
    }

    It 'asks once for a whole plan' {
        $seen = Invoke-Answering 'Block-M365User -Filter "userType eq ''Guest''" -MaximumPercent 100 -KeepSessions' @() 'No'
        $seen.Asked.Count | Should -Be 1
        $seen.Asked[0] | Should -Match '\d+ people'
        $seen.Output | Where-Object Outcome -EQ 'Verified' | Should -BeNullOrEmpty
    }

    It 'does nothing with No' {
        $person = Get-Person
        $seen = Invoke-Answering 'Block-M365User $people[0].User' $person 'No'
        $seen.Errors | Should -BeNullOrEmpty
        Get-State $person.UserId | Should -Be 'Allowed'
    }

    It 'does not ask with -Confirm:$false, nor where $ConfirmPreference is None, in the caller too' {
        foreach ($script in 'Block-M365User $people[0].User -KeepSessions -Confirm:$false',
            '$ConfirmPreference = ''None''; Block-M365User $people[0].User -KeepSessions',
            'function Caller { $ConfirmPreference = ''None''; Block-M365User $people[0].User -KeepSessions }; Caller') {
            $person = Get-Person
            $seen = Invoke-Answering $script $person
            $seen.Errors | Should -BeNullOrEmpty
            $seen.Asked | Should -BeNullOrEmpty
            Get-State $person.UserId | Should -Be 'Blocked'
        }
    }

    It 'says how to go on where nobody answers' {
        $person = Get-Person
        $seen = Invoke-Answering 'Block-M365User $people[0].User' $person
        @($seen.Errors)[0].FullyQualifiedErrorId | Should -Be 'M365Access.cannot_ask,Block-M365User'
        @($seen.Errors)[0].ErrorDetails.RecommendedAction | Should -Match '-Confirm:\$false'
        Get-State $person.UserId | Should -Be 'Allowed'
    }
}

Describe 'A cmdlet that gives access back' {
    It 'asks only when it is told to' {
        $person = Get-Person
        [void] (Block-M365User $person.User -KeepSessions -Confirm:$false)
        $seen = Invoke-Answering 'Unblock-M365User $people[0].User -Confirm' $person 'No'
        $seen.Asked.Count | Should -Be 1
        Get-State $person.UserId | Should -Be 'Blocked'
        $seen = Invoke-Answering '$ConfirmPreference = ''Medium''; Unblock-M365User $people[0].User' $person 'No'
        $seen.Asked.Count | Should -Be 1
        $seen = Invoke-Answering 'Unblock-M365User $people[0].User' $person
        $seen.Asked | Should -BeNullOrEmpty
        Get-State $person.UserId | Should -Be 'Allowed'
    }
}

Describe 'A rehearsal' {
    It 'is what $WhatIfPreference asks for, in the caller too, and never asks' {
        $person = Get-Person
        foreach ($script in '$WhatIfPreference = $true; Block-M365User $people[0].User -Confirm',
            'function Caller { [CmdletBinding(SupportsShouldProcess)] param() Block-M365User $people[0].User }; Caller -WhatIf') {
            $seen = Invoke-Answering $script $person
            $seen.Errors | Should -BeNullOrEmpty
            $seen.Asked | Should -BeNullOrEmpty
            $seen.Output.Outcome | Select-Object -Unique | Should -Be 'Planned'
        }
        $seen = Invoke-Answering '$WhatIfPreference = $true; Block-M365User $people[0].User -WhatIf:$false -Confirm:$false -KeepSessions' $person
        $seen.Output.Outcome | Should -Be 'Verified'
    }
}

Describe 'Everybody' {
    It 'has to be named by number' {
        $tenant = Connect-M365 -Simulated -SimulatedUsers 15 -Seed 5
        try {
            $connection = $tenant
            $script = 'Block-M365User -All -AllowPrivileged -KeepSessions -ErrorAction SilentlyContinue'
            $seen = Invoke-Answering $script @() 'yes'
            $seen.Asked[0] | Should -Match '\d+ people'
            @($seen.Errors)[-1].FullyQualifiedErrorId | Should -Match '^M365Access\.cap_percent'
            @(Get-M365User -All -Blocked -Connection $tenant).Count | Should -BeLessThan 8
            $number = [regex]::Match($seen.Asked[0], '\d+').Value
            $seen = Invoke-Answering $script @() $number
            $seen.Asked.Count | Should -Be 1
            @($seen.Output | Where-Object Outcome -In 'Verified', 'Unchanged').Count | Should -Be $number
        }
        finally { Disconnect-M365 $tenant }
    }
}
