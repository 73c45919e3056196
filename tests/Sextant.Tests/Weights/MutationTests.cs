using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Sextant.Tensors;
using Sextant.Weights;

namespace Sextant.Tests.Weights;

/// <summary>
/// Valid files, damaged thousands of times: what comes out is a model or an <see cref="InvalidModelException"/>, and no
/// more memory is taken than the file's own length explains. SEXTANT_MUTATIONS sets the number for each of the tests.
/// </summary>
public sealed class MutationTests : IDisposable
{
    private const int Seed = 20261121;

    private readonly ScratchFolder _scratch = new();
    private readonly Random _random = new(Seed);
    private readonly JsonMutator _mutator;
    private int _accepted;
    private int _refused;

    public MutationTests() => _mutator = new JsonMutator(_random);

    private static int Mutations =>
        int.Parse(Environment.GetEnvironmentVariable("SEXTANT_MUTATIONS") ?? "1000", CultureInfo.InvariantCulture);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Safetensors()
    {
        string header = "{\"__metadata__\":{\"format\":\"pt\",\"\\u00e9\":\"\"},"
            + SafetensorsText.Tensor("a.weight", "F32", "[2,3]", 0, 24) + ","
            + SafetensorsText.Tensor("a.bias", "F16", "[4]", 24, 32) + ","
            + SafetensorsText.Tensor("none", "F64", "[0]", 32, 32) + ","
            + SafetensorsText.Tensor("ids", "I64", "[1,2]", 32, 48) + ","
            + SafetensorsText.Tensor("flag", "BOOL", "[]", 48, 49) + "}";
        byte[] data = new byte[49];
        byte[] valid = Encoding.UTF8.GetBytes(header);
        Run("model.safetensors", SafetensorsText.File(header, data), () => Mutant(valid, data), ReadCheckpoint);
    }

    [Fact]
    public void ShardIndex()
    {
        _scratch.Write("1.safetensors",
            SafetensorsText.File("{" + SafetensorsText.Tensor("a", "F32", "[1]", 0, 4) + "}", new byte[4]));
        _scratch.Write("2.safetensors",
            SafetensorsText.File("{" + SafetensorsText.Tensor("b", "F32", "[1]", 0, 4) + "}", new byte[4]));
        byte[] valid = """
            {"metadata": {"total_size": 8}, "weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}
            """u8.ToArray();
        Run("model.safetensors.index.json", valid, () => _mutator.Mutate(valid), ReadCheckpoint);
    }

    [Fact]
    public void Config()
    {
        byte[] valid = """
            {"hidden_size": 64, "layer_norm_eps": 1e-12, "hidden_act": "gelu", "tie": true, "name": "x",
             "rope_scaling": {"factor": 2.0, "type": "linear"}, "layers": [1, 2], "names": ["a"],
             "id2label": {"0": "no"}}
            """u8.ToArray();
        Run("config.json", valid, () => _mutator.Mutate(valid), path =>
        {
            ConfigFile config = ConfigFile.Read(path);
            Assert.InRange(config.OptionalInt("hidden_size", 1, 1 << 20) ?? 1, 1, 1 << 20);
            Assert.InRange(config.OptionalDouble("layer_norm_eps", 0, 1) ?? 0, 0, 1);
            config.OptionalOneOf("hidden_act", "gelu", "relu");
            config.OptionalBool("tie");
            config.OptionalString("name");
            config.OptionalObject("rope_scaling")?.OptionalFloat("factor", 0, 1e6f);
            config.OptionalInts("layers", 0, 100);
            config.OptionalStrings("names");
            Assert.DoesNotContain("hidden_size", config.UnreadKeys);
        });
    }

    [Fact]
    public void Modules()
    {
        (string Name, string Json)[] files =
        [
            ("modules.json", """
                [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
                 {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"},
                 {"idx": 3, "name": "3", "path": "3_Normalize", "type": "sentence_transformers.models.Normalize"}]
                """),
            ("1_Pooling/config.json", """
                {"word_embedding_dimension": 8, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}
                """),
            ("2_Dense/config.json", """
                {"in_features": 16, "out_features": 4, "bias": true,
                 "activation_function": "torch.nn.modules.activation.Tanh"}
                """),
            ("sentence_bert_config.json", """
                {"max_seq_length": 128, "do_lower_case": false, "modality_config": {"text": {"method": "forward"}}}
                """),
            ("config_sentence_transformers.json", """
                {"prompts": {"query": "q: "}, "default_prompt_name": "query", "similarity_fn_name": "cosine"}
                """),
        ];
        foreach ((string name, string json) in files)
            _scratch.Write(name, json);
        foreach ((string name, string json) in files)
        {
            byte[] valid = Encoding.UTF8.GetBytes(json);
            Run(name, valid, () => _mutator.Mutate(valid), _ =>
            {
                SentenceTransformersModules read = SentenceTransformersModules.Read(_scratch.Path);
                Assert.Equal(1, read.Modules.Count(module => module is PoolingModule));
                Assert.All(read.Modules, module =>
                    Assert.StartsWith(_scratch.Path, module.Folder, StringComparison.Ordinal));
            }, parts: files.Length);
            _scratch.Write(name, json);
        }
    }

    private void Run(string name, byte[] valid, Func<byte[]> next, Action<string> read, int parts = 1)
    {
        read(_scratch.Write(name, valid));
        (_accepted, _refused) = (0, 0);
        for (int i = 0; i < Mutations / parts; i++)
        {
            byte[] mutant = next();
            string path = _scratch.Write(name, mutant);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(path);
                _accepted++;
            }
            catch (InvalidModelException)
            {
                _refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {Seed}, mutation {i} of {name} gave {error}\n{Encoding.Latin1.GetString(mutant)}");
            }
            // Messages, names and the framework's own buffers; a length taken from the file on trust would be far more.
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < (1 << 20) + 64L * mutant.Length,
                $"seed {Seed}, mutation {i} of {name}: {allocated} bytes");
        }
        // Both ends are reached, so neither the mutations nor the reader are idle.
        Assert.True(_accepted > 0 && _refused > Mutations / parts / 4,
            $"{name}: {_accepted} accepted, {_refused} refused");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{name}: seed {Seed}, {_accepted} accepted, {_refused} refused");
    }

    private static void ReadCheckpoint(string path)
    {
        using var checkpoint = Checkpoint.OpenFile(path);
        var ranges = new List<(string File, long Begin, long End)>();
        foreach (TensorInfo tensor in checkpoint.Tensors)
        {
            Assert.Equal(tensor.ByteLength, tensor.Elements * tensor.ElementType.Size());
            ranges.Add((tensor.File, tensor.Offset, tensor.Offset + tensor.ByteLength));
            checkpoint.ReadRows(tensor, 0, new float[tensor.Elements]);
        }
        foreach (var file in ranges.GroupBy(range => range.File))
        {
            (string File, long Begin, long End)[] sorted = [.. file.Order()];
            for (int i = 1; i < sorted.Length; i++)
                Assert.Equal(sorted[i - 1].End, sorted[i].Begin);
            Assert.Equal(new FileInfo(file.Key).Length, sorted[^1].End);
        }
    }

    private byte[] Mutant(byte[] header, byte[] data)
    {
        byte[] json = _random.Next(5) == 0 ? header : _mutator.Mutate(header);
        byte[] file = SafetensorsText.File(json, data);
        switch (_random.Next(5))
        {
            case 0:
                return _mutator.MutateBytes(file);
            case 1:
                long[] lengths =
                    [0, 1, json.Length - 1, json.Length + 1, file.Length, 100_000_001, int.MaxValue, long.MaxValue, -1];
                BinaryPrimitives.WriteInt64LittleEndian(file, lengths[_random.Next(lengths.Length)]);
                return file;
            case 2 when data.Length > 0:
                file[^(1 + _random.Next(data.Length))] = (byte)_random.Next(256);
                return file;
            default:
                return file;
        }
    }
}
