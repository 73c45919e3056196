using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>The component "Sequence" of post-processors: at most one that frames, and any that trim offsets.</summary>
internal static class PostProcessorSequence
{
    internal static PostProcessor Read(ComponentFields fields)
    {
        fields.Expect("processors");
        JsonElement list = fields.Element("processors", JsonValueKind.Array, "a list of components");
        PostProcessor result = PostProcessor.None;
        bool isFramed = false;
        int index = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            ComponentFields inner = fields.Inner(item, $"processors[{index++}]");
            PostProcessor step = ComponentCatalog.ReadPostProcessor(inner);
            bool trims = result.TrimsOffsets || step.TrimsOffsets;
            bool expectsSpace = step.TrimsOffsets ? step.ExpectsPrefixSpace : result.ExpectsPrefixSpace;
            if (result.TrimsOffsets && step.TrimsOffsets)
                throw fields.Refusal("processors", "two that trim offsets", "at most one");
            if (!step.IsBare)
            {
                if (isFramed)
                    throw fields.Refusal("processors", "two that add special tokens", "at most one");
                (result, isFramed) = (step, true);
            }
            result = result.With(trims, expectsSpace);
        }
        return result;
    }
}
