function Import-M365Mfa {
    <#
    .SYNOPSIS
    Sets per-user MFA states from a CSV file, the one of the older portal's bulk update.
    .DESCRIPTION
    The file has a column Username (or UserPrincipalName, or Id) and a column MFA Status with Enabled,
    Enforced or Disabled; headings and words in any case, separated by comma, semicolon or tab, with or
    without quotes; further columns are not looked at. The files of New-M365MfaTemplate and of Get-M365Mfa |
    Export-Csv are taken too.

    The whole file is checked before anything is written, against itself and against the directory: unknown
    states, empty cells, missing and doubled columns, what is not UTF-8, people who do not exist (they are
    never created), people who are on two lines with different states. Every fault is reported with its line
    and column, and without -SkipFaulty nothing is written then. Lines that agree about a person are one.

    Then the state of each person is set and read back, as by Set-M365Mfa. Nothing is sent for those who have
    it already, and the caps do not count them: the file can hold everybody.

    It asks only when -Confirm is given; look first with -WhatIf.
    .PARAMETER Path
    The file.
    .PARAMETER ValidateOnly
    Checks the file, reports its faults, and does nothing. -InformationAction Continue shows the result of a
    good one.
    .PARAMETER SkipFaulty
    Goes on with the good lines of the file when others are faulty. Each faulty line is one failed outcome that
    names all its faults. Whoever is on two lines with different states is left alone.
    .PARAMETER Except
    People (user principal names or object ids) or groups (group:<name or id>) who are never touched, however
    they were selected. One that does not exist stops the run before anything is written.
    .PARAMETER MaximumUsers
    The most people that this run may touch; 100 if nothing is said. Above it, nothing is written. Who says
    -All with -MaximumPercent 100, or answers with the number of people, has said how many.
    .PARAMETER MaximumPercent
    The largest share of the tenant that this run may touch, in percent; 10 if nothing is said, and only
    looked at when more than 20 people are concerned. Above it, nothing is written.
    .PARAMETER AllowPrivileged
    Lets the run touch administrators who were not named singly. Emergency accounts stay protected from MFA,
    which they may not be prepared for.
    .PARAMETER Reason
    Kept in the journal and in the evidence, for example a ticket number.
    .PARAMETER PlanPath
    Writes the plan to this file instead of running it.
    .PARAMETER TimeLimit
    Stops between two changes when this time has passed. What was done stays done; repeating the command does
    the rest.
    .PARAMETER Connection
    A connection, or its name; the current one if nothing is said.
    .EXAMPLE
    [void] (New-M365MfaTemplate -Path mfa.csv -Filter "userType eq 'Guest'")
    Import-M365Mfa -Path mfa.csv -WhatIf

    Writes a file with every guest and their state, and shows what importing it would do: nothing, as long as
    it is not edited.
    .EXAMPLE
    Get-M365Mfa -State Enabled | Export-Csv enabled.csv -NoTypeInformation
    Import-M365Mfa -Path enabled.csv -ValidateOnly

    Checks a file, and does nothing.
    .OUTPUTS
    M365Access.Outcome, one for each person (Mfa).
    .NOTES
    Permissions: Policy.ReadWrite.AuthenticationMethod with User.Read.All, and RoleManagement.Read.Directory
    to know who is an administrator. Role: Authentication Policy Administrator today; the older portal (and
    Set-MsolUser) asked for Global Administrator.

    The state is read and written through an interface that Microsoft offers in beta only. Calls are paced at
    five in ten seconds, the published limit for authentication methods: a hundred people take some minutes.
    .LINK
    New-M365MfaTemplate
    .LINK
    Set-M365Mfa
    .LINK
    https://learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('M365Access.Outcome')]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Path,

        [switch] $ValidateOnly,

        [switch] $SkipFaulty,

        [string[]] $Except,

        [ValidateRange(1, [int]::MaxValue)] [int] $MaximumUsers,

        [ValidateRange(1, 100)] [int] $MaximumPercent,

        [switch] $AllowPrivileged,

        [string] $Reason,

        [string] $PlanPath,

        [timespan] $TimeLimit,

        [object] $Connection
    )

    Invoke-Operation -Operation 'import_mfa' -Cmdlet $PSCmdlet
}
