using Sextant.Passages;

namespace Sextant.Tests.Passages;

/// <summary>What of Markdown is no passage, and what passages know of the headings above them.</summary>
public class MarkupTests
{
    [Fact]
    public void PassagesKnowTheHeadingsAboveThem()
    {
        const string text = """
            # Guide

            Welcome.

            ## Install

            Run the program.

            ### Linux ###

            Use apt.

            ## Use

            Ask it.

            Other
            =====

            The end.
            """;
        Assert.Equal(
            [
                "|# Guide", "Guide|## Install", "Guide › Install|### Linux ###", "Guide|## Use", "|Other",
            ],
            Read(text, "a.md").Select(one => $"{one.Headings}|{one.Text.Split('\n')[0]}"));
        Assert.All(Read(text, "a.cs"), one => Assert.Equal("", one.Headings));
    }

    [Fact]
    public void WhatGoesOnOverAPassageIsBelowTheSameHeading()
    {
        string text = "# Top\n\n## Long\n\n" + string.Join(' ', Enumerable.Range(0, 40).Select(i => $"Word{i} is here."));
        List<Passage> passages = Read(text, "a.md");
        Assert.True(passages.Count > 4);
        Assert.All(passages.Skip(1), one => Assert.Equal("Top › Long", one.Headings));
    }

    [Theory]
    [InlineData("---\ntitle: X\n---\n\nText here.\n", "Text here.", 5)]
    [InlineData("+++\r\ntitle = \"X\"\r\n+++\r\nText here.", "Text here.", 4)]
    [InlineData("---\ntitle: X\n...\nText here.", "Text here.", 4)]
    [InlineData("--- and so on.\nText here.", "--- and so on.\nText here.", 1)]
    [InlineData("---\nno end of it.", "---\nno end of it.", 1)]
    [InlineData("--", "--", 1)]
    public void FrontMatterIsNoPassage(string text, string expected, int line)
    {
        Passage passage = Assert.Single(Read(text, "a.md"));
        Assert.Equal((expected, line), (passage.Text, passage.FirstLine));
        Assert.Equal(passage.Text, text[(int)passage.Start..(int)passage.End]);
    }

    [Fact]
    public void FrontMatterIsTextInFilesThatHaveNone() =>
        Assert.Contains("title", Read("---\ntitle: X\n---\n\nText here.\n", "a.py")[0].Text);

    [Fact]
    public void ListsOfLinksAreNoPassages()
    {
        const string links = "- [One](one.md)\n- [Two](two.md), [Three](three.md)\n* [Four](#four)\n";
        Assert.Empty(Read("# Contents\n\n" + links, "a.md"));
        Passage passage = Assert.Single(Read("# Contents\n\n" + links + "\n# Text\n\nIt is here.\n", "a.md"));
        Assert.Equal("# Text\n\nIt is here.", passage.Text);
        Assert.Single(Read("- [One](one.md): how it began\n- [Two](two.md): and why\n- [Three](x.md): and "
            + "ended\n", "a.md"));
        Assert.Single(Read("- [One](one.md)\n- [Two](two.md)\n", "a.md"));
    }

    private static List<Passage> Read(string text, string file) =>
        [.. new PassageReader(
            piece => piece.Count(' ') + 1, new PassageOptions { Chunk = 24, Overlap = 4 }).Read(new StringReader(text), file)];
}
