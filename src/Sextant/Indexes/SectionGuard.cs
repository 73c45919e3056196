using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>Lets a scan read a section: each block is checked when the scan comes to it for the first time.</summary>
internal sealed class SectionGuard(Section section) : ByteGuard
{
    public override void Check(long first, long count)
    {
        if (!section.IsChecked)
            section.Bytes(first, count);
    }
}
