using System.Globalization;
using System.Text;
using Sextant.Tokens;

namespace Sextant.Bench.Peers;

/// <summary>
/// BERT's tokens of English passages, one call each, by ours, by ours after Microsoft's type, and by others'
/// tokenizers: in turns on one thread, medians per processor second, with the bytes that a passage allocates.
/// </summary>
internal static class TokenizerPeers
{
    private const int Rounds = 11, MaxTokens = 512;

    /// <param name="vocabulary">A vocab.txt of an uncased model.</param>
    public static void Run(string vocabulary)
    {
        string[] passages = TokenizerReport.English(200_000).Split('\n');
        double bytes = passages.Sum(passage => (double)Encoding.UTF8.GetByteCount(passage));
        var ours = Tokenizer.LoadVocabulary(vocabulary);
        var buffer = new TokenBuffer();
        var options = new EncodeOptions { MaxTokens = MaxTokens };
        Microsoft.ML.Tokenizers.Tokenizer adapted = ours.AsMLTokenizer(addSpecialTokens: true);
        var microsoft = Microsoft.ML.Tokenizers.BertTokenizer.Create(vocabulary);
        var fast = new FastBertTokenizer.BertTokenizer();
        using (StreamReader reader = File.OpenText(vocabulary))
            fast.LoadVocabulary(reader, convertInputToLowercase: true);
        long[] ids = new long[MaxTokens], mask = new long[MaxTokens], types = new long[MaxTokens];
        (string Name, Func<string, int> Encode)[] peers =
        [
            ("Sextant", text =>
            {
                ours.Encode(text, buffer, options);
                return buffer.Count;
            }),
            ("Sextant as Microsoft.ML.Tokenizers", text => adapted.EncodeToIds(text, MaxTokens, out _, out _).Count),
            ("Microsoft.ML.Tokenizers 2.0.1", text => microsoft.EncodeToIds(text, MaxTokens, out _, out _).Count),
            ("FastBertTokenizer 1.2.6", text => fast.Encode(text, ids, mask, types)),
        ];
        var seconds = new double[peers.Length, Rounds];
        var allocated = new long[peers.Length];
        int[] tokens = new int[peers.Length];
        // Rounds before the first are for the compiler.
        for (int round = -5; round < Rounds; round++)
        {
            for (int peer = 0; peer < peers.Length; peer++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                TimeSpan used = Environment.CpuUsage.TotalTime;
                int calls = 0;
                do
                {
                    tokens[peer] = passages.Sum(peers[peer].Encode);
                    calls++;
                }
                while ((Environment.CpuUsage.TotalTime - used).TotalMilliseconds < 150);
                if (round < 0)
                    continue;
                seconds[peer, round] = (Environment.CpuUsage.TotalTime - used).TotalSeconds / calls;
                allocated[peer] = (GC.GetAllocatedBytesForCurrentThread() - before) / calls / passages.Length;
            }
        }
        Console.WriteLine("| tokenizer | MB/s | bytes allocated a passage | tokens |\n|---|---:|---:|---:|");
        for (int peer = 0; peer < peers.Length; peer++)
        {
            double median = Enumerable.Range(0, Rounds).Select(round => seconds[peer, round]).Order().ElementAt(Rounds / 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {peers[peer].Name} | {bytes / median / 1e6:F1} | {allocated[peer]} | {tokens[peer]} |"));
        }
    }
}
