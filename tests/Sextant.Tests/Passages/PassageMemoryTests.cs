using Sextant.Passages;

namespace Sextant.Tests.Passages;

/// <summary>Reading passages holds a bounded part of a text.</summary>
[Collection(nameof(MeasuredAlone))]
public class PassageMemoryTests
{
    [Fact]
    public void MemoryDoesNotGrowWithTheText()
    {
        using var text = new RepeatedText("The quick brown fox jumps over the lazy dog. ", 100_000_000);
        var reader = new PassageReader(part => part.Length / 4);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        int passages = 0;
        foreach (Passage passage in reader.Read(text, "a"))
        {
            if (++passages % 50_000 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        Assert.True(passages > 100_000);
        // Of 200 MB of characters.
        Assert.True(most < 2_000_000, $"{most} bytes were held");
    }
}
