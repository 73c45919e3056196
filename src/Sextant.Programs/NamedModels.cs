using Sextant.Weights;

namespace Sextant.Programs;

/// <summary>The models that go by a name: those that come with the programs, and those in the hub's cache.</summary>
internal static class NamedModels
{
    public const string Tiny = "tiny";

    /// <summary>Names the model that is used where --model is not given.</summary>
    public const string DefaultVariable = "SEXTANT_MODEL";

    /// <summary>Models that come with the tool where its build could get them; the first is the default.</summary>
    public static readonly string[] Shipped = ["minilm", "arctic-xs"];

    /// <summary>The name that the environment or the build gives; warns where it is the second best.</summary>
    public static string Default(Action<string> warn)
    {
        if (Environment.GetEnvironmentVariable(DefaultVariable) is { Length: > 0 } chosen)
            return chosen;
        if (IsHere(Shipped[0]))
            return Shipped[0];
        warn($"the model {Shipped[0]} did not come with this build, so the small model {Tiny} is used");
        return Tiny;
    }

    /// <summary>The folder that a name means; anything that is no name is a folder.</summary>
    /// <exception cref="InputException">The model is not here.</exception>
    /// <exception cref="InvalidModelException">A name of the hub, which its cache does not have.</exception>
    public static string FolderOf(string name)
    {
        if (name == Tiny)
            return EmbeddingModel.DefaultPath;
        if (Array.IndexOf(Shipped, name) < 0)
            return HubCache.Resolve(name);
        string folder = ShippedFolder(name);
        return IsHere(name)
            ? folder
            : throw new InputException(
                $"the model {name} did not come with this build; a build with -p:SextantModels={name} makes it, "
                + $"and the folder ./{name} is named by its path");
    }

    /// <summary>What finds the model again from another folder: a name as it is, a folder by its whole path.</summary>
    public static string Lasting(string name) =>
        name == Tiny || Array.IndexOf(Shipped, name) >= 0 || !Directory.Exists(name) ? name : Path.GetFullPath(name);

    /// <summary>Whether a model came with this build of the tool.</summary>
    public static bool IsHere(string name) => File.Exists(Path.Combine(ShippedFolder(name), "model.safetensors"));

    /// <summary>Where a model that comes with the tool is, if it does.</summary>
    public static string ShippedFolder(string name) => Path.Combine(AppContext.BaseDirectory, "weights", name);
}
