namespace Sextant.Cli.Inputs;

/// <summary>Looks for files before any work begins.</summary>
internal static class InputFile
{
    /// <summary>Fails where there is no such file; "-" is standard input.</summary>
    /// <param name="path">The file.</param>
    /// <param name="needed">What else the error says, such as which files belong together.</param>
    public static void RequireFile(string path, string needed = "")
    {
        if (StandardInput.Is(path) || File.Exists(path))
            return;
        string found = Directory.Exists(path) ? "is a folder; a file is needed." : "there is no such file.";
        throw new InputException($"{path}: {found}{needed}");
    }
}
