using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Sextant.Documents;

/// <summary>The text of an HTML page, with Markdown's headings and items, each block on its line of the file.</summary>
internal sealed class HtmlText
{
    // A list whose text is links, to this share, leads elsewhere and says nothing.
    private const double LinkShare = 0.8;
    private const int MinLinks = 3;
    private const int MaxListDepth = 8;

    private static readonly HashSet<string> Skipped = new(StringComparer.OrdinalIgnoreCase)
    {
        "script", "style", "noscript", "template", "nav", "svg", "math", "iframe", "object", "head", "select", "button",
    };

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre",
        "section", "summary", "table", "tr", "ul", "caption",
    };

    private readonly StringBuilder _text = new();
    private int _line = 1;
    private int _listDepth;
    private int _preformatted;
    private bool _isOpen; // whether something is on the current line

    private HtmlText()
    {
    }

    public static string Of(string path)
    {
        using FileStream file = File.OpenRead(path);
        var parser = new HtmlParser(new HtmlParserOptions { IsKeepingSourceReferences = true });
        using AngleSharp.Html.Dom.IHtmlDocument page = parser.ParseDocument(file);
        var text = new HtmlText();
        if (page.Title is { Length: > 0 } title && page.QuerySelector("h1") is null)
            text.Block("# " + title, 1);
        if (page.Body is { } body)
            text.Walk(body);
        return text._text.ToString();
    }

    // Without recursion: a page may be nested as deeply as it likes.
    private void Walk(INode root)
    {
        INode? node = root;
        while (node is not null)
        {
            if (Enter(node) && node.FirstChild is { } child)
            {
                node = child;
                continue;
            }
            while (node is not null)
            {
                Leave(node);
                if (node == root)
                    return;
                if (node.NextSibling is { } next)
                {
                    node = next;
                    break;
                }
                node = node.Parent;
            }
        }
    }

    // Whether to go into it.
    private bool Enter(INode node)
    {
        if (node is IText text)
        {
            Append(text.Data);
            return false;
        }
        if (node is not IElement element || Skipped.Contains(element.LocalName) || element.HasAttribute("hidden"))
            return false;
        string name = element.LocalName;
        if (name is "ul" or "ol")
        {
            if (_listDepth < MaxListDepth && LeadsElsewhere(element))
                return false;
            _listDepth++;
        }
        if (name == "pre")
            _preformatted++;
        if (Blocks.Contains(name))
        {
            string mark = name.Length == 2 && name[0] == 'h' && char.IsAsciiDigit(name[1])
                ? new string('#', name[1] - '0') + " " : name == "li" ? "- " : "";
            Begin(element.SourceReference?.Position.Line ?? 0, isItem: name is "li" or "tr" or "dd" or "dt");
            _text.Append(mark);
        }
        else if (name is "td" or "th")
        {
            _text.Append(' ');
        }
        else if (name == "br")
        {
            NewLine();
        }
        return true;
    }

    private void Leave(INode node)
    {
        if (node is not IElement element)
            return;
        if (element.LocalName == "pre" && _preformatted > 0)
            _preformatted--;
        if (element.LocalName is "ul" or "ol" && _listDepth > 0)
            _listDepth--;
        if (Blocks.Contains(element.LocalName) && _isOpen)
            NewLine();
    }

    private static bool LeadsElsewhere(IElement list)
    {
        IElement[] links = [.. list.QuerySelectorAll("a[href]").Take(1000)];
        if (links.Length < MinLinks)
            return false;
        int linked = links.Sum(link => Letters(link.TextContent)), all = Letters(list.TextContent);
        return linked >= LinkShare * all;
    }

    private static int Letters(string text) => text.Count(c => !char.IsWhiteSpace(c));

    private void Block(string text, int line)
    {
        Begin(line, isItem: false);
        Append(text);
        NewLine();
    }

    // A blank line before a paragraph, and the line of the file where the text has not gone beyond it.
    private void Begin(int line, bool isItem)
    {
        if (_isOpen)
            NewLine();
        if (!isItem && _text.Length > 0 && !EndsBlank())
            NewLine();
        while (_line < line)
            NewLine();
    }

    private bool EndsBlank() => _text.Length >= 2 && _text[^1] == '\n' && _text[^2] == '\n';

    private void NewLine()
    {
        _text.Append('\n');
        _line++;
        _isOpen = false;
    }

    private void Append(string text)
    {
        foreach (char c in text)
        {
            if (_preformatted > 0 && c == '\n')
            {
                NewLine();
            }
            else if (!char.IsWhiteSpace(c) || (_preformatted > 0 && c != '\r'))
            {
                _text.Append(c);
                _isOpen = true;
            }
            else if (_isOpen && _text[^1] != ' ')
            {
                _text.Append(' ');
            }
        }
    }
}
