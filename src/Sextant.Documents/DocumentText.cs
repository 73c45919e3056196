using System.IO.Compression;
using System.Text;
using Sextant.Passages;

namespace Sextant.Documents;

/// <summary>The text of a file, whatever its format: plain text as it is, documents without their markup.</summary>
/// <remarks>
/// <para>HTML (.html, .htm, .xhtml): without scripts, styles, navigation and lists of links; headings become those of
/// Markdown, and text stays on the line where it is in the file. PDF: a page is a line, so that a passage's line is its
/// page. DOCX: a paragraph is a line. .gz: what is inside, by the name without .gz.</para>
/// <para>The format is the ending's; a file that is not what its ending says is skipped as unreadable.</para>
/// </remarks>
public sealed class DocumentText : IDisposable
{
    /// <summary>More is not decompressed: it may be made to fill the memory.</summary>
    public const long MaxDecompressedBytes = 1L << 28;

    private readonly TextReader _text;
    private readonly string _form;
    private readonly long _length;

    private DocumentText(TextReader text, string form, long length) => (_text, _form, _length) = (text, form, length);

    /// <summary>How many bytes of the file were read so far: of a document, which is read at once, all.</summary>
    public long BytesRead => _text is StreamReader plain ? plain.BaseStream.Position : _length;

    /// <summary>Opens a file, or says why it is skipped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="skipped">Why it is skipped, where it is.</param>
    /// <param name="encoding">What plain text without a byte order mark is in; null: UTF-8.</param>
    public static DocumentText? Open(string path, out SkippedPath skipped, Encoding? encoding = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return Open(path, path, out skipped, encoding);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            // Parsers of foreign formats throw what they like: a damaged document is one file less.
            skipped = new SkippedPath(path, SkipReason.Unreadable, Described(problem));
            return null;
        }
    }

    /// <summary>The passages of the text, which is read as they are.</summary>
    /// <param name="reader">Cuts it.</param>
    /// <param name="file">What the passages call the file.</param>
    public IEnumerable<Passage> Passages(PassageReader reader, string file)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return _form == file
            ? reader.Read(_text, file)
            : reader.Read(_text, _form).Select(passage => passage with { File = file });
    }

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    // path: the bytes; name: what says the format, which is another for what was compressed.
    private static DocumentText? Open(string path, string name, out SkippedPath skipped, Encoding? encoding)
    {
        skipped = default;
        string ending = Path.GetExtension(name).ToLowerInvariant();
        if (ending == ".gz")
            return Decompressed(path, name, out skipped, encoding);
        if (ending is not (".html" or ".htm" or ".xhtml" or ".pdf" or ".docx"))
        {
            StreamReader? plain = TextFile.Open(path, out skipped, encoding);
            return plain is null ? null : new DocumentText(plain, name, 0);
        }
        long length = new FileInfo(path).Length;
        if (length == 0)
        {
            skipped = new SkippedPath(path, SkipReason.Empty);
            return null;
        }
        string text = ending switch
        {
            ".pdf" => PdfText.Of(path),
            ".docx" => WordText.Of(path),
            _ => HtmlText.Of(path),
        };
        // Line by line in PDF; as Markdown elsewhere.
        return new DocumentText(new StringReader(text), name + (ending == ".pdf" ? ".text" : ".md"), length);
    }

    private static DocumentText? Decompressed(string path, string name, out SkippedPath skipped, Encoding? encoding)
    {
        string inner = Path.GetFileNameWithoutExtension(name);
        string folder = Directory.CreateTempSubdirectory("sextant-gz-").FullName;
        try
        {
            string file = Path.Combine(folder, inner.Length == 0 ? "text" : inner);
            using (FileStream compressed = File.OpenRead(path))
            using (var gzip = new GZipStream(compressed, CompressionMode.Decompress))
            using (FileStream plain = File.Create(file))
                CopyLimited(gzip, plain);
            using DocumentText? text = Open(file, file, out skipped, encoding);
            if (text is null)
            {
                skipped = skipped with { Path = path };
                return null;
            }
            // Read here: the file goes with the folder.
            string form = text._form == file ? inner : inner + Path.GetExtension(text._form);
            return new DocumentText(new StringReader(text._text.ReadToEnd()), form, new FileInfo(path).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void CopyLimited(Stream from, Stream to)
    {
        byte[] buffer = new byte[1 << 16];
        long copied = 0;
        for (int read; (read = from.Read(buffer)) > 0;)
        {
            copied += read;
            if (copied > MaxDecompressedBytes)
                throw new InvalidDataException($"more than {MaxDecompressedBytes >> 20} MiB when decompressed");
            to.Write(buffer, 0, read);
        }
    }

    private static string Described(Exception problem) =>
        problem.Message.Split('\n')[0].Trim() is { Length: > 0 } message ? message : problem.GetType().Name;
}
