using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sextant.Tokens;

namespace Sextant.Bench;

/// <summary>
/// How fast tokenizers are on one thread: English, the same text without spaces, a run of one letter; and whether the
/// time for a megabyte is what a tenth of it lets expect. Speeds are per processor second, so that others on the
/// machine count less; the wall's clock stands beside them.
/// </summary>
internal static class TokenizerReport
{
    private const int Rounds = 7;
    private const double WarmUpSeconds = 4;

    // Ordinary words by how often they occur in ordinary texts; the sentences are made of them at random.
    private const string Words =
        "the of and to in a is that for it as was with be by on not he this are or his from at which but have an "
        + "had they you were there one all we can her has out up more about other time into them some people only "
        + "would between water children government information development understanding international country "
        + "system important question different social history language university production environment";

    public static void Run(ReadOnlySpan<string> folders)
    {
        string english = English(1_000_000);
        (string Name, string Text)[] texts =
        [
            ("english", english), ("no space", english.Replace(" ", "", StringComparison.Ordinal)),
            ("one letter", new string('a', 1_000_000)), ("one space", new string(' ', 1_000_000)),
        ];
        foreach (string folder in folders)
        {
            long start = Stopwatch.GetTimestamp();
            Tokenizer tokenizer = Directory.Exists(folder) ? Tokenizer.LoadFolder(folder) : Tokenizer.LoadFile(folder);
            double load = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Path.GetFileName(folder.TrimEnd('/'))}: {tokenizer.VocabularySize} ids, loaded in {load:F0} ms; "
                    + $"medians of {Rounds} rounds, 1 thread"));
            Passages(tokenizer, english);
            foreach ((string name, string text) in texts)
                Whole(tokenizer, name, text);
        }
    }

    // As an embedder sees English: passages of some hundred words, each a call.
    private static void Passages(Tokenizer tokenizer, string english)
    {
        string[] passages = [.. english.Split('\n')];
        var buffer = new TokenBuffer();
        // The compiler optimises in steps; nothing is timed before it is through.
        TimeSpan used = Environment.CpuUsage.TotalTime;
        for (int i = 0; (Environment.CpuUsage.TotalTime - used).TotalSeconds < WarmUpSeconds; i++)
            tokenizer.Encode(passages[i % passages.Length], buffer);
        Report("english, passages", Encoding.UTF8.GetByteCount(english), () =>
        {
            int tokens = 0;
            foreach (string passage in passages)
            {
                tokenizer.Encode(passage, buffer);
                tokens += buffer.Count;
            }
            return tokens;
        });
    }

    private static void Whole(Tokenizer tokenizer, string name, string text)
    {
        var buffer = new TokenBuffer();
        string tenth = text[..(text.Length / 10)];
        int Encode(string some)
        {
            tokenizer.Encode(some, buffer);
            return buffer.Count;
        }
        double whole = Report(name, Encoding.UTF8.GetByteCount(text), () => Encode(text));
        double part = Measure(() => Encode(tenth), out _, out _, out _);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {"",-20} {whole / part / 10,6:F2} times the time per byte of a tenth of it"));
    }

    private static double Report(string name, int bytes, Func<int> work)
    {
        double seconds = Measure(work, out int tokens, out long allocated, out double wall);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {name,-20} {bytes / seconds / 1e6,6:F1} MB/s [wall {bytes / wall / 1e6:F1}] "
                + $"{tokens / seconds / 1e6,6:F2} M tokens/s {(double)bytes / tokens,5:F2} bytes/token "
                + $"{allocated} B allocated"));
        return seconds;
    }

    private static double Measure(Func<int> work, out int tokens, out long allocated, out double wall)
    {
        tokens = work();
        double[] seconds = new double[Rounds], walls = new double[Rounds];
        allocated = long.MaxValue;
        // Rounds before the first are for the compiler.
        for (int round = -3; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
            TimeSpan used = Environment.CpuUsage.TotalTime;
            int calls = 0;
            do
            {
                work();
                calls++;
            }
            while ((Environment.CpuUsage.TotalTime - used).TotalMilliseconds < 80);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            if (round < 0)
                continue;
            seconds[round] = (Environment.CpuUsage.TotalTime - used).TotalSeconds / calls;
            walls[round] = Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
        }
        Array.Sort(seconds);
        Array.Sort(walls);
        wall = walls[Rounds / 2];
        return seconds[Rounds / 2];
    }

    /// <summary>Sentences of ordinary words, always the same.</summary>
    public static string English(int length)
    {
        string[] words = Words.Split(' ');
        var random = new Random(11);
        var text = new StringBuilder(length);
        while (text.Length < length)
        {
            int count = random.Next(6, 24);
            for (int i = 0; i < count; i++)
            {
                // Frequent words first: the square favours the beginning of the list.
                double at = random.NextDouble();
                string word = words[(int)(at * at * words.Length)];
                text.Append(i == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word);
                text.Append(i == count - 1 ? '.' : random.Next(12) == 0 ? ", " : " ");
            }
            text.Append(random.Next(8) == 0 ? '\n' : ' ');
        }
        return text.ToString(0, length);
    }
}
