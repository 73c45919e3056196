// Distances of a query in levels to codes of signs: the magnitudes where signs differ (kernels/NUMERICS.md, Weighted
// Hamming).   distances [N]
// Layout    codes in tiles of 256, as Hamming.h says. query [word][1 + planes]: the query's signs as a code has them,
//           then the bits of its magnitudes, the lowest first.
// Order     integers: any order gives the same.
// Bound     memory in 4 bits: 1 xor, 3 and, 3 counts a word.

KERNEL GROUP_SIZE(TILE_CODES) void weighted_hamming(
    BUFFER(const ulong, tiles), int tile_count, int code_count, int words, BUFFER(const ulong, query), int planes,
    BUFFER(int, distances))
{
    for (int tile = GROUP; tile < tile_count; tile += GROUPS)
    {
        int id = tile * TILE_CODES + ITEM;
        if (id < code_count)
        {
            GLOBAL const ulong* code = AT(tiles) + (long)tile * words * TILE_CODES + ITEM;
            GLOBAL const ulong* asked = AT(query);
            int distance = 0;
            for (int word = 0; word < words; word++)
            {
                ulong differs = code[(long)word * TILE_CODES] ^ asked[0];
                for (int plane = 0; plane < planes; plane++)
                    distance += POPCOUNT(differs & asked[1 + plane]) << plane;
                asked += 1 + planes;
            }
            AT(distances)[id] = distance;
        }
    }
}
