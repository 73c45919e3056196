using System.Globalization;
using Sextant.Server.Models;

namespace Sextant.Server.Routes;

/// <summary>Headers that say what a model did not see of a request's inputs.</summary>
internal static class ReportHeaders
{
    /// <summary>Tokens that were cut off, over all inputs.</summary>
    public const string Truncated = "Sextant-Truncated-Tokens";

    /// <summary>Numbers of the inputs that lost tokens, counted from 0, at most 100 of them.</summary>
    public const string TruncatedInputs = "Sextant-Truncated-Inputs";

    /// <summary>Unknown tokens, over all inputs.</summary>
    public const string Unknown = "Sextant-Unknown-Tokens";

    /// <summary>That the model was not trained for vectors of the length that was asked for, or does not say so.</summary>
    public const string DimensionsNote = "Sextant-Dimensions-Note";

    private const int MaxNamed = 100;

    /// <summary>Sets those that have something to say.</summary>
    public static void Set(HttpResponse response, IReadOnlyList<EncodedInput> inputs)
    {
        long truncated = inputs.Sum(one => (long)one.Report.Truncated);
        long unknown = inputs.Sum(one => (long)one.Report.Unknown);
        if (truncated > 0)
        {
            response.Headers[Truncated] = truncated.ToString(CultureInfo.InvariantCulture);
            response.Headers[TruncatedInputs] = string.Join(',', Enumerable.Range(0, inputs.Count)
                .Where(i => inputs[i].Report.Truncated > 0).Take(MaxNamed));
        }
        if (unknown > 0)
            response.Headers[Unknown] = unknown.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Says what the caller has to know of shorter vectors of this model, where there is anything.</summary>
    public static void SetDimensions(HttpResponse response, ServedEmbedder model, int? dimensions)
    {
        if (dimensions is { } some && model.Shorter.NoteOf(some) is { } note)
            response.Headers[DimensionsNote] = note;
    }
}
