using System.Diagnostics;
using System.Runtime.InteropServices;
using Npgsql;
using Sextant.Codes;
using Sextant.Postgres.Formats;

namespace Sextant.Postgres.Tests;

/// <summary>Fields against what servers send for the same values, and take.</summary>
[Collection("one index at a time")]
public sealed class ServerFormatTests(DebianServer debian, PgliteServer pglite)
{
    [Fact]
    public async Task PlainTypesAreWhatPostgresSends()
    {
        await Same(debian.Source, new BitFormat(13), "bit_send(B'1011000001101'::bit(13))", [0xB0, 0x68]);
        await Same(
            debian.Source, new RealArrayFormat(3), "array_send('{1,-2.5,1e-40}'::real[])", Bytes(1f, -2.5f, 1e-40f));
    }

    [Fact]
    public async Task DimensionsAreBitsInTheirOrder()
    {
        float[] vector = SomeDocuments.Vectors(1, 3);
        byte[] code = new byte[BinaryCode.Bytes(vector.Length)];
        BinaryCode.Encode(vector, code);
        var format = new BitFormat(vector.Length);
        await using NpgsqlCommand command = debian.Source.CreateCommand(
            $"select array(select get_bit({format.Parsed("$1")}, i) from generate_series(0, {vector.Length - 1}) i)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = (string)format.Parameter(code) });
        int[] bits = (int[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(vector.Select(value => value > 0 ? 1 : 0), bits);
    }

    [Fact]
    public async Task PgvectorsTypesAreWhatItSends()
    {
        using PgliteServer.Lease server = await pglite.TakeAsync();
        await Same(
            server.Source, new VectorFormat(3), "vector_send('[1,-2.5,1e-40]'::vector)", Bytes(1f, -2.5f, 1e-40f));
        await Same(
            server.Source, new HalfVectorFormat(3), "halfvec_send('[1,-2.5,6e-8]'::halfvec)",
            MemoryMarshal.AsBytes<Half>([(Half)1f, (Half)(-2.5f), (Half)6e-8f]).ToArray());
        byte[] sparse = new byte[SparseVectorFormat.FieldBytes(2)];
        SparseVectorFormat.Write(70000, [0, 69999], [1.5f, -2f], sparse);
        Assert.Equal(await Sent(server.Source, "sparsevec_send('{1:1.5,70000:-2}/70000'::sparsevec)"), sparse);
    }

    [Fact]
    public async Task PgvectorTakesTheCopy()
    {
        var buffer = new CopyBuffer();
        buffer.Head();
        buffer.Row(4);
        new BitFormat(10).Write([0xB0, 0x40], buffer.Field(new BitFormat(10).FieldBytes));
        new VectorFormat(2).Write(Bytes(1f, -2.5f), buffer.Field(new VectorFormat(2).FieldBytes));
        new HalfVectorFormat(2).Write(
            MemoryMarshal.AsBytes<Half>([(Half)0.5f, (Half)(-3f)]), buffer.Field(new HalfVectorFormat(2).FieldBytes));
        SparseVectorFormat.Write(5, [1, 4], [1.5f, -2f], buffer.Field(SparseVectorFormat.FieldBytes(2)));
        buffer.End();
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, buffer.Written, TestContext.Current.CancellationToken);
            string[] arguments =
            [
                Path.Combine(AppContext.BaseDirectory, "copy.mjs"), PgliteServer.Folder, file,
                "b bit(10), v vector(2), h halfvec(2), s sparsevec(5)", "b::text, v::text, h::text, s::text",
            ];
            using Process node = Process.Start(new ProcessStartInfo("node", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> error = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await node.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal("1011000001 [1,-2.5] [0.5,-3] {2:1.5,5:-2}/5\n", output + await error);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static byte[] Bytes(params float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    private static async Task Same(NpgsqlDataSource source, RowFormat format, string sql, byte[] row)
    {
        byte[] field = new byte[format.FieldBytes];
        format.Write(row, field);
        Assert.Equal(await Sent(source, sql), field);
    }

    private static async Task<byte[]> Sent(NpgsqlDataSource source, string sql)
    {
        await using NpgsqlCommand command = source.CreateCommand($"select {sql}");
        return (byte[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
