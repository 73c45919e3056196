# Thin verbs over dotnet: each is one command, which CI runs through this file. Further arguments go to dotnet.
param(
    [ValidateSet('build', 'test', 'format', 'bench', 'pack', 'publish')]
    [string] $Verb = 'build',
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Rest = @()
)
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
switch ($Verb) {
    'build'   { dotnet build Engine.sln --configuration Release @Rest }
    'test'    { dotnet test Engine.sln --configuration Release @Rest }
    'format'  { dotnet format Engine.sln --no-restore --verify-no-changes @Rest }
    'bench'   { dotnet run --configuration Release --project src/Sextant.Cli @Rest -- bench --quick }
    'pack'    { dotnet pack Engine.sln --configuration Release --output artifacts @Rest }
    'publish' { dotnet publish src/Sextant.Cli --configuration Release --use-current-runtime --self-contained false --output artifacts/sextant @Rest }
}
exit $LASTEXITCODE
