function New-M365MfaTemplate {
    <#
    .SYNOPSIS
    Writes a CSV file for Import-M365Mfa, filled with people and their per-user MFA states of today.
    .DESCRIPTION
    The file has the columns Username and MFA Status, is in UTF-8 and says so, and holds nothing that a
    spreadsheet could take for a formula: somebody whose user principal name begins like one is named by the
    object id. Imported as it is, it changes nothing.
    .PARAMETER Path
    The file to be written; one that is there is replaced.
    .PARAMETER Sample
    Writes a small sample with people who do not exist; this needs no connection.
    .PARAMETER User
    User principal names or object ids, also from the pipeline: as text, or as objects with a property User,
    UserPrincipalName, UPN, Username, Identity, Id or ObjectId. Somebody unknown is reported, and the others
    are written.
    .PARAMETER Group
    The members of a group, those of nested groups included; an object id or a display name.
    .PARAMETER Filter
    An OData filter on users, for example "department eq 'Sales'".
    .PARAMETER All
    Every user of the tenant.
    .PARAMETER Except
    People (user principal names or object ids) or groups (group:<name or id>) who are left out.
    .PARAMETER Connection
    A connection, or its name; the current one if nothing is said.
    .EXAMPLE
    New-M365MfaTemplate -Path mfa.csv -All

    Writes everybody in the tenant.
    .EXAMPLE
    New-M365MfaTemplate -Path sample.csv -Sample

    Shows what such a file looks like.
    .OUTPUTS
    System.IO.FileInfo
    .NOTES
    Permissions: User.Read.All and Policy.Read.All. Role: Global Reader.
    .LINK
    Import-M365Mfa
    .LINK
    Get-M365Mfa
    .LINK
    https://learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates
    #>
    [CmdletBinding()]
    [OutputType([System.IO.FileInfo])]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Path,

        [switch] $Sample,

        [Parameter(ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('UserPrincipalName', 'UPN', 'Id', 'ObjectId', 'Username', 'Identity')]
        [string[]] $User,

        [string] $Group,

        [string] $Filter,

        [switch] $All,

        [string[]] $Except,

        [object] $Connection
    )

    begin { $people = [System.Collections.Generic.List[string]]::new() }
    process { if ($null -ne $User) { $people.AddRange($User) } }
    end {
        $written = Invoke-Operation -Operation 'new_mfa_template' -Cmdlet $PSCmdlet -User $people -Local:$Sample
        foreach ($template in $written) { [System.IO.FileInfo]::new($template.Path) }
    }
}
