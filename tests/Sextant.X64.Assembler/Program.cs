namespace Sextant.X64;

/// <summary>
/// Assembles the kernels of kernels/x64: <c>dotnet run --project tests/Sextant.X64.Assembler -- kernels/x64</c> writes
/// the bytes and the listing; with <c>--check</c> it compares them with what is there.
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        bool check = arguments.Contains("--check");
        string? folder = Array.Find(arguments, argument => argument != "--check");
        if (folder is null || !Directory.Exists(folder))
        {
            Console.Error.WriteLine("Usage: [--check] FOLDER, which is kernels/x64 of the repository.");
            return 2;
        }
        CodeImage image = Kernels.All();
        int different = 0;
        foreach ((string name, string text) in new[]
        {
            (SourceFiles.CodeName, SourceFiles.Code(image)), (SourceFiles.ListingName, SourceFiles.Listing(image)),
        })
        {
            string path = Path.Combine(folder, name);
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
        Console.WriteLine($"{image.Kernels.Count} kernels, {image.Bytes.Length} bytes");
        return different == 0 ? 0 : 1;
    }
}
