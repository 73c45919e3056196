using System.Diagnostics;
using System.Globalization;

namespace Sextant.Measurement.Models;

/// <summary>A process of our own from its start to the first vector, timed from outside.</summary>
/// <param name="Started">Seconds until the program's first statement.</param>
/// <param name="Loaded">Seconds until the model is loaded.</param>
/// <param name="First">Seconds until the first vector.</param>
/// <param name="HostBytes">The most memory the process had; 0 where the system does not say.</param>
/// <param name="ProcessorSeconds">What it used of the processors.</param>
internal readonly record struct ColdStart(
    double Started, double Loaded, double First, double HostBytes, double ProcessorSeconds)
{
    /// <summary>Starts 'bench cold-start' and reads the lines it prints as it gets on.</summary>
    public static ColdStart Measure((string File, IReadOnlyList<string> Arguments) self, IEnumerable<string> flags)
    {
        var start = new ProcessStartInfo(self.File) { RedirectStandardOutput = true };
        foreach (string argument in self.Arguments.Concat(["bench", "cold-start"]).Concat(flags))
            start.ArgumentList.Add(argument);
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)
            ?? throw new InvalidOperationException("the process did not start.");
        double started = Line(process, "started", begin, out _);
        double loaded = Line(process, "loaded", begin, out _);
        double first = Line(process, "first", begin, out string rest);
        process.WaitForExit();
        double[] numbers = [.. rest.Split(' ')
            .Select(word => double.TryParse(word, CultureInfo.InvariantCulture, out double number) ? number : 0), 0];
        return new ColdStart(started, loaded, first, numbers[0], numbers[1]);
    }

    /// <summary>The other side: loads, embeds one sequence, and says when.</summary>
    public static void Run(Func<EmbeddingModel> load, TextWriter output)
    {
        Say(output, "started");
        using EmbeddingModel model = load();
        Say(output, "loaded");
        model.EmbedTokens(ModelInputs.Sequences(1, Math.Min(8, model.MaxTokens), model.Card.VocabularySize),
            new float[model.Dimensions]);
        using var self = Process.GetCurrentProcess();
        Say(output, string.Create(
            CultureInfo.InvariantCulture, $"first {self.PeakWorkingSet64} {self.TotalProcessorTime.TotalSeconds:F3}"));
    }

    private static void Say(TextWriter output, string line)
    {
        output.WriteLine(line);
        output.Flush();
    }

    private static double Line(Process process, string word, long begin, out string rest)
    {
        string line = process.StandardOutput.ReadLine() ?? "";
        if (!line.StartsWith(word, StringComparison.Ordinal))
            throw new InvalidOperationException($"a process for a cold start ended before it said '{word}': '{line}'");
        rest = line[word.Length..].Trim();
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }
}
