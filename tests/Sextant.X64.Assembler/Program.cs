namespace Sextant.X64;

/// <summary>
/// Assembles the kernels of kernels/x64 and the loops of bench/Sextant.Measurement/Peaks: <c>dotnet run --project
/// tests/Sextant.X64.Assembler -- .</c> writes their bytes and listings; with <c>--check</c> it compares them with what
/// is there.
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        bool check = arguments.Contains("--check");
        string? folder = Array.Find(arguments, argument => argument != "--check");
        if (folder is null || !Files.All(file => Directory.Exists(Path.Combine(folder, file.Folder))))
        {
            Console.Error.WriteLine("Usage: [--check] FOLDER, which is the repository.");
            return 2;
        }
        int different = 0;
        foreach ((string room, string name, string text) in Files)
        {
            string path = Path.Combine(folder, room, name);
            if (!check)
            {
                File.WriteAllText(path, text);
                continue;
            }
            if (!File.Exists(path) || File.ReadAllText(path).ReplaceLineEndings("\n") != text)
            {
                Console.Error.WriteLine($"{path} is not what its generator makes.");
                different++;
            }
        }
        return different == 0 ? 0 : 1;
    }

    /// <summary>The files that are checked in.</summary>
    public static IReadOnlyList<(string Folder, string Name, string Text)> Files { get; } =
    [
        .. Of("kernels/x64", Kernels.All()),
        .. Of("bench/Sextant.Measurement/Peaks", Kernels.Peaks()),
    ];

    private static (string Folder, string Name, string Text)[] Of(string folder, CodeImage image) =>
    [
        (folder, image.CodeName, SourceFiles.Code(image)), (folder, image.ListingName, SourceFiles.Listing(image)),
    ];
}
