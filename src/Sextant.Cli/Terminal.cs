namespace Sextant.Cli;

/// <summary>Where a verb reads and writes: the process's streams, or a test's.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Standard output: results alone.</param>
/// <param name="Error">Standard error: errors, warnings, progress.</param>
public sealed record Terminal(Stream Input, Stream Output, TextWriter Error)
{
    /// <summary>Whether a person sees the output.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether the output may carry styles and links: a terminal that is not dumb, and no NO_COLOR.</summary>
    public bool HasStyles { get; init; }

    /// <summary>The output for those who clean all text themselves, and add styles to it.</summary>
    internal Stream StyledOutput { get; init; } = Stream.Null;

    /// <summary>Whether a person sees the errors, so that progress is welcome.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>What lines on standard error begin with: the tool and its verb.</summary>
    internal string Program { get; init; } = "sextant";

    /// <summary>What says how long work takes.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = 80;

    /// <summary>Ends the work when the user has had enough.</summary>
    public CancellationToken Cancellation { get; init; }
}
