using System.Diagnostics;

namespace Sextant.Kernels;

/// <summary>y [T,H] = (word[id]·scale + type[type id]) + position[position], tables widened exactly to f32.</summary>
/// <remarks>
/// Order: the word row, bytes times their row's scale; times the scale; + the type row, if there is a type table; + the
/// position row, if there is one.
/// </remarks>
internal unsafe struct GatherArguments
{
    /// <summary>Token ids [T].</summary>
    public int* Ids;

    /// <summary>Token type ids [T].</summary>
    public int* TypeIds;

    /// <summary>Positions [T].</summary>
    public int* Positions;

    /// <summary>T.</summary>
    public int Rows;

    /// <summary>H.</summary>
    public int Columns;

    /// <summary>Word table [V,H].</summary>
    public byte* Words;

    /// <summary>How the word table is stored.</summary>
    public StoredType WordType;

    /// <summary>What each word row's bytes are multiplied by first [V]; null unless they are bytes.</summary>
    public float* WordScales;

    /// <summary>What the word rows are multiplied by; 1 leaves them as they are.</summary>
    public float Scale;

    /// <summary>Token type table [types,H], f32; null for none.</summary>
    public float* Types;

    /// <summary>Position table [positions,H], f32; null for none.</summary>
    public float* PositionTable;

    /// <summary>y [T,H].</summary>
    public float* Y;

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(Rows >= 0 && Columns > 0 && Ids != null && Words != null);
        Debug.Assert(Types == null || TypeIds != null);
        Debug.Assert(PositionTable == null || Positions != null);
        for (int t = 0; t < Rows; t++)
        {
            Debug.Assert(Ids[t] >= 0 && (Types == null || TypeIds[t] >= 0));
            Debug.Assert(PositionTable == null || Positions[t] >= 0);
        }
    }
}
