# Thin verbs over dotnet: each is one command that CI runs too.
param(
    [ValidateSet('build', 'test', 'format', 'bench', 'pack', 'publish')]
    [string] $Verb = 'build'
)
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
switch ($Verb) {
    'build'   { dotnet build Engine.sln --configuration Release }
    'test'    { dotnet test Engine.sln --configuration Release }
    'format'  { dotnet format Engine.sln --verify-no-changes }
    'bench'   { dotnet run --configuration Release --project src/Sextant.Cli -- bench --quick }
    'pack'    { dotnet pack Engine.sln --configuration Release --output artifacts }
    'publish' { dotnet publish src/Sextant.Cli --configuration Release --use-current-runtime --self-contained false --output artifacts/sextant }
}
exit $LASTEXITCODE
