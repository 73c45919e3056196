namespace Sextant.Models;

/// <summary>Orders of stored rows that bring every family to the one layout of the kernels.</summary>
internal static class RowOrder
{
    /// <summary>
    /// Stored are each head's queries, keys and values together; they become all queries, keys, values.
    /// </summary>
    public static int[] HeadsApart(int heads, int size)
    {
        var order = new int[3 * heads * size];
        for (int i = 0; i < order.Length; i++)
        {
            int part = i / (heads * size);
            int head = i / size % heads;
            order[i] = (head * 3 + part) * size + i % size;
        }
        return order;
    }

    /// <summary>
    /// Of the first <paramref name="turned"/> rows of each of the first heads, the even ones and then the odd ones:
    /// what was stored to turn in pairs of neighbours turns in pairs of halves. A product of queries and keys stays the
    /// same.
    /// </summary>
    public static int[] HalvesOfPairs(int turningHeads, int otherHeads, int size, int turned)
    {
        var order = new int[(turningHeads + otherHeads) * size];
        for (int i = 0; i < order.Length; i++)
        {
            int inHead = i % size;
            bool turns = i / size < turningHeads && inHead < turned;
            int half = turned / 2;
            order[i] = turns ? i - inHead + (inHead < half ? 2 * inHead : 2 * (inHead - half) + 1) : i;
        }
        return order;
    }

    /// <summary>The second half before the first.</summary>
    public static int[] SecondHalfFirst(int rows)
    {
        var order = new int[rows];
        for (int i = 0; i < rows; i++)
            order[i] = (i + rows / 2) % rows;
        return order;
    }
}
