// Hamming distances and the k nearest codes, bit for bit what the CPU finds: distance first, then id.
// Layout    tiles of 256 codes, [tile][word][256] of 64 bits: neighbours in a group read neighbours in memory.
// Steps     hamming_scan writes all distances (16 bits) and counts how often each occurs; from the counts follows the
//           distance of the k-th. hamming_ties counts, for each tile, the codes at just that distance: from those
//           follows which ids still belong. hamming_collect writes what belongs, in any order; there are k of them,
//           which are then sorted.
// Filter    a bit for each code that may be found, least significant first; the distance of the others is NOT_FOUND,
//           which is no distance, so that the other kernels pass them by.
// Order     integers: counting them in any order gives the same.
// Bound     one query: memory.

#define TILE_CODES 256
#define SCAN_QUERIES 4
#define NOT_FOUND 0xFFFF
#define SCAN_COUNTS 4352                                   // of local memory: 4 queries of 1024 bits, or one of 4096

KERNEL GROUP_SIZE(TILE_CODES) void hamming_scan(
    BUFFER(const ulong, tiles), int tile_count, int code_count, int words, int bits, BUFFER(const ulong, queries),
    int query_count, BUFFER(const ulong, allowed), int has_allowed, BUFFER(ushort, distances), long distances_stride,
    BUFFER(int, counts))
{
    LOCAL_ARRAY int local_counts[SCAN_COUNTS];
    int item = ITEM;
    for (int i = item; i < query_count * (bits + 1); i += TILE_CODES)
        local_counts[i] = 0;
    BARRIER;
    for (int tile = GROUP; tile < tile_count; tile += GROUPS)
    {
        int id = tile * TILE_CODES + item;
        GLOBAL const ulong* code = AT(tiles) + (long)tile * words * TILE_CODES + item;
        int wanted = id < code_count && (!has_allowed || (AT(allowed)[id / 64] >> (id % 64) & 1));
        int end = wanted ? words : 0;
        int d0 = 0, d1 = 0, d2 = 0, d3 = 0;
        for (int word = 0; word < end; word++)
        {
            ulong value = code[(long)word * TILE_CODES];
            GLOBAL const ulong* query = AT(queries) + word;
            d0 += POPCOUNT(value ^ query[0]);
            if (query_count > 1)
                d1 += POPCOUNT(value ^ query[words]);
            if (query_count > 2)
                d2 += POPCOUNT(value ^ query[2 * words]);
            if (query_count > 3)
                d3 += POPCOUNT(value ^ query[3 * words]);
        }
        GLOBAL ushort* to = AT(distances) + id;
        if (wanted)
        {
            to[0] = (ushort)d0;
            ATOMIC_ADD(&local_counts[d0], 1);
            if (query_count > 1)
            {
                to[distances_stride] = (ushort)d1;
                ATOMIC_ADD(&local_counts[bits + 1 + d1], 1);
            }
            if (query_count > 2)
            {
                to[2 * distances_stride] = (ushort)d2;
                ATOMIC_ADD(&local_counts[2 * (bits + 1) + d2], 1);
            }
            if (query_count > 3)
            {
                to[3 * distances_stride] = (ushort)d3;
                ATOMIC_ADD(&local_counts[3 * (bits + 1) + d3], 1);
            }
        }
        else if (id < code_count)
        {
            for (int query = 0; query < query_count; query++)
                to[query * distances_stride] = NOT_FOUND;
        }
    }
    BARRIER;
    for (int i = item; i < query_count * (bits + 1); i += TILE_CODES)
    {
        int count = local_counts[i];
        if (count != 0)
            ATOMIC_ADD(&AT(counts)[i], count);
    }
}

// A group for each 256 codes and query: how many are at the query's limit.
KERNEL GROUP_SIZE(TILE_CODES) void hamming_ties(
    BUFFER(const ushort, distances), long distances_stride, int code_count, int tile_count, BUFFER(const int, limits),
    BUFFER(int, ties))
{
    LOCAL_ARRAY int count[1];
    int item = ITEM;
    int query = GROUP / tile_count;
    int tile = GROUP % tile_count;
    int id = tile * TILE_CODES + item;
    if (item == 0)
        count[0] = 0;
    BARRIER;
    if (id < code_count && (int)AT(distances)[query * distances_stride + id] == AT(limits)[query])
        ATOMIC_ADD(&count[0], 1);
    BARRIER;
    if (item == 0)
        AT(ties)[(long)query * tile_count + tile] = count[0];
}

// What is nearer than the limit, and what is at the limit up to the last id that belongs. limits [Q], last_ids [Q].
KERNEL GROUP_SIZE(TILE_CODES) void hamming_collect(
    BUFFER(const ushort, distances), long distances_stride, int code_count, int tile_count, BUFFER(const int, limits),
    BUFFER(const int, last_ids), int k, BUFFER(int, collected), BUFFER(int, hits))
{
    int query = GROUP / tile_count;
    int id = GROUP % tile_count * TILE_CODES + ITEM;
    if (id >= code_count)
        return;
    int distance = (int)AT(distances)[query * distances_stride + id];
    int limit = AT(limits)[query];
    if (distance > limit || (distance == limit && id > AT(last_ids)[query]))
        return;
    int position = ATOMIC_ADD(&AT(collected)[query], 1);
    if (position < k)
    {
        GLOBAL int* hit = AT(hits) + 2 * ((long)query * k + position);
        hit[0] = id;
        hit[1] = distance;
    }
}

// Sets integers to zero: OpenCL 1.1 cannot, and one way serves both.
KERNEL GROUP_SIZE(256) void clear_integers(BUFFER(int, values), int count)
{
    int i = GROUP * 256 + ITEM;
    if (i < count)
        AT(values)[i] = 0;
}
