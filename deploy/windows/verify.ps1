<#
.SYNOPSIS
Checks on a real Windows what pipeferry's tests cannot show under Wine.

.DESCRIPTION
Run it in Windows PowerShell 5.1, as administrator, at the console or over
remote desktop: in a network logon (SSH, WinRM) Windows refuses a gateway
further instances of its own pipes, as docs/windows.md tells.

It makes a folder in %TEMP%, a local user with a random password and a service,
and takes all of them away again. Each check prints a line: PASS, FAIL, or SKIP
with its reason. The exit code is 0 if nothing failed, 1 if something did, 2 if
it could not begin.

.PARAMETER Program
pipeferry.exe; by default the one beside this script.

.PARAMETER SendCtrlC
Used by the script itself: sends Ctrl-C to the console of that process.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File verify.ps1 -Program .\pipeferry.exe
#>
#Requires -Version 5.1
#Requires -RunAsAdministrator
[CmdletBinding(DefaultParameterSetName = 'Verify')]
param(
    [Parameter(ParameterSetName = 'Verify')] [string] $Program,
    [Parameter(ParameterSetName = 'CtrlC', Mandatory = $true)] [int] $SendCtrlC
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
if ($PSVersionTable.PSEdition -eq 'Core') {
    Write-Output 'This needs Windows PowerShell 5.1: powershell.exe, not pwsh.exe.'
    exit 2
}

Add-Type -Path (Join-Path $PSScriptRoot 'verify.cs')

if ($PSCmdlet.ParameterSetName -eq 'CtrlC') {
    [Verify.Terminal]::SendCtrlC($SendCtrlC)
    exit 0
}

# -- How checks are made -------------------------------------------------------

$results = @{ PASS = 0; FAIL = 0; SKIP = 0 }

function Write-Result([string] $Result, [string] $Name, [string] $Text) {
    $results[$Result] += 1
    $detail = if ($Text) { ": $Text" } else { '' }
    Write-Output ('{0}  {1}{2}' -f $Result, $Name, $detail)
}

# Runs one check. It passes unless it throws; what it gives out is shown.
function Test-Promise([string] $Name, [scriptblock] $Body) {
    try {
        $said = & $Body
        Write-Result 'PASS' $Name ($said -join ', ')
    } catch {
        $why = $_.Exception.GetBaseException().Message
        if ($why.StartsWith('SKIP ')) {
            Write-Result 'SKIP' $Name $why.Substring(5)
        } else {
            Write-Result 'FAIL' $Name $why
        }
    }
}

function Assert-Equal($Found, $Expected, [string] $What) {
    if ($Found -ne $Expected) { throw "${What}: $Found, and not $Expected" }
}

function Wait-Until([string] $What, [scriptblock] $Condition) {
    $end = (Get-Date).AddSeconds(20)
    while (-not (& $Condition)) {
        if ((Get-Date) -gt $end) { throw "waited 20 s for $What" }
        Start-Sleep -Milliseconds 100
    }
}

# -- What is started, and taken away again --------------------------------------

$started = New-Object System.Collections.ArrayList
$parties = New-Object System.Collections.ArrayList
$tag = 'pf-verify-' + [Guid]::NewGuid().ToString('N').Substring(0, 6)
$folder = Join-Path $env:TEMP $tag
$self = [Verify.Account]::new()
$data = Join-Path $env:ProgramData 'pipeferry'
$hadData = Test-Path $data

function Get-PipePath([string] $Name) { "\\.\pipe\$tag-$Name" }

# A child with a console of its own.
function Start-Child([string] $File, [string] $Arguments, [string] $Name, [string] $StandardInput) {
    $options = @{
        FilePath = $File
        ArgumentList = $Arguments
        RedirectStandardError = Join-Path $folder "$Name.err"
        RedirectStandardOutput = Join-Path $folder "$Name.out"
        WindowStyle = 'Hidden'
        PassThru = $true
    }
    if ($StandardInput) { $options.RedirectStandardInput = $StandardInput }
    $process = Start-Process @options
    # Without its handle the exit code is lost.
    $null = $process.Handle
    $null = $started.Add($process)
    $process
}

function Wait-Exit($Process) {
    if (-not $Process.WaitForExit(20000)) { throw 'it did not end within 20 s' }
    $Process.ExitCode
}

function Get-Said([string] $Name) {
    $file = Join-Path $folder "$Name.err"
    if (Test-Path $file) { [IO.File]::ReadAllText($file).Trim() }
}

function Write-Config([string] $Name, [string] $Text) {
    $file = Join-Path $folder "$Name.toml"
    [IO.File]::WriteAllText($file, $Text)
    $file
}

# Starts a gateway and waits until it is ready: its process, and the port of its admin server.
function Start-Gateway([string] $Name, [string] $Text) {
    $port = [Verify.TcpParty]::FreePort()
    $file = Write-Config $Name "[admin]`nlisten = `"tcp:127.0.0.1:$port`"`n$Text"
    $process = Start-Child $Program "run --config `"$file`"" $Name
    Wait-Until "the gateway $Name" {
        if ($process.HasExited) { throw "the gateway ended: $(Get-Said $Name)" }
        [Verify.TcpParty]::Status($port, '/readyz') -eq 200
    }
    @{ Process = $process; Port = $port; File = $file }
}

function Start-Party([byte[]] $Greeting, [bool] $Echoes) {
    $party = [Verify.TcpParty]::new($Greeting, $Echoes)
    $null = $parties.Add($party)
    $party
}

# `pipeferry connect` with one byte as its input, to a server of ours that closes
# when it has looked: the exit code, and how much the server has read.
function Invoke-Connect([string] $Name, [string] $Options, [scriptblock] $Look) {
    $server = [Verify.PipeServer]::new((Get-PipePath $Name), $false)
    $looked = $null
    try {
        $arguments = "connect pipe:$tag-$Name,$Options"
        $process = Start-Child $Program $arguments $Name (Join-Path $folder 'one-byte')
        $read = $server.Accept(1)
        if ($Look) { $looked = & $Look $server }
    } finally {
        $server.Dispose()
    }
    @{ Code = (Wait-Exit $process); Read = $read.Length; Looked = $looked }
}

function Invoke-Service([string] $Verb, [string] $Options) {
    $code = Wait-Exit (Start-Child $Program "service $Verb --name $tag $Options" "service-$Verb")
    if ($code -ne 0) { throw "service ${Verb}: $(Get-Said "service-$Verb")" }
    $code
}

# Each step by itself, so that one that fails leaves nothing else behind.
function Remove-Everything {
    # The folder of all services is made with the first of them.
    $ours = if ($hadData) { Join-Path $data "logs\$tag*.log" } else { $data }
    $steps = @(
        { if (Get-LocalUser -Name $tag -ErrorAction SilentlyContinue) { Remove-LocalUser -Name $tag } }
        {
            if (Get-Service -Name $tag -ErrorAction SilentlyContinue) {
                & sc.exe stop $tag | Out-Null
                & sc.exe delete $tag | Out-Null
            }
        }
        {
            foreach ($process in $started) {
                if (-not $process.HasExited) { $process.Kill() }
                $null = $process.WaitForExit(5000)
            }
        }
        { foreach ($party in $parties) { $party.Dispose() } }
        { if (Test-Path $ours) { Remove-Item -Recurse -Force $ours } }
        { if (Test-Path $folder) { Remove-Item -Recurse -Force $folder } }
    )
    foreach ($step in $steps) {
        # Write-Output would end this if somebody has pressed Ctrl-C.
        try { & $step } catch { Write-Host "left behind: $_" }
    }
}

# -- Whether it can begin --------------------------------------------------------

if (-not $Program) { $Program = Join-Path $PSScriptRoot 'pipeferry.exe' }
if (-not (Test-Path $Program)) {
    Write-Output "There is no $Program; name it with -Program."
    exit 2
}
$Program = (Resolve-Path $Program).ProviderPath
$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
if ($identity.Groups | Where-Object { $_.Value -eq 'S-1-5-2' }) {
    Write-Output 'This is a network logon (SSH, WinRM). Run it at the console or over remote desktop.'
    exit 2
}

try {
    $null = New-Item -ItemType Directory $folder
    [IO.File]::WriteAllText((Join-Path $folder 'one-byte'), 'x')
    # The service's account must be able to run it, wherever it was.
    Copy-Item $Program (Join-Path $folder 'pipeferry.exe')
    $Program = Join-Path $folder 'pipeferry.exe'
    $password = 'Aa1!' + [Guid]::NewGuid().ToString('N')
    $secret = ConvertTo-SecureString $password -AsPlainText -Force
    $null = New-LocalUser -Name $tag -Password $secret -Description 'made by verify.ps1, to be removed'
    Add-LocalGroupMember -SID 'S-1-5-32-545' -Member $tag
    $user = "$env:COMPUTERNAME\$tag"
    $interactive = [Verify.Account]::new($tag, $password, 2)
    $network = [Verify.Account]::new($tag, $password, 3)

    # -- The program -------------------------------------------------------------

    Test-Promise 'program' {
        $version = (Get-Item $Program).VersionInfo.ProductVersion
        if (-not $version) { throw 'it carries no version information' }
        $says = & $Program --version
        if ("$says" -notlike "*$version*") { throw "it says $says, and its properties say $version" }
        $says
    }

    # -- One gateway with a bridge for each question --------------------------------

    $echo = Start-Party $null $true
    $collect = Start-Party $null $false
    $send = Start-Party ([Verify.Bytes]::Pattern(40000)) $false
    $tlsPort = [Verify.TcpParty]::FreePort()
    Push-Location $folder
    & $Program certs init --name 'pipeferry verify' | Out-Null
    & $Program certs issue localhost --server | Out-Null
    & $Program certs issue near --client | Out-Null
    Pop-Location
    $one = Start-Gateway 'one' @"
[identity.far]
cert  = "certs/localhost.pem"
key   = "certs/localhost.key"
trust = "certs/ca.pem"
[identity.near]
cert  = "certs/near.pem"
key   = "certs/near.key"
trust = "certs/ca.pem"
[bridge.default]
listen  = "pipe:$tag-default"
connect = "tcp:127.0.0.1:$($echo.Port)"
[bridge.user]
listen  = { address = "pipe:$tag-user", allow = [{ user = '$user' }] }
connect = "tcp:127.0.0.1:$($echo.Port)"
[bridge.remote]
listen  = { address = "pipe:$tag-remote", allow = [{ user = '$user' }], remote = true }
connect = "tcp:127.0.0.1:$($echo.Port)"
[bridge.both]
listen  = { address = "pipe:$tag-both", allow = [{ user = '$user', sid = "S-1-5-4" }] }
connect = "tcp:127.0.0.1:$($echo.Port)"
[bridge.service]
listen  = { address = "pipe:$tag-no-service", allow = [{ user = '$user', sid = "S-1-5-6" }] }
connect = "tcp:127.0.0.1:$($echo.Port)"
[bridge.options]
listen  = { address = "pipe:$tag-options", type = "message", instances = 7, in_buffer = 8192, out_buffer = 12288 }
connect = "tcp:127.0.0.1:$($echo.Port)"
[bridge.collect]
listen  = "pipe:$tag-collect"
connect = "tcp:127.0.0.1:$($collect.Port)"
[bridge.send]
listen  = { address = "pipe:$tag-send", half_close = "close" }
connect = "tcp:127.0.0.1:$($send.Port)"
[bridge.near]
listen  = "pipe:$tag-tls"
connect = { address = "tls:localhost:$tlsPort", identity = "near" }
[bridge.far]
listen  = { address = "tls:127.0.0.1:$tlsPort", identity = "far", allow = [{ cn = "near" }] }
connect = "tcp:127.0.0.1:$($echo.Port)"
"@

    Test-Promise 'own account' {
        Assert-Equal ([Verify.Pipe]::Echo($self, (Get-PipePath 'default'))) 'ferry' 'the account that runs it'
    }

    Test-Promise 'certificates' {
        Assert-Equal ([Verify.Pipe]::Echo($self, (Get-PipePath 'tls'))) 'ferry' 'from pipe to pipe over TLS'
    }

    Test-Promise 'descriptor' {
        $printed = (& $Program check --config $one.File) -join "`n"
        $descriptors = ($printed -split '(?m)^security descriptors\s*$')[-1]
        foreach ($name in 'default', 'user', 'remote') {
            $sddl = [regex]::Match($descriptors, "(?m)^  $name +(\S+)").Groups[1].Value
            if (-not $sddl) { throw "check prints no descriptor for $name" }
            $expected = [Verify.Pipe]::EntriesOfSddl($sddl)
            Assert-Equal ([Verify.Pipe]::Entries((Get-PipePath $name))) $expected "the descriptor of $name"
        }
    }

    Test-Promise 'options' {
        $type, $buffer, $other, $most = [Verify.Pipe]::Info((Get-PipePath 'options'))
        Assert-Equal "$type $most" '4 7' 'type and limit'
        # Which of the two is a client's outgoing one, Microsoft does not say.
        Assert-Equal (($buffer, $other | Sort-Object) -join ' ') '8192 12288' 'buffers'
    }

    # -- Who comes in --------------------------------------------------------------

    Test-Promise 'stranger' {
        $code = [Verify.Pipe]::OpenError($interactive, (Get-PipePath 'default'))
        Assert-Equal $code 5 'the error for another user'
    }

    Test-Promise 'allowed user' {
        Assert-Equal ([Verify.Pipe]::Echo($interactive, (Get-PipePath 'user'))) 'ferry' 'a user whom allow names'
    }

    Test-Promise 'network logon' {
        $code = [Verify.Pipe]::OpenError($network, (Get-PipePath 'user'))
        Assert-Equal $code 5 'the error for the same user in a network logon'
        Assert-Equal ([Verify.Pipe]::Echo($network, (Get-PipePath 'remote'))) 'ferry' 'with remote = true'
    }

    Test-Promise 'both conditions' {
        # The DACL lets the user in; whether the other condition is met, only the token tells.
        $met = [Verify.Pipe]::EchoShown($interactive, (Get-PipePath 'both'))
        Assert-Equal $met 'ferry' 'a user who is logged on here'
        $unmet = [Verify.Pipe]::EchoShown($interactive, (Get-PipePath 'no-service'))
        Assert-Equal $unmet 'ended' 'a user who is no service'
        $hidden = [Verify.Pipe]::Echo($interactive, (Get-PipePath 'both'))
        Assert-Equal $hidden 'ended' 'a client that does not show its token at once'
    }

    Test-Promise 'remote client' {
        $reference = [Verify.PipeServer]::new((Get-PipePath 'reference'), $true)
        try {
            $code = [Verify.Pipe]::OpenError($self, "\\localhost\pipe\$tag-reference")
        } finally {
            $reference.Dispose()
        }
        if ($code -ne 0) { throw "SKIP SMB to this machine itself does not work here: error $code" }
        $code = [Verify.Pipe]::OpenError($self, "\\localhost\pipe\$tag-default")
        if ($code -eq 0) { throw 'it was let in' }
        Assert-Equal ([Verify.Pipe]::Echo($self, "\\localhost\pipe\$tag-remote")) 'ferry' 'with remote = true'
        "refused with error $code"
    }

    # -- Whose name it is ------------------------------------------------------------

    Test-Promise 'first instance' {
        $path = Get-PipePath 'default'
        $code = [Verify.Pipe]::MakeError($self, $path, $true)
        Assert-Equal $code 5 'the error for a second first instance'
    }

    Test-Promise 'squatted name' {
        $squatter = [Verify.PipeServer]::new((Get-PipePath 'squatted'), $false)
        try {
            $text = "[bridge.a]`nlisten = `"pipe:$tag-squatted`"`nconnect = `"tcp:127.0.0.1:9`"`n"
            $file = Write-Config 'squatted' $text
            $process = Start-Child $Program "run --config `"$file`"" 'squatted'
            if ((Wait-Exit $process) -eq 0) { throw 'it ended with code 0' }
            if ((Get-Said 'squatted') -notlike "*$tag-squatted*") { throw "it said: $(Get-Said 'squatted')" }
        } finally {
            $squatter.Dispose()
        }
    }

    Test-Promise 'no instance by clients' {
        $path = Get-PipePath 'user'
        # An administrator may, so the question is put as Windows wants it.
        Assert-Equal ([Verify.Pipe]::MakeError($self, $path, $false)) 0 'the error for an administrator'
        Assert-Equal ([Verify.Pipe]::MakeError($interactive, $path, $false)) 5 'the error for a client'
    }

    Test-Promise 'owner' {
        $theirs = Invoke-Connect 'owner-other' 'owner=S-1-5-19' $null
        Assert-Equal $theirs.Code 1 'the exit code where the pipe is somebody else''s'
        Assert-Equal $theirs.Read 0 'the bytes that somebody else got'
        $ours = Invoke-Connect 'owner-own' "owner=$($identity.User.Value)" $null
        Assert-Equal $ours.Code 0 'the exit code where it is ours'
        Assert-Equal $ours.Read 1 'the bytes that came'
    }

    # -- What a server may do with a token -------------------------------------------

    Test-Promise 'impersonation levels' {
        $level = { param($server) $server.ClientLevel() }
        $words = 'anonymous', 'identification', 'impersonation', 'delegation'
        foreach ($expected in 0..3) {
            $word = $words[$expected]
            $connected = Invoke-Connect "level-$word" "impersonation=$word" $level
            Assert-Equal $connected.Looked $expected "the level of $word"
        }
        $connected = Invoke-Connect 'level-default' 'wait=5s' $level
        Assert-Equal $connected.Looked 1 'the level by default'
    }

    Test-Promise 'error 1368' {
        $path = Get-PipePath 'unread'
        $server = [Verify.PipeServer]::new($path, $false)
        $client = [Verify.Pipe]::Open($path)
        try {
            $null = $server.Accept(0)
            $before = $server.ImpersonateError()
            $client.Write([byte[]] @(1), 0, 1)
            $null = $server.Accept(1)
            $after = $server.ImpersonateError()
        } finally {
            $client.Dispose()
            $server.Dispose()
        }
        Assert-Equal $before 1368 'the error before something was read'
        Assert-Equal $after 0 'the error afterwards'
    }

    # -- Nothing is lost -------------------------------------------------------------

    Test-Promise 'client that exits' {
        $file = Join-Path $folder 'write-and-exit.ps1'
        [IO.File]::WriteAllText($file, @'
param([string] $Name)
$pipe = New-Object IO.Pipes.NamedPipeClientStream '.', $Name, 'InOut'
$pipe.Connect(5000)
$bytes = New-Object byte[] 200000
for ($at = 0; $at -lt 200000; $at++) { $bytes[$at] = $at % 251 }
$pipe.Write($bytes, 0, 200000)
[Environment]::Exit(0)
'@)
        $arguments = "-NoProfile -ExecutionPolicy Bypass -File `"$file`" $tag-collect"
        $process = Start-Child 'powershell.exe' $arguments 'write-and-exit'
        Assert-Equal (Wait-Exit $process) 0 'the exit code of the client'
        Assert-Equal ([Verify.Bytes]::Tell($collect.Collected(20), 200000)) 'all' 'what came of 200,000 bytes'
    }

    Test-Promise 'gateway that exits' {
        # The client says nothing, and reads when nobody is there any more.
        $client = [Verify.Pipe]::Open((Get-PipePath 'send'))
        try {
            if ($null -eq $send.Collected(20)) { throw 'the connection did not end' }
            Start-Sleep -Seconds 1
            $one.Process.Kill()
            $one.Process.WaitForExit()
            $told = [Verify.Bytes]::Tell([Verify.Pipe]::ReadAll($client), 40000)
        } finally {
            $client.Dispose()
        }
        Assert-Equal $told 'all' 'what could be read of 40,000 bytes'
    }

    # -- Stopping ----------------------------------------------------------------------

    Test-Promise 'ctrl-c' {
        $text = "[bridge.a]`nlisten = `"pipe:$tag-console`"`nconnect = `"tcp:127.0.0.1:$($echo.Port)`"`n"
        $gateway = Start-Gateway 'console' $text
        $client = [Verify.Pipe]::Open((Get-PipePath 'console'))
        try {
            Assert-Equal ([Verify.Pipe]::Echo($client)) 'ferry' 'before'
            $arguments = "-NoProfile -ExecutionPolicy Bypass -File `"$PSCommandPath`" -SendCtrlC $($gateway.Process.Id)"
            Assert-Equal (Wait-Exit (Start-Child 'powershell.exe' $arguments 'ctrl-c')) 0 'the sender''s exit code'
            Wait-Until 'the gateway to drain' { [Verify.TcpParty]::Status($gateway.Port, '/readyz') -eq 503 }
            Assert-Equal ([Verify.Pipe]::Echo($client)) 'ferry' 'while it drains'
            if ([Verify.Pipe]::OpenError($self, (Get-PipePath 'console')) -eq 0) { throw 'somebody else came in' }
        } finally {
            $client.Dispose()
        }
        Assert-Equal (Wait-Exit $gateway.Process) 0 'its exit code'
    }

    # -- As a service --------------------------------------------------------------------

    Test-Promise 'service' {
        $text = "[bridge.a]`nlisten = `"pipe:$tag-service`"`nconnect = `"tcp:127.0.0.1:$($echo.Port)`"`n"
        $file = Write-Config 'service' $text
        Assert-Equal (Invoke-Service 'install' "--config `"$file`"") 0 'the exit code of install'
        $account = (Get-CimInstance Win32_Service -Filter "Name = '$tag'").StartName
        Assert-Equal $account "NT SERVICE\$tag" 'its account'
        $name = [Security.Principal.NTAccount]::new($account)
        $sid = $name.Translate([Security.Principal.SecurityIdentifier]).Value
        & icacls.exe $folder /grant "*${sid}:(OI)(CI)RX" /T | Out-Null
        Assert-Equal (Invoke-Service 'start' '') 0 'the exit code of start'
        Assert-Equal ([Verify.Pipe]::Echo($self, (Get-PipePath 'service'))) 'ferry' 'the account that runs this'
        $entries = [Verify.Pipe]::Entries((Get-PipePath 'service'))
        if ($entries -notlike "*AccessAllowed 1f01ff $sid*") { throw "its own account is not in $entries" }
    }

    Test-Promise 'service drains' {
        $client = [Verify.Pipe]::Open((Get-PipePath 'service'))
        try {
            Assert-Equal ([Verify.Pipe]::Echo($client)) 'ferry' 'before'
            $stop = Start-Child $Program "service stop --name $tag" 'service-stop'
            Wait-Until 'the service to drain' { "$((Get-Service -Name $tag).Status)" -eq 'StopPending' }
            Assert-Equal ([Verify.Pipe]::Echo($client)) 'ferry' 'while it drains'
        } finally {
            $client.Dispose()
        }
        Assert-Equal (Wait-Exit $stop) 0 'the exit code of stop'
        Assert-Equal "$((Get-Service -Name $tag).Status)" 'Stopped' 'its state'
    }

    Test-Promise 'service log' {
        $log = Join-Path $data "logs\$tag.log"
        $connections = @([IO.File]::ReadAllLines($log) | Where-Object { $_ -like '*"outcome"*' }).Count
        if ($connections -lt 2) { throw "$log tells of $connections connections" }
        $events = @(Get-WinEvent -FilterHashtable @{ LogName = 'Application'; ProviderName = $tag }).Count
        if ($events -lt 2) { throw "the Event Log has $events events, and not its start and its stop" }
    }

    Test-Promise 'service uninstall' {
        Assert-Equal (Invoke-Service 'uninstall' '') 0 'the exit code'
        if (Get-Service -Name $tag -ErrorAction SilentlyContinue) { throw 'it is still there' }
    }
} finally {
    Remove-Everything
}

Write-Output ('{0} passed, {1} failed, {2} skipped' -f $results.PASS, $results.FAIL, $results.SKIP)
if ($results.FAIL -gt 0) { exit 1 }
