namespace Sextant.Kernels.Hamming;

/// <summary>The operations that bit counting needs, over one vector type of bytes.</summary>
internal unsafe interface IBitIsa<TVector>
    where TVector : struct
{
    /// <summary>64-bit words in a vector; divides 8.</summary>
    static abstract int Words { get; }

    static abstract TVector Zero { get; }

    /// <summary>Byte i holds the number of bits set in i % 16.</summary>
    static abstract TVector BitCounts { get; }

    static abstract TVector Load(ulong* source);

    static abstract TVector Broadcast(ulong word);

    static abstract TVector And(TVector a, TVector b);

    static abstract TVector Xor(TVector a, TVector b);

    /// <summary>
    /// Brings the upper half of each byte into its lower half; what is in the upper half then is undefined.
    /// </summary>
    static abstract TVector UpperHalves(TVector a);

    /// <summary>
    /// Byte i is that of the table's same 16 bytes at index i, which is below 16.
    /// </summary>
    static abstract TVector LookUp(TVector table, TVector indices);

    static abstract TVector AddBytes(TVector a, TVector b);

    static abstract TVector AddWords(TVector a, TVector b);

    /// <summary>Each 64-bit word becomes the sum of its bytes.</summary>
    static abstract TVector SumBytes(TVector a);

    /// <summary>Stores the lower half of each 64-bit word.</summary>
    static abstract void StoreInts(int* destination, TVector words);

    static abstract void Store(ulong* destination, TVector a);

    /// <summary>
    /// Products of unsigned bytes below 16 with signed bytes above −128, neighbours added: integers of 16 bits.
    /// </summary>
    static abstract TVector MultiplyBytes(TVector codes, TVector query);

    static abstract TVector AddShorts(TVector a, TVector b);

    /// <summary>Neighbours of signed 16 bits added: integers of 32 bits.</summary>
    static abstract TVector AddPairs(TVector shorts);

    static abstract TVector AddInts(TVector a, TVector b);

    static abstract TVector ShiftWordsLeft(TVector a, int count);

    static abstract TVector ShiftWordsRight(TVector a, int count);

    /// <summary>The bits of <paramref name="a"/> where the mask has ones, else those of <paramref name="b"/>.</summary>
    static abstract TVector Select(TVector mask, TVector a, TVector b);

    /// <summary>Each bit is what at least two of the three have.</summary>
    static abstract TVector Majority(TVector a, TVector b, TVector c);

    /// <summary>
    /// A full adder in each bit: <paramref name="sum"/> becomes the parity of the three, the carry is returned.
    /// </summary>
    static abstract TVector Add(ref TVector sum, TVector a, TVector b);

    /// <summary>16 bytes from memory, again and again.</summary>
    static abstract TVector BroadcastTable(byte* source);

    /// <summary>Indices for <see cref="LookUp"/> that bring bytes of equal places in two words together.</summary>
    static abstract TVector PairsOfWords { get; }

    /// <summary>In each 16 bytes: the first of a, the first of b, the second of a …, eight of each.</summary>
    static abstract TVector InterleaveLower(TVector a, TVector b);

    /// <summary>The same of the upper eight of each 16 bytes.</summary>
    static abstract TVector InterleaveUpper(TVector a, TVector b);

    /// <summary>The upper byte of each 16 bits.</summary>
    static abstract TVector UpperBytes(TVector a);

    /// <summary>The lower half, each 16 bits as 32.</summary>
    static abstract TVector WidenLower(TVector a);

    /// <summary>The upper half, each 16 bits as 32.</summary>
    static abstract TVector WidenUpper(TVector a);

    /// <summary>Asks for the cache line at an address that will soon be read; it may lie behind the data.</summary>
    static abstract void Prefetch(ulong* address);
}
