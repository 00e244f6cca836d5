# What PowerShell itself says of the module: the dialect, the import, the help.

BeforeAll {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $module = "$root/module/M365Access/M365Access.psd1"
    Import-Module $module -Force

    # A fresh runspace: no module is loaded in it yet. Gives what came out; an error is its id and its sentence.
    function Invoke-Fresh {
        param([string] $Script, [string] $Library, [string] $LanguageMode = 'FullLanguage')
        $before = [Environment]::GetEnvironmentVariable('M365_ACCESS_LIBRARY')
        $shell = [powershell]::Create([System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2())
        try {
            if ($Library) { [Environment]::SetEnvironmentVariable('M365_ACCESS_LIBRARY', $Library) }
            $shell.Runspace.SessionStateProxy.LanguageMode = $LanguageMode
            $shell.AddScript($Script).Invoke()
            foreach ($record in $shell.Streams.Error) {
                $record.FullyQualifiedErrorId
                $record.Exception.Message
            }
        }
        finally {
            [Environment]::SetEnvironmentVariable('M365_ACCESS_LIBRARY', $before)
            $shell.Dispose()
        }
    }
}

Describe 'The source' {
    BeforeDiscovery {
        $folder = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access")
        $sources = Get-ChildItem $folder -Recurse -Include *.ps1, *.psm1 | ForEach-Object { @{ Name = $_.Name; Path = $_.FullName } }
    }

    It 'is in the dialect of Windows PowerShell 5.1: <Name>' -ForEach $sources {
        $tokens = $null
        $errors = $null
        $tree = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $tokens, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        $newer = $tree.FindAll({
                param($node)
                $kind = $node.GetType().Name
                $kind -eq 'TernaryExpressionAst' -or $kind -eq 'PipelineChainAst' -or
                ($node.PSObject.Properties['NullConditional'] -and $node.NullConditional) -or
                ($node.PSObject.Properties['Background'] -and $node.Background) -or
                ($node.PSObject.Properties['CleanBlock'] -and $node.CleanBlock) -or
                ($node.PSObject.Properties['Operator'] -and "$($node.Operator)" -match '^QuestionQuestion')
            }, $true)
        $newer | ForEach-Object { "$($_.Extent.StartLineNumber): $($_.Extent.Text)" } | Should -BeNullOrEmpty
    }
}

Describe 'The commands that the source calls' {
    It 'are its own, or named with their module, so that no alias or function of a user stands in for them' {
        $folder = [System.IO.Path]::GetDirectoryName($module)
        $trees = Get-ChildItem $folder -Recurse -Include *.ps1, *.psm1 |
            ForEach-Object { [System.Management.Automation.Language.Parser]::ParseFile($_.FullName, [ref] $null, [ref] $null) }
        $own = foreach ($tree in $trees) {
            $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $true).Name
        }
        $foreign = foreach ($tree in $trees) {
            foreach ($call in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $name = $call.GetCommandName()
                if ($name -and $own -notcontains $name -and $name -notlike 'Microsoft.PowerShell.*\*') { "$($call.Extent.File): $name" }
            }
        }
        $own.Count | Should -BeGreaterThan 30
        $foreign | Should -BeNullOrEmpty
    }
}

Describe 'The import' {
    It 'loads no other module' {
        # What is loaded is looked up with commands of the core alone, which would not load a module of their own.
        $loaded = Invoke-Fresh "Import-Module '$module'; Get-Module | ForEach-Object Name"
        $loaded | Should -Be 'M365Access'
    }

    It 'says where it looked when there is no library' {
        $id, $sentence = Invoke-Fresh "Import-Module '$module'" -Library "$TestDrive/nowhere.so"
        $id | Should -Match '^M365Access\.library_not_found'
        $sentence | Should -Match 'the native library was not found; looked for: .*nowhere\.so'
    }

    It 'says in one sentence that a file is no library' {
        Set-Content "$TestDrive/broken.so" 'not a library'
        $id, $sentence = Invoke-Fresh "Import-Module '$module'" -Library "$TestDrive/broken.so"
        $id | Should -Match '^M365Access\.library_not_loaded'
        $sentence | Should -Match 'broken\.so could not be loaded on \S+: '
    }

    It 'refuses a library of another version with one sentence' {
        $text = & (Get-Module M365Access) {
            $mine = $script:AbiVersion
            try {
                $script:AbiVersion = 999
                Open-NativeLibrary -ModuleRoot $script:ModuleRoot
            }
            catch { $_.FullyQualifiedErrorId; $_.Exception.Message }
            finally { $script:AbiVersion = $mine }
        }
        $text[0] | Should -Match '^M365Access\.library_version'
        $text[1] | Should -Match 'speaks version 1 of the boundary, this module speaks 999'
    }

    It 'is refused with one sentence in constrained language' {
        $id, $sentence = Invoke-Fresh "Import-Module '$module'" -LanguageMode ConstrainedLanguage
        $sentence | Should -Match 'ConstrainedLanguage: the module binds a native library'
    }

    It 'binds once in a process, however many runspaces import it' {
        $seen = 1..5 | ForEach-Object {
            Invoke-Fresh "Import-Module '$module'; & (Get-Module M365Access) { `$script:Native.GetHashCode() }"
        }
        $seen | Should -HaveCount 5
        $seen | Select-Object -Unique | Should -HaveCount 1
    }
}

Describe 'The help' {
    BeforeDiscovery {
        $folder = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/Public")
        $cmdlets = Get-ChildItem $folder -Filter *.ps1 | ForEach-Object { @{ Cmdlet = $_.BaseName } }
    }

    It 'is complete: <Cmdlet>' -ForEach $cmdlets {
        $help = Get-Help $Cmdlet -Full
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -Match '^\s*\w+-M365\w*\s*\['
        $help.description.Text | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + 'WhatIf', 'Confirm'
        foreach ($name in (Get-Command $Cmdlet).Parameters.Keys | Where-Object { $common -notcontains $_ }) {
            $parameter = $help.parameters.parameter | Where-Object name -EQ $name
            $parameter.description.Text | Should -Not -BeNullOrEmpty -Because "-$name is explained"
        }
    }

    It 'uses approved verbs: <Cmdlet>' -ForEach $cmdlets {
        (Get-Verb).Verb | Should -Contain $Cmdlet.Split('-')[0]
    }
}
