using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Sextant.Tokens;

namespace Sextant.OnnxRuntime.Tests;

/// <summary>
/// The converted model against ONNX Runtime on the export it was made of: same ids, both pooled alike.
/// </summary>
public sealed class OnnxRuntimeTests(MiniLm model) : IClassFixture<MiniLm>
{
    // Of unit vectors in f32: two programs that sum in other orders.
    private const double Tolerance = 2e-6;
    private const double MinCosine = 0.99999;

    [Fact]
    public void TheConvertedFileIsThePublishedOne()
    {
        Assert.Equal(90_868_376, model.Single.Bytes);
        Assert.Equal("53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db", model.Single.Sha256);
    }

    [Fact]
    public void VectorsAreThoseOfOnnxRuntime()
    {
        using EmbeddingModel single = EmbeddingModel.Load(model.Single.Path), half = EmbeddingModel.Load(model.Half.Path);
        using var session = new InferenceSession(model.Onnx);
        (double worst, double least) = (0, 1);
        foreach (string text in model.Texts)
        {
            double[] expected = Pooled(session, Ids(single, text));
            float[] vector = single.Embed(text), small = half.Embed(text);
            for (int i = 0; i < vector.Length; i++)
                worst = Math.Max(worst, Math.Abs(vector[i] - expected[i]));
            least = Math.Min(least, small.Zip(expected, (a, b) => a * b).Sum());
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"f32: worst difference {worst:E2}; f16: least cosine "
            + $"{least:F7}");
        Assert.InRange(worst, 0, Tolerance);
        Assert.InRange(least, MinCosine, 1.0001);
    }

    [Fact]
    public async Task TokenIdsAreThoseOfOthersWhereTheyFollowHuggingFace()
    {
        using EmbeddingModel single = EmbeddingModel.Load(model.Single.Path);
        var fast = new FastBertTokenizer.BertTokenizer();
        using (var vocabulary = new StreamReader(new MemoryStream(model.Vocabulary)))
            await fast.LoadVocabularyAsync(vocabulary, convertInputToLowercase: true);
        var microsoft = Microsoft.ML.Tokenizers.BertTokenizer.Create(new MemoryStream(model.Vocabulary));
        int byFast = 0, byMicrosoft = 0;
        foreach (string text in model.Texts)
        {
            long[] ids = Ids(single, text);
            (Memory<long> other, _, _) = fast.Encode(text, 256);
            byFast += Differs("FastBertTokenizer", text, ids, other.ToArray());
            byMicrosoft += Differs(
                "Microsoft.ML.Tokenizers", text, ids,
                microsoft.EncodeToIds(text, 256, out _, out _).Select(id => (long)id));
        }
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"ids differ: FastBertTokenizer {byFast}, Microsoft.ML.Tokenizers {byMicrosoft} of {model.Texts.Length} "
                + "texts");
        // Both differ where they do not follow Hugging Face's library (README.md); most texts they agree on.
        Assert.InRange(byFast, 0, model.Texts.Length / 4);
    }

    private static int Differs(string other, string text, long[] ids, IEnumerable<long> others)
    {
        if (others.SequenceEqual(ids))
            return 0;
        TestContext.Current.TestOutputHelper!.WriteLine($"{other} differs: {text[..Math.Min(70, text.Length)]}");
        return 1;
    }

    private static long[] Ids(EmbeddingModel model, string text)
    {
        var buffer = new TokenBuffer();
        model.Tokenizer.Encode(text, buffer, new EncodeOptions { MaxTokens = model.MaxTokens });
        return [.. buffer.Ids.ToArray().Select(id => (long)id)];
    }

    private static double[] Pooled(InferenceSession session, long[] ids)
    {
        int[] shape = [1, ids.Length];
        var inputs = new List<NamedOnnxValue>();
        foreach (string name in session.InputMetadata.Keys)
        {
            long[] values = name == "input_ids" ? ids
                : [.. ids.Select(_ => name == "attention_mask" ? 1L : 0L)];
            inputs.Add(NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(values, shape)));
        }
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run(inputs);
        Tensor<float> states = outputs[0].AsTensor<float>();
        double[] sum = new double[states.Dimensions[2]];
        for (int token = 0; token < ids.Length; token++)
        {
            for (int i = 0; i < sum.Length; i++)
                sum[i] += states[0, token, i];
        }
        double norm = Math.Sqrt(sum.Sum(one => one * one));
        return [.. sum.Select(one => one / norm)];
    }
}
