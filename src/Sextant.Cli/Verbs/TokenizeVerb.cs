using Sextant.Cli.Arguments;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant tokenize</c>: what a model's tokenizer makes of texts.</summary>
internal sealed class TokenizeVerb : Verb
{
    public override string Name => "tokenize";

    public override string Summary => "Shows the tokens of texts.";

    public override string Usage => "[TEXT…] [--input FILE|-] [flags]";

    public override Flag[] Flags => [ModelFlags.Model, InputFlags.Input, InputFlags.Format];

    public override (string Line, string Meaning)[] Examples => [];

    public override int Run(ArgumentValues arguments, Terminal terminal) => throw new NotSupportedException("later");
}
