using System.IO.Compression;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using Sextant.Documents;
using Sextant.Passages;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace Sextant.Cli.Tests;

public sealed class DocumentTests : IDisposable
{
    private const string Page = """
        <!doctype html>
        <html><head><title>The title</title><style>p { color: red }</style>
        <script>var x = "<p>not this</p>";</script></head>
        <body><nav><a href="a">Home</a></nav>
        <h1>Ships &amp; sails</h1>
        <p>They sail <b>over</b>
           the sea.</p>
        <ul><li><a href="a">One</a></li><li><a href="b">Two</a></li><li><a href="c">Three</a></li></ul>
        <h2>Kinds</h2><ul><li>big ones</li><li>small ones, see <a href="x">here</a></li></ul>
        <pre>first  line
        second line</pre><p hidden>secret</p>
        <table><tr><td>a</td><td>b</td></tr></table>
        </body></html>
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("sextant-documents-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void APageIsItsTextOnTheLinesOfTheFile()
    {
        string path = Write("a.html", Page);
        List<Passage> passages = Read(path);
        Assert.Equal(["# Ships & sails\n\nThey sail over the sea.", "## Kinds"], passages.Select(
            one => one.Text.Split("\n\n- ")[0]));
        Assert.Equal(("Ships & sails", path), (passages[1].Headings, passages[1].File));
        Assert.Equal([5, 9], passages.Select(one => one.FirstLine));
        Assert.Contains("- big ones\n- small ones, see here", passages[1].Text);
        Assert.Contains("first  line\nsecond line", passages[1].Text);
        string all = string.Concat(passages.Select(one => one.Text));
        foreach (string unwanted in (string[])["not this", "color", "Home", "Three", "secret", "The title", "<"])
            Assert.DoesNotContain(unwanted, all);
    }

    [Fact]
    public void DeepPagesEnd()
    {
        string path = Write("deep.html", string.Concat(Enumerable.Repeat("<div>", 3000)) + "deep down.");
        Assert.Equal("deep down.", Assert.Single(Read(path)).Text);
    }

    [Fact]
    public void APdfHasAPageOnALine()
    {
        var builder = new PdfDocumentBuilder();
        PdfDocumentBuilder.AddedFont font = builder.AddStandard14Font(Standard14Font.Helvetica);
        foreach (string text in (string[])["Ships sail over the sea.", "The sky is blue."])
            builder.AddPage(UglyToad.PdfPig.Content.PageSize.A4).AddText(text, 12, new PdfPoint(50, 700), font);
        string path = Path.Combine(_root, "a.pdf");
        File.WriteAllBytes(path, builder.Build());
        Passage passage = Assert.Single(Read(path));
        Assert.Equal("Ships sail over the sea.\nThe sky is blue.", passage.Text);
        Assert.Equal((1, 2), (passage.FirstLine, passage.LastLine));
    }

    [Fact]
    public void AWordFileHasItsHeadings()
    {
        string path = Path.Combine(_root, "a.docx");
        using (var document = WordprocessingDocument.Create(path, WordprocessingDocumentType.Document))
        {
            Paragraph heading = new(new Run(new Text("Ships")))
            {
                ParagraphProperties = new ParagraphProperties(new ParagraphStyleId { Val = "Heading2" }),
            };
            document.AddMainDocumentPart().Document = new Document(
                new Body(heading, new Paragraph(new Run(new Text("They sail."), new Break(), new Text("Far.")))));
        }
        Assert.Equal("## Ships\n\nThey sail. Far.", Assert.Single(Read(path)).Text);
    }

    [Fact]
    public void WhatIsCompressedIsReadByItsNameInside()
    {
        foreach ((string name, string text) in ((string, string)[])[("a.html", Page), ("b.md", "# One\n\nTwo.")])
        {
            string path = Path.Combine(_root, name + ".gz");
            using (var gzip = new GZipStream(File.Create(path), CompressionMode.Compress))
                gzip.Write(System.Text.Encoding.UTF8.GetBytes(text));
            Passage first = Read(path)[0];
            Assert.StartsWith("# ", first.Text);
            Assert.Equal(path, first.File);
        }
    }

    [Theory]
    [InlineData("a.pdf")]
    [InlineData("a.docx")]
    [InlineData("a.txt.gz")]
    public void WhatIsNotWhatItsEndingSaysIsSkipped(string name)
    {
        string path = Write(name, "this is text");
        Assert.Null(DocumentText.Open(path, out SkippedPath skipped));
        Assert.Equal((path, SkipReason.Unreadable), (skipped.Path, skipped.Reason));
        Assert.NotEmpty(skipped.Detail);
        Assert.Null(DocumentText.Open(Write("e" + name, ""), out skipped));
    }

    private static List<Passage> Read(string path)
    {
        using DocumentText? text = DocumentText.Open(path, out SkippedPath skipped);
        Assert.True(text is not null, skipped.Detail);
        var reader = new PassageReader(piece => piece.Count(' ') + 1, new PassageOptions { Chunk = 64, Overlap = 0 });
        return [.. text.Passages(reader, path)];
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_root, name);
        File.WriteAllText(path, text);
        return path;
    }
}
