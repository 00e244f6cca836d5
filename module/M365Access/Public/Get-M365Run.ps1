function Get-M365Run {
    <#
    .SYNOPSIS
    Reads the journal: what was done, by whom, and how it ended.
    .DESCRIPTION
    Every run of a cmdlet that changes something is written down before it begins. Without parameters, all
    runs are listed, the newest first. A run that was cut off (Cancelled, Interrupted) is found here;
    repeating its command does the rest.

    Works without a connection.
    .PARAMETER Id
    Ids of runs, also from the pipeline: every outcome carries one.
    .PARAMETER Last
    Only so many of the newest runs.
    .PARAMETER Since
    Only runs that began at this moment or later.
    .PARAMETER User
    Only runs that were about this person (a user principal name or an object id).
    .PARAMETER Changes
    Adds the outcomes of the changes of each run, in the property Changes.
    .PARAMETER Connection
    A connection, or its name, whose journal is read; the current one if nothing is said, and the default
    journal if there is none.
    .EXAMPLE
    Get-M365Run -Last 5

    The five newest runs.
    .EXAMPLE
    exit (Get-M365Run -Last 1).ExitCode

    Ends a script with the exit code of the last run: 0 all well, 1 some failed, 2 refused by the guard, 3
    unknown outcomes, 4 nothing could be done for want of permission or sign-in, 5 interrupted.

    A script that does not come to a run, because it cannot connect for example, would end with the exit code
    of an older one: Get-Help about_M365Access_Unattended shows a script that cannot.
    .OUTPUTS
    M365Access.Run
    .NOTES
    Permissions: none; the journal is a file of the user who ran the cmdlets.
    .LINK
    Block-M365User
    #>
    [CmdletBinding()]
    [OutputType('M365Access.Run')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('RunId')]
        [string[]] $Id,

        [ValidateRange(1, [int]::MaxValue)] [int] $Last,

        [datetime] $Since,

        [string] $User,

        [switch] $Changes,

        [object] $Connection
    )

    begin {
        $request = New-Request -Cmdlet $PSCmdlet
        $ids = [System.Collections.Generic.List[string]]::new()
    }
    process { if ($Id) { $ids.AddRange($Id) } }
    end {
        if ($ids.Count -gt 0) { $request.Plain['id'] = $ids }
        elseif ($MyInvocation.ExpectingInput) { return }
        $session = Get-JournalSession -Connection $Connection -Cmdlet $PSCmdlet
        Invoke-Job -Operation 'get_run' -Session $session -Cmdlet $PSCmdlet -Request $request.Plain
    }
}
