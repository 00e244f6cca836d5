# Sentences that people read, in their language.
#
# The engine sends each sentence in English together with a stable word and what stands in its places. The string tables
# have the same words; one is loaded when the first sentence is needed, never at import.

$script:Strings = $null
$script:StringsCulture = $null

# The folder of the table for this culture; other languages read English.
function Get-StringsCulture {
    switch ([System.Globalization.CultureInfo]::CurrentUICulture.TwoLetterISOLanguageName) {
        'nl' { return 'nl-NL' }
        'sv' { return 'sv-SE' }
        default { return 'en-US' }
    }
}

function Get-StringTable {
    $culture = Get-StringsCulture
    if ($script:StringsCulture -ne $culture) {
        try {
            Microsoft.PowerShell.Utility\Import-LocalizedData -BindingVariable table -BaseDirectory $script:ModuleRoot `
                -FileName 'Strings.psd1' -UICulture $culture
        }
        catch {
            # Without a table there is still the English of the engine, and an error is told by its code.
            $table = @{}
        }
        $script:Strings = $table
        $script:StringsCulture = $culture
    }
    $script:Strings
}

# One sentence: a word, what stands in its places (a dictionary, or an object from JSON), and the engine's English text
# for a word that the tables do not have.
function Get-Sentence {
    param([string] $Id, $Arguments, [string] $Fallback)

    $template = (Get-StringTable)[$Id]
    if (-not $template) { return $Fallback }
    $places = @{}
    if ($Arguments -is [System.Collections.IDictionary]) {
        $places = $Arguments
    }
    elseif ($null -ne $Arguments) {
        foreach ($property in $Arguments.PSObject.Properties) { $places[$property.Name] = ConvertTo-PlainText $property.Value }
    }
    # In one pass, so that a name that looks like a place is left alone.
    $text = [System.Text.StringBuilder]::new()
    $position = 0
    foreach ($match in [regex]::Matches($template, '\{(\w+)\}')) {
        [void] $text.Append($template, $position, $match.Index - $position)
        $name = $match.Groups[1].Value
        if ($places.Contains("${name}Id")) { [void] $text.Append((Get-InnerSentence -Places $places -Name $name)) }
        elseif ($places.Contains($name)) { [void] $text.Append([string] $places[$name]) } else { [void] $text.Append($match.Value) }
        $position = $match.Index + $match.Length
    }
    [void] $text.Append($template, $position, $template.Length - $position)
    $text.ToString()
}

# The sentence that stands in a place of another one: its word is beside the place, what stands in its places behind a dot.
function Get-InnerSentence {
    param([System.Collections.IDictionary] $Places, [string] $Name)

    $inner = @{}
    foreach ($place in $Places.Keys) {
        if ($place.StartsWith("$Name.")) { $inner[$place.Substring($Name.Length + 1)] = $Places[$place] }
    }
    Get-Sentence -Id $Places["${Name}Id"] -Arguments $inner -Fallback ([string] $Places[$Name])
}

# The sentence of an event or record, under the names that the engine gives its parts (message..., advice...).
function Get-EventSentence {
    param($Source, [string] $Name = 'message')

    $text = Get-Field $Source $Name
    if (-not $text) { return $null }
    $id = Get-Field $Source "${Name}Id"
    if (-not $id) { return $text }
    Get-Sentence -Id $id -Arguments (Get-Field $Source "${Name}Arguments") -Fallback $text
}
