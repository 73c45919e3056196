using System.Globalization;
using Npgsql;
using Sextant.Indexes;
using Sextant.Postgres.Cli;

namespace Sextant.Postgres.Tests;

/// <summary>The commands of sextant-postgres.</summary>
[Collection("one index at a time")]
public sealed class ToolTests(DebianServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sextant-postgres-tool").FullName;

    private string To
    {
        get
        {
            _ = server.Source;
            return string.Create(CultureInfo.InvariantCulture, $"postgres://sextant@127.0.0.1:{server.Port}/postgres");
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AnIndexGoesThereAndBack()
    {
        using (NpgsqlCommand command = server.Source.CreateCommand(
            $"drop table if exists notes; drop table if exists {IndexTable.Indexes}"))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal((0, "", ""), await Run("list", To));
        string notes = Path.Combine(_folder, "notes"), back = Path.Combine(_folder, "back");
        IndexDefinition definition = SomeDocuments.Definition("ResidualBinary+Float16+Cosine", keepsTerms: true);
        using (VectorIndex index = VectorIndex.Create(notes, definition))
        {
            foreach (IndexDocument one in SomeDocuments.Documents(30, 1, keepsTerms: true))
                index.Upsert(one);
            index.Commit();
        }
        (int exit, string output, string error) = await Run("export", notes, "--to", To);
        Assert.Equal((0, ""), (exit, error));
        Assert.StartsWith("30 documents with ", output, StringComparison.Ordinal);
        (exit, _, error) = await Run("export", notes, "--to", To);
        Assert.Equal(1, exit);
        Assert.Contains("there is one of this name already", error, StringComparison.Ordinal);
        Assert.Equal(0, (await Run("export", notes, $"--to={To}", "--upsert", "--insert")).Exit);
        (exit, output, _) = await Run("list", To);
        Assert.Equal(0, exit);
        Assert.StartsWith("notes\t", output, StringComparison.Ordinal);
        Assert.Contains("ResidualBinary and Float16\tPlain", output, StringComparison.Ordinal);

        (exit, _, error) = await Run("import", To, "--index", back, "--name", "notes");
        Assert.Equal((0, ""), (exit, error));
        using IndexReader before = IndexReader.Open(notes), after = IndexReader.Open(back);
        Assert.Equal(
            before.EncodedDocuments().Select(SomeDocuments.Text), after.EncodedDocuments().Select(SomeDocuments.Text));
        // What is not there leaves no folder.
        (exit, _, error) = await Run("import", To, "--index", Path.Combine(_folder, "nothing"));
        Assert.Equal(1, exit);
        Assert.Contains("there is no such index", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "nothing")));
    }

    [Theory]
    [InlineData("which command?")]
    [InlineData("no command 'move'", "move")]
    [InlineData("needs an index folder", "export")]
    [InlineData("--to ADDRESS is needed", "export", "notes")]
    [InlineData("--to needs a value", "export", "notes", "--to")]
    [InlineData("there is no flag --form", "export", "notes", "--form=x")]
    [InlineData("--hnsw takes no value", "export", "notes", "--hnsw=yes")]
    [InlineData("--name is given twice", "export", "notes", "--name", "a", "--name", "b")]
    [InlineData("one thing too many", "export", "notes", "others")]
    [InlineData("--types is 'gin'", "export", "notes", "--to", "postgres://h/d", "--types", "gin")]
    [InlineData("of a new table", "export", "notes", "--to", "postgres://h/d", "--upsert", "--hnsw")]
    [InlineData("import takes no --hnsw", "import", "postgres://h/d", "--index", "notes", "--hnsw")]
    [InlineData("the scheme mysql", "list", "mysql://secret:secret@h/d")]
    [InlineData("the address is none", "list", "postgres://secret@h:port/d")]
    [InlineData("the address is none", "list", "Password=secret;What=ever")]
    public async Task WrongCommandLinesAreSaid(string problem, params string[] args)
    {
        (int exit, string output, string error) = await Run(args);
        Assert.Equal((2, ""), (exit, output));
        Assert.Contains(problem, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://h", "Host=h")]
    [InlineData("postgresql://a%40b:c%3Ad@h:5433/d%2Fe?sslmode=verify-full&application_name=x",
        "Host=h;Port=5433;Username=a@b;Password=c:d;Database=d/e;SSL Mode=VerifyFull;Application Name=x")]
    [InlineData("postgres://u@[::1]:5432/d", "Host=::1;Port=5432;Username=u;Database=d")]
    [InlineData("host=h;username=u", "Host=h;Username=u")]
    public void AddressesAreRead(string address, string expected) => Assert.Equal(expected, Address.Of(address));

    private static async Task<(int Exit, string Output, string Error)> Run(params string[] args)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture), error = new(CultureInfo.InvariantCulture);
        int exit = await Tool.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return (exit, output.ToString(), error.ToString());
    }
}
