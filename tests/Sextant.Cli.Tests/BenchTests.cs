using System.Text.Json;

namespace Sextant.Cli.Tests;

public sealed class BenchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sextant-bench-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("there is no part 'kernel'; did you mean kernels?", "bench", "kernel")]
    [InlineData("there is no op 'gem'; there are gemm, gemm-bf16, quantize, gemm-int8, attention", "bench", "kernels", "--op", "gem")]
    [InlineData("no op has a variant 'f8'", "bench", "kernels", "--variant", "f8")]
    [InlineData("--device is 'tpu'; accepted: cpu, cuda", "bench", "kernels", "--device", "tpu")]
    [InlineData("--device is 'tpu'; accepted: cpu, cuda", "bench", "peak", "--device", "tpu")]
    [InlineData("--isa avx1024", "bench", "kernels", "--isa", "avx1024")]
    [InlineData("whole numbers from 1 on", "bench", "kernels", "--shape", "0,1")]
    [InlineData("a shape of gemm is T,F,K", "bench", "kernels", "--op", "gemm", "--shapes", "SHAPES")]
    [InlineData("SHAPES: has no line 'OP N,N,…'", "bench", "kernels", "--shapes", "EMPTY")]
    [InlineData("--op is empty", "bench", "kernels", "--op", "")]
    [InlineData("--isa is 'avx2,'", "bench", "kernels", "--isa", "avx2,")]
    [InlineData("'1,2,3,4,5' is a shape of no op", "bench", "kernels", "--shape", "1,2,3,4,5")]
    [InlineData("none of these shapes is one of gemm", "bench", "kernels", "--op", "gemm,pool", "--shape", "1,2")]
    [InlineData("gemm has none of these variants", "bench", "kernels", "--op", "gemm,pool", "--variant", "mean")]
    [InlineData("--index is empty", "bench", "search", "--index", "")]
    [InlineData("--type is for minilm, bge-base, bge-large", "bench", "model", "--shape", "gemma-2b", "--type", "f16")]
    [InlineData("--model has its own weights", "bench", "model", "--model", ".", "--type", "f16")]
    [InlineData("--precision is 'half'; accepted: exact, int8, bf16, fast", "bench", "model", "--precision", "exact,half")]
    [InlineData("--precision is 'half'; accepted: exact, int8, bf16, fast", "bench", "kernels", "--precision", "half")]
    [InlineData("the processor's kernels say what they compute in by their names", "bench", "kernels", "--precision", "exact,fast")]
    [InlineData("--readme and --figures", "bench", "report", "a.json", "--readme", "--figures")]
    [InlineData("accepted: performance, correctness, bitwise", "bench", "kernels", "--mode", "speed")]
    [InlineData("accepted: md, json, csv, html", "bench", "peak", "--format", "pdf")]
    [InlineData("a whole number from 7 to 10000", "bench", "peak", "--rounds", "6")]
    [InlineData("there is no shape 'minlm'; did you mean minilm?", "bench", "model", "--shape", "minlm")]
    [InlineData("there is no scenario 'Grids'; did you mean Grid?", "bench", "model", "--scenario", "Grids")]
    [InlineData("batches such as 1x8,32x128", "bench", "model", "--grid", "8")]
    [InlineData("there is no index 'hnsw'", "bench", "search", "--index", "hnsw")]
    [InlineData("whole numbers from 1 to 64", "bench", "search", "--queries", "65")]
    [InlineData("two records at least", "bench", "compare", "a.json")]
    [InlineData("a percentage such as 5%", "bench", "compare", "a.json", "b.json", "--fail-above", "much")]
    [InlineData("a percentage such as 5%", "bench", "compare", "a.json", "b.json", "--fail-above", "5%%")]
    [InlineData("there is no shape 'nope'", "bench", "cold-start", "--shape", "nope")]
    [InlineData("gemm of '65536,65536,65536' takes 2.8e+14 steps", "bench", "kernels", "--shape", "65536,65536,65536")]
    [InlineData("attention of '16777216,64' takes 1.8e+16 steps", "bench", "kernels", "--shape", "16777216,64")]
    [InlineData("needs more memory than there is; T,F,K", "bench", "kernels", "--op", "gemm", "--shape", "16777216,1,4096")]
    [InlineData("--output is a.json, a record that is read", "bench", "compare", "a.json", "b.json", "--output", "a.json")]
    [InlineData("--output is ./a.json, a record that is read", "bench", "report", "a.json", "--output", "./a.json")]
    [InlineData("which record?", "bench", "report")]
    public void WhatIsNotUnderstoodIsRefusedByNameBeforeAnythingIsMeasured(string fault, params string[] args)
    {
        string shapes = Path.Combine(_folder, "shapes.txt");
        File.WriteAllText(shapes, "# a comment\n\ngemm 8,16\n");
        string empty = Path.Combine(_folder, "empty.txt");
        File.WriteAllText(empty, "# nothing\n");
        Outcome outcome = CommandLine.Run(
            [.. args.Select(arg => arg == "SHAPES" ? shapes : arg == "EMPTY" ? empty : arg)]);
        Assert.Equal(Tool.WrongUsage, outcome.Exit);
        Assert.Contains(fault.Replace("SHAPES", empty, StringComparison.Ordinal), outcome.Error,
            StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public void ARecordThatHasNoPlaceToGoIsNotMeasured()
    {
        string path = Path.Combine(_folder, "none", "a.json");
        Outcome outcome = CommandLine.Run("bench", "kernels", "--op", "pool", "--output", path);
        Assert.Equal(Tool.Failed, outcome.Exit);
        Assert.Contains("its folder does not exist", outcome.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void NormIsBothKinds()
    {
        Outcome outcome = CommandLine.Run(
            "bench", "kernels", "--op", "norm", "--mode", "bitwise", "--isa", "reference", "--shape", "3,40");
        Assert.True(outcome.Exit == Tool.Ok, outcome.Error);
        Assert.Contains("| layernorm", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("| rmsnorm", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("120 of 120 equal", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ABatchThatTheModelDoesNotReadIsRefused()
    {
        using var model = new TinyModel();
        Outcome outcome = CommandLine.Run(
            "bench", "model", "--model", model.Folder, "--quick", "--threads", "1", "--scenario", "Grid", "--grid",
            "1x4,1x99999");
        Assert.Equal(Tool.WrongUsage, outcome.Exit);
        Assert.Contains("--grid has 1x99999, but ", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public void KernelsAreMeasuredIntoARecordThatCompareAndReportRead()
    {
        string record = Path.Combine(_folder, "a.json");
        Outcome measured = CommandLine.Run(
            "bench", "kernels", "--quick", "--op", "pool,normalize", "--shape", "8,64", "--shape", "64", "--format",
            "json", "--output", record);
        Assert.True(measured.Exit == Tool.Ok, measured.Error);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(record));
        JsonElement rows = document.RootElement.GetProperty("rows");
        Assert.Equal(2, rows.GetArrayLength());
        foreach (JsonElement row in rows.EnumerateArray())
        {
            Assert.True(row.GetProperty("samples").GetArrayLength() >= 7);
            Assert.True(row.GetProperty("bit_equal").GetBoolean());
            Assert.Equal(0, row.GetProperty("metrics").GetProperty("bytes_allocated").GetDouble());
            Assert.Contains("--quick", row.GetProperty("repeat").GetString(), StringComparison.Ordinal);
        }

        Outcome same = CommandLine.Run("bench", "compare", record, record, "--fail-above", "0%");
        Assert.Equal(Tool.Ok, same.Exit);
        Assert.Contains("no significant difference in 2 rows", same.Output, StringComparison.Ordinal);

        // What this machine did meanwhile is left out: on a busy one it may explain as much.
        string quiet = Path.Combine(_folder, "b.json"), slower = Path.Combine(_folder, "c.json");
        File.WriteAllText(quiet, WithoutCalibration(document.RootElement.GetRawText()));
        File.WriteAllText(slower, WithoutCalibration(Slower(document.RootElement)));
        Outcome compared = CommandLine.Run("bench", "compare", quiet, slower, "--fail-above", "5%");
        Assert.Equal(Tool.Failed, compared.Exit);
        Assert.Contains(
            "100.0% slower", compared.Error.Replace(" %", "%", StringComparison.Ordinal), StringComparison.Ordinal);

        Outcome page = CommandLine.Run("bench", "report", record, "--format", "html");
        Assert.StartsWith("<!DOCTYPE html>", page.Output, StringComparison.Ordinal);
        Outcome table = CommandLine.Run("bench", "report", record, "--format", "csv");
        Assert.Equal(3, table.Lines.Length);
    }

    [Fact]
    public void BitsAreComparedOverTheWholeOutput()
    {
        Outcome outcome = CommandLine.Run(
            "bench", "kernels", "--op", "rmsnorm,rope", "--mode", "bitwise", "--shape", "5,96", "--shape", "5,2,16",
            "--format", "csv");
        Assert.True(outcome.Exit == Tool.Ok, outcome.Error);
        Assert.All(outcome.Lines.Skip(1), line => Assert.Contains(",yes,", line, StringComparison.Ordinal));
    }

    [Fact]
    public void AModelOfOnesOwnIsMeasured()
    {
        using var model = new TinyModel();
        Outcome outcome = CommandLine.Run(
            "bench", "model", "--model", model.Folder, "--quick", "--threads", "1", "--scenario",
            "Grid,SingleStream,Ops,Tokenizer",
            "--grid", "1x4,2x8", "--format", "csv");
        Assert.True(outcome.Exit == Tool.Ok, outcome.Error);
        foreach (string row in new[] { "Grid/1/4", "Grid/2/8", "SingleStream/1/8", "Ops/linear", "Tokenizer" })
            Assert.Contains(row, outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ExactSearchFindsAllAndCodesFindSome()
    {
        Outcome outcome = CommandLine.Run(
            "bench", "search", "--quick", "--index", "exact-float32,binary,rescored-x16", "--vectors", "500", "--dimensions",
            "32", "--threads", "1",
            "--queries", "1", "--format", "json");
        Assert.True(outcome.Exit == Tool.Ok, outcome.Error);
        using JsonDocument document = JsonDocument.Parse(outcome.Output);
        Dictionary<string, double> recall = document.RootElement.GetProperty("rows").EnumerateArray().ToDictionary(
            row => row.GetProperty("labels").GetProperty("index").GetString()!,
            row => row.GetProperty("metrics").GetProperty("recall").GetDouble());
        Assert.Equal(1, recall["exact-float32"]);
        Assert.InRange(recall["binary"], 0.05, 0.999);
        Assert.InRange(recall["rescored-x16"], recall["binary"], 1);
    }

    [Fact]
    public void WhatIsNoRecordIsRefusedByItsPath()
    {
        string path = Path.Combine(_folder, "no.json");
        File.WriteAllText(path, "{}");
        Outcome outcome = CommandLine.Run("bench", "compare", path, path);
        Assert.Equal(Tool.Failed, outcome.Exit);
        Assert.Contains(path, outcome.ErrorLine, StringComparison.Ordinal);
    }

    // The same record with every sample twice as long.
    private static string WithoutCalibration(string record) => System.Text.RegularExpressions.Regex.Replace(
        record, "(\"(?:\\w+_g\\w+|running_share)\":\\s*)\\[[^\\]]*\\]", "$1[]");

    private static string Slower(JsonElement root) => System.Text.RegularExpressions.Regex.Replace(
        root.GetRawText(), "\"samples\":\\s*\\[([^\\]]*)\\]",
        match => "\"samples\":[" + string.Join(',', match.Groups[1].Value.Split(',').Select(number =>
            (2 * double.Parse(number, System.Globalization.CultureInfo.InvariantCulture))
                .ToString("R", System.Globalization.CultureInfo.InvariantCulture))) + "]");
}
