using System.Text;

namespace Sextant.Cli.Outputs;

/// <summary>Standard error: every line is cleaned, whatever names or texts its message quotes.</summary>
/// <remarks>Only the progress line writes without an end of line, and goes back to the line's beginning.</remarks>
internal sealed class CleanWriter(TextWriter error) : TextWriter
{
    public override Encoding Encoding => error.Encoding;

    public override void WriteLine(string? value) => error.WriteLine(TerminalText.Clean(value ?? ""));

    public override void Write(string? value)
    {
        ReadOnlySpan<char> text = value;
        if (text.StartsWith('\r'))
        {
            error.Write('\r');
            text = text[1..];
        }
        error.Write(TerminalText.Clean(text.ToString()));
    }

    public override void Write(char value) =>
        error.Write(value == '\r' ? "\r" : TerminalText.Clean(value.ToString()));

    public override void Flush() => error.Flush();
}
