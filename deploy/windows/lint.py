"""Reads verify.ps1 and verify.cs as far as that goes without Windows.

There is no PowerShell where the tests run. Two parsers (tree-sitter's, from
PyPI) find what is no PowerShell 5.1 and no C#; the rest finds a name that
nobody has defined, which PowerShell itself would find only in passing. What the
script does, this cannot tell.
"""

import re
import sys
from pathlib import Path

import tree_sitter
import tree_sitter_c_sharp
import tree_sitter_powershell

LONGEST_LINE = 120
# What else Windows PowerShell 5.1 has, and programs of the system.
COMMANDS = set(
    "Add-LocalGroupMember Add-Type ConvertTo-SecureString Copy-Item Get-CimInstance Get-Date Get-Item Get-LocalUser"
    " Get-Service Get-WinEvent Join-Path New-Item New-LocalUser New-Object Out-Null Pop-Location Push-Location"
    " Remove-Item Remove-LocalUser Resolve-Path Set-StrictMode Sort-Object Start-Process Start-Sleep Test-Path"
    " Where-Object Write-Host Write-Output icacls.exe powershell.exe sc.exe".split()
)
AUTOMATIC = set("_ null true false env PSVersionTable PSScriptRoot PSCommandPath PSCmdlet LASTEXITCODE".lower().split())


def below(node):
    yield node
    for child in node.children:
        yield from below(child)


def nodes(tree):
    return below(tree.root_node)


def text(node):
    return node.text.decode()


def place(node):
    return f"line {node.start_point[0] + 1}"


def parsed(language, source):
    return tree_sitter.Parser(tree_sitter.Language(language.language())).parse(source.encode())


def syntax(tree, what):
    for node in nodes(tree):
        if node.type == "ERROR" or node.is_missing:
            yield f"{place(node)}: no {what}: {text(node)[:60]!r}"
        # `&&` and `||` came with PowerShell 7.
        if node.type == "pipeline_chain_tail":
            yield f"{place(node)}: not in PowerShell 5.1: {text(node)!r}"


def layout(source):
    """A file without a byte order mark is read as ANSI by PowerShell 5.1."""
    if not source.isascii():
        yield "holds more than ASCII"
    for number, line in enumerate(source.split("\n"), 1):
        if len(line) > LONGEST_LINE or line != line.rstrip() or "\t" in line:
            yield f"line {number}: too long, or white space where none belongs"


def commands(tree):
    defined = {text(node) for node in nodes(tree) if node.type == "function_name"}
    called = {}
    for node in nodes(tree):
        if node.type == "command_name" and not text(node)[0].isdigit():
            called.setdefault(text(node), node)
    known = defined | COMMANDS
    yield from (f"{place(node)}: nobody defines {name}" for name, node in called.items() if name not in known)
    yield from (f"nobody calls {name}" for name in sorted(defined - called.keys()))


def name_of(variable):
    """`$env:TEMP` is called `env`."""
    return re.match(r"[$@]\{?(\w+)", text(variable))[1].lower()


def assigned(tree):
    for node in nodes(tree):
        if node.type in ("left_assignment_expression", "script_parameter"):
            yield from (name_of(inner) for inner in below(node) if inner.type == "variable")
        elif node.type == "foreach_statement":
            yield name_of(next(child for child in node.children if child.type == "variable"))


def variables(tree):
    known = AUTOMATIC | set(assigned(tree))
    for node in nodes(tree):
        if node.type == "variable" and name_of(node) not in known:
            yield f"{place(node)}: nobody assigns {text(node)}"


def public_members(csharp):
    """For each public class, the names after `public` in it."""
    members, current = {}, None
    for node in nodes(parsed(tree_sitter_c_sharp, csharp)):
        if node.type == "class_declaration":
            current = text(node.child_by_field_name("name"))
            members[current] = set()
        elif node.type in ("method_declaration", "constructor_declaration", "property_declaration"):
            if any(child.type == "modifier" and text(child) == "public" for child in node.children):
                members[current].add(text(node.child_by_field_name("name")))
    return members


def members(script, csharp):
    known = public_members(csharp)
    for name, member in re.findall(r"\[Verify\.(\w+)\]::(\w+)", script):
        if name not in known or (member != "new" and member not in known[name]):
            yield f"verify.cs has no [Verify.{name}]::{member}"


def faults(script, csharp):
    tree = parsed(tree_sitter_powershell, script)
    yield from (f"verify.ps1: {fault}" for fault in syntax(tree, "PowerShell"))
    yield from (f"verify.ps1: {fault}" for fault in layout(script))
    yield from (f"verify.ps1: {fault}" for fault in commands(tree))
    yield from (f"verify.ps1: {fault}" for fault in variables(tree))
    yield from (f"verify.ps1: {fault}" for fault in members(script, csharp))
    yield from (f"verify.cs: {fault}" for fault in syntax(parsed(tree_sitter_c_sharp, csharp), "C#"))
    yield from (f"verify.cs: {fault}" for fault in layout(csharp))


CSHARP = "class A { public static void B() { } static void C() { } }\n"
GOOD = "function Get-A([string] $B) { $c = $B; \"$c\" }\nGet-A ([Verify.A]::B())\n"
BAD = [
    (GOOD + "if ($true) {\n", CSHARP),
    (GOOD + "Get-A 1 && Get-A 2\n", CSHARP),
    (GOOD + "Get-A ($true ? 1 : 2)\n", CSHARP),
    (GOOD + "Get-Nothing\n", CSHARP),
    (GOOD + "function Get-B { 1 }\n", CSHARP),
    (GOOD + "Get-A \"x $nothing\"\n", CSHARP),
    (GOOD + "Get-A ([Verify.A]::C())\n", CSHARP),
    (GOOD + "Get-A ([Verify.D]::B())\n", CSHARP),
    (GOOD + "# \u2013\n", CSHARP),
    (GOOD + "#" + "x" * LONGEST_LINE + "\n", CSHARP),
    (GOOD, CSHARP + "class {\n"),
]


def main():
    wrong = list(faults(GOOD, CSHARP)) + [f"not found: {bad}" for bad in BAD if not list(faults(*bad))]
    if wrong:
        sys.exit("this program itself is wrong:\n" + "\n".join(wrong))
    folder = Path(__file__).parent
    found = list(faults((folder / "verify.ps1").read_text(), (folder / "verify.cs").read_text()))
    if found:
        sys.exit("\n".join(found))
    print("verify.ps1, verify.cs: no findings")


main()
