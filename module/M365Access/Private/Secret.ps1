# Secrets on their way in and out. They travel as bytes that are wiped, never as a .NET string: strings cannot be.

# Where a secret value begins in an event: ,"password":" or {"password":". Quotes within JSON text are escaped, so this
# cannot stand inside of one.
$script:PasswordMark = [System.Text.Encoding]::ASCII.GetBytes('"password":"')

# A request as UTF-8 JSON. Secrets (name -> SecureString) are put in behind the rest, character by character.
# The caller wipes the result.
function ConvertTo-RequestByte {
    param([System.Collections.IDictionary] $Request, [System.Collections.IDictionary] $Secret)

    $text = Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $Request -Compress -Depth 5
    $plain = [System.Text.Encoding]::UTF8.GetBytes($text)
    if ($null -eq $Secret -or $Secret.Count -eq 0) { return , $plain }

    # A character takes six bytes at the most, as \u0000.
    $room = $plain.Length
    foreach ($name in $Secret.Keys) { $room += $name.Length + 6 + 6 * $Secret[$name].Length }
    $bytes = [byte[]]::new($room)
    # All but the closing brace.
    [Array]::Copy($plain, $bytes, $plain.Length - 1)
    $position = $plain.Length - 1
    foreach ($name in $Secret.Keys) {
        $before = "`"$name`":`""
        if ($position -gt 1) { $before = ",$before" }
        $position += [System.Text.Encoding]::ASCII.GetBytes($before, 0, $before.Length, $bytes, $position)
        $pointer = [System.Runtime.InteropServices.Marshal]::SecureStringToGlobalAllocUnicode($Secret[$name])
        try {
            for ($index = 0; $index -lt $Secret[$name].Length; $index++) {
                $code = [int] [System.Runtime.InteropServices.Marshal]::ReadInt16($pointer, 2 * $index) -band 0xffff
                if ($code -ge 0x20 -and $code -le 0x7e -and $code -ne 0x22 -and $code -ne 0x5c) {
                    $bytes[$position] = $code
                    $position++
                }
                else {
                    $escaped = '\u{0:x4}' -f $code
                    $position += [System.Text.Encoding]::ASCII.GetBytes($escaped, 0, 6, $bytes, $position)
                }
            }
        }
        finally {
            [System.Runtime.InteropServices.Marshal]::ZeroFreeGlobalAllocUnicode($pointer)
        }
        $bytes[$position] = 0x22
        $position++
    }
    $bytes[$position] = 0x7d
    $position++

    $result = [byte[]]::new($position)
    [Array]::Copy($bytes, $result, $position)
    [Array]::Clear($bytes, 0, $bytes.Length)
    , $result
}

# Takes the passwords out of an event, in the order of its records, and blanks them there before the event becomes text.
function Remove-EventPassword {
    param([byte[]] $Buffer, [int] $Length)

    $mark = $script:PasswordMark
    $found = [System.Collections.Generic.List[securestring]]::new()
    $position = 0
    while ($true) {
        $start = Find-Byte -Buffer $Buffer -Length $Length -Start $position -Wanted $mark
        if ($start -lt 0) { break }
        $start += $mark.Length
        $end = $start
        while ($end -lt $Length -and $Buffer[$end] -ne 0x22) {
            # What follows a backslash is part of the text, also a quote.
            if ($Buffer[$end] -eq 0x5c) { $end++ }
            $end++
        }
        $characters = [System.Text.Encoding]::UTF8.GetChars($Buffer, $start, $end - $start)
        $found.Add((ConvertTo-Secret $characters))
        [Array]::Clear($characters, 0, $characters.Length)
        for ($index = $start; $index -lt $end; $index++) { $Buffer[$index] = 0x78 }
        $position = $end
    }
    , $found
}

function Find-Byte {
    param([byte[]] $Buffer, [int] $Length, [int] $Start, [byte[]] $Wanted)

    $last = $Length - $Wanted.Length
    $position = $Start
    while ($position -le $last) {
        $position = [Array]::IndexOf($Buffer, $Wanted[0], $position, $last - $position + 1)
        if ($position -lt 0) { return -1 }
        $same = 1
        while ($same -lt $Wanted.Length -and $Buffer[$position + $same] -eq $Wanted[$same]) { $same++ }
        if ($same -eq $Wanted.Length) { return $position }
        $position++
    }
    -1
}

# A SecureString from the characters of a JSON text, escapes and all.
function ConvertTo-Secret {
    param([char[]] $Characters)

    $short = @{ [char] 'n' = 10; [char] 'r' = 13; [char] 't' = 9; [char] 'b' = 8; [char] 'f' = 12 }
    $secret = [securestring]::new()
    for ($index = 0; $index -lt $Characters.Length; $index++) {
        $character = $Characters[$index]
        if ($character -eq [char] '\') {
            $index++
            $character = $Characters[$index]
            if ($character -ceq [char] 'u') {
                $code = [Convert]::ToInt32([string]::new($Characters, $index + 1, 4), 16)
                $index += 4
                $character = [char] $code
            }
            elseif ($short.ContainsKey($character)) { $character = [char] $short[$character] }
        }
        $secret.AppendChar($character)
    }
    $secret.MakeReadOnly()
    , $secret
}
