using Sextant.Tensors;

namespace Sextant.Weights;

/// <summary>An element type of the safetensors format: its name, its size, and what reads it.</summary>
/// <param name="Name">As headers write it.</param>
/// <param name="Bits">Bits of one element; some types pack two elements into a byte.</param>
/// <param name="Type">How it is read; <see cref="ElementType.Other"/> where it cannot be.</param>
internal readonly record struct StoredElement(string Name, int Bits, ElementType Type)
{
    /// <summary>What can be read, for messages.</summary>
    public const string Readable = "F32, F16, BF16, F64, I8, U8, I32, I64 and BOOL";

    private static readonly StoredElement[] s_all =
    [
        new("F32", 32, ElementType.F32), new("F16", 16, ElementType.F16), new("BF16", 16, ElementType.BF16),
        new("F64", 64, ElementType.F64), new("I8", 8, ElementType.I8), new("U8", 8, ElementType.U8),
        new("I32", 32, ElementType.I32), new("I64", 64, ElementType.I64), new("BOOL", 8, ElementType.Bool),
        new("I16", 16, ElementType.Other), new("U16", 16, ElementType.Other), new("U32", 32, ElementType.Other),
        new("U64", 64, ElementType.Other), new("C64", 64, ElementType.Other), new("F4", 4, ElementType.Other),
        new("F6_E2M3", 6, ElementType.Other), new("F6_E3M2", 6, ElementType.Other),
        new("F8_E4M3", 8, ElementType.Other), new("F8_E5M2", 8, ElementType.Other),
        new("F8_E8M0", 8, ElementType.Other), new("F8_E4M3FNUZ", 8, ElementType.Other),
        new("F8_E5M2FNUZ", 8, ElementType.Other),
    ];

    /// <summary>Looks a type up by its name.</summary>
    public static bool TryFind(string name, out StoredElement element)
    {
        foreach (StoredElement known in s_all)
        {
            if (known.Name == name)
            {
                element = known;
                return true;
            }
        }
        element = default;
        return false;
    }
}
