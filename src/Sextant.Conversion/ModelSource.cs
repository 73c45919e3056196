using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Sextant.Conversion;

/// <summary>The bytes of a model and of its vocabulary, from two files or from the resources of an assembly.</summary>
internal sealed record ModelSource(ReadOnlyMemory<byte> Model, ReadOnlyMemory<byte> Vocabulary, string VocabularyName)
{
    public static ModelSource Read(string modelPath, string? vocabularyPath)
    {
        byte[] file = ReadAll(modelPath);
        if (!modelPath.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            return vocabularyPath is null
                ? throw new InvalidModelException(modelPath, "needs its vocabulary, a file such as vocab.txt.")
                : new ModelSource(file, ReadAll(vocabularyPath), vocabularyPath);
        }
        Dictionary<string, ReadOnlyMemory<byte>> resources = ResourcesOf(modelPath, file);
        ReadOnlyMemory<byte> model = Resource(resources, modelPath, ".onnx");
        return vocabularyPath is null
            ? new ModelSource(model, Resource(resources, modelPath, "vocab.txt"), $"{modelPath}: vocab.txt")
            : new ModelSource(model, ReadAll(vocabularyPath), vocabularyPath);
    }

    private static byte[] ReadAll(string path) =>
        new FileInfo(path) is { Exists: true, Length: > 0x7FFF_FFC7 }
            ? throw new InvalidModelException(path, "is larger than 2 GiB; such models cannot be converted.")
            : File.ReadAllBytes(path);

    private static ReadOnlyMemory<byte> Resource(
        Dictionary<string, ReadOnlyMemory<byte>> resources, string assembly, string ending)
    {
        string[] fitting = [.. resources.Keys.Where(name => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))];
        return fitting.Length == 1
            ? resources[fitting[0]]
            : throw new InvalidModelException(
                assembly, $"carries {fitting.Length} resources whose name ends in {ending}; one is needed.");
    }

    // ECMA-335 II.24.2.4 and II.22.24: a resource is its length in four bytes, then its bytes. The assembly is not
    // loaded: none of its code runs.
    private static Dictionary<string, ReadOnlyMemory<byte>> ResourcesOf(string path, byte[] file)
    {
        var resources = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        try
        {
            using var image = new PEReader(new MemoryStream(file, writable: false), PEStreamOptions.LeaveOpen);
            MetadataReader metadata = image.GetMetadataReader();
            if (image.PEHeaders.CorHeader?.ResourcesDirectory is not { Size: > 0 } directory
                || !image.PEHeaders.TryGetDirectoryOffset(directory, out int start))
                return resources;
            foreach (ManifestResourceHandle handle in metadata.ManifestResources)
            {
                ManifestResource resource = metadata.GetManifestResource(handle);
                if (!resource.Implementation.IsNil)
                    continue; // in another file
                int position = checked(start + (int)resource.Offset);
                int length = BitConverter.ToInt32(file, position);
                resources[metadata.GetString(resource.Name)] = file.AsMemory(position + sizeof(int), length);
            }
            return resources;
        }
        catch (Exception problem) when (problem is BadImageFormatException or ArgumentException or OverflowException
            or InvalidOperationException)
        {
            throw new InvalidModelException(path, $"is no .NET assembly: {problem.Message}", problem);
        }
    }
}
