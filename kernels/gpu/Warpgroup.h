// What four warps do together on compute capability 9.0: products of 64 × 16 and 16 × columns, whose factors the tensor
// cores read from local memory by themselves, while the warps go on (NVIDIA, PTX ISA 8.0, wgmma.mma_async; sm_90a).
//
// Like Warp.h with two bodies: OpenCL's emulates the instruction from its documentation, field by field, for tests.
//
// Factors    both with k along their rows, swizzled by 128 bytes: eight rows of 128 bytes (64 of k) lie behind each
//            other; 1024 bytes on come the next eight. The 16-byte piece c of row r lies at place c ^ (r % 8). All of
//            it begins at a multiple of 1024 bytes.
// Descriptor bits 0-13 the first byte / 16, 16-29 the leading offset / 16 (not used with a swizzle), 32-45 the bytes
//            from eight rows to the next eight / 16, 49-51 the base offset (0), 62-63 the swizzle (1: 128 bytes).
// Sums       sums[4j + e] of an item: row 16·(warp % 4) + lane / 4 + 8·(e / 2), column 8j + 2·(lane % 4) + e % 2.
// Order      of what may happen when: a product may read its factors at any time from its start until somebody has
//            waited for it, and only then are its sums there. What was copied or stored into local memory is there for
//            products once its writer has passed a FENCE_COPIES, and all have met since then.

#define WARPGROUP 128
#define SWIZZLED_ROW 128
#define SWIZZLED_ROWS 1024
#define SWIZZLED(row, piece) ((row) * SWIZZLED_ROW + ((piece) ^ (row) % 8) * 16)

// Factors of which the first row begins at an address, or 32 bytes further for every 16 of k.
DEVICE ulong describe(uint address)
{
    return (ulong)((address & 0x3FFFF) >> 4) | (ulong)1 << 16 | (ulong)(SWIZZLED_ROWS >> 4) << 32 | (ulong)1 << 62;
}

#ifdef __OPENCL_C_VERSION__

// Local memory has addresses here too: from where no field of a descriptor is zero by accident.
#define FIRST_ADDRESS (3 * 1024)

// With early copies the products are late, and the other way round: so that factors that are overwritten too early show
// in the one, factors that are read too early in the other.
#define TILE_MEMORY(bytes) \
    LOCAL_ARRAY float tile_memory[(bytes) / 4]; \
    LOCAL uchar* tiles = (LOCAL uchar*)tile_memory; \
    COPY_QUEUE PRODUCT_QUEUE
#define TILE_ADDRESS(offset) ((uint)(FIRST_ADDRESS + (offset)))

#ifdef LATE_COPIES

// Waiting for copies is not enough: the fence brings them.
#define PRODUCT_QUEUE int waited_groups = 0;
#define COPY_ARRIVE(n) waited_groups = copy_groups - (n)
#define FENCE_COPIES COPY_WAIT(copy_groups - waited_groups)
#define MULTIPLY_ADD_WIDE(sums, columns, a, b) multiply_add_wide(sums, columns, a, b, tiles, TILE_BYTES, item, IS_BF16)
#define COMMIT_PRODUCTS
#define WAIT_PRODUCTS(sums, columns, n)

#else

#define MOST_PRODUCTS 16
#define PRODUCT_QUEUE \
    ulong product_a[MOST_PRODUCTS], product_b[MOST_PRODUCTS]; int product_group[MOST_PRODUCTS]; int products = 0; \
    int product_groups = 0;
#define COPY_ARRIVE(n)
#define FENCE_COPIES
#define MULTIPLY_ADD_WIDE(sums, columns, a, b) \
    do \
    { \
        product_a[products] = a; \
        product_b[products] = b; \
        product_group[products++] = product_groups; \
    } while (0)
#define COMMIT_PRODUCTS product_groups++
#define WAIT_PRODUCTS(sums, columns, n) \
    do \
    { \
        int left = 0; \
        for (int product = 0; product < products; product++) \
        { \
            ulong a = product_a[product], b = product_b[product]; \
            if (product_group[product] < product_groups - (n)) \
                multiply_add_wide(sums, columns, a, b, tiles, TILE_BYTES, item, IS_BF16); \
            else \
            { \
                product_a[left] = a; \
                product_b[left] = b; \
                product_group[left++] = product_group[product]; \
            } \
        } \
        products = left; \
    } while (0)

#endif

// Where eight elements of a row lie, from 8·half on, as the PTX ISA's "Shared Memory Matrix Layout" has it for factors
// with k along their rows: in units of 16 bytes Swizzle<3,4,3> of ((8, m), (T, 2)) : ((8T, stride), (1, T)). -1 for
// what is not emulated and for what lies outside of the tiles.
DEVICE int described(ulong descriptor, int row, int half_of, int bytes)
{
    uint start = (uint)(descriptor & 0x3FFF) << 4;
    uint stride = (uint)(descriptor >> 32 & 0x3FFF) << 4;
    uint base = (uint)(descriptor >> 49 & 7);
    uint swizzle = (uint)(descriptor >> 62);
    uint at = start + row / 8 * stride + row % 8 * 128 + half_of * 16;
    at ^= (at >> 7 & 7) << 4;
    return swizzle != 1 || base != 0 || at < FIRST_ADDRESS || at - FIRST_ADDRESS >= (uint)bytes
        ? -1 : (int)(at - FIRST_ADDRESS);
}

// What an item gets of a product of 64 × 16 and 16 × columns, by the PTX ISA's figure "WGMMA .m64nNk16 register
// fragment layout for accumulator matrix D": an item's registers go along its row two at a time, its first row, then
// the one eight below.
DEVICE void multiply_add_wide(
    float* sums, int columns, ulong a, ulong b, LOCAL const uchar* tiles, int bytes, int item, int is_bf16)
{
    int warp = item % WARPGROUP / WARP;
    int lane = item % WARP;
    for (int i = 0; i < columns / 2; i++)
    {
        int row = warp * 16 + (i % 4 < 2 ? 0 : 8) + lane / 4;
        int column = i / 4 * 8 + lane % 4 * 2 + i % 2;
        float sum = sums[i];
        for (int half_of = 0; half_of < 2; half_of++)
        {
            int left = described(a, row, half_of, bytes);
            int right = described(b, column, half_of, bytes);
            if (left < 0 || right < 0)
            {
                sum = NAN;
                continue;
            }
            LOCAL const ushort* x = (LOCAL const ushort*)(tiles + left);
            LOCAL const ushort* w = (LOCAL const ushort*)(tiles + right);
            for (int k = 0; k < 8; k++)
                sum = fma(widen_16(x[k], is_bf16), widen_16(w[k], is_bf16), sum);
        }
        sums[i] = sum;
    }
}

#define FENCE_SUMS
#define FINISH_PRODUCTS(sums, columns) WAIT_PRODUCTS(sums, columns, 0)

#else

// No more alignment is said than the driver promises: of more the compiler would take the rounding below away.
extern __attribute__((shared, aligned(16))) uchar group_memory[];

#define TILE_MEMORY(bytes) uchar* tiles = group_memory + (-local_address(group_memory) & (SWIZZLED_ROWS - 1));
#define TILE_ADDRESS(offset) (local_address(tiles) + (uint)(offset))
#define COPY_ARRIVE(n) COPY_WAIT(n)
#define FENCE_COPIES asm volatile("fence.proxy.async.shared::cta;" ::: "memory")
#define FENCE_SUMS asm volatile("wgmma.fence.sync.aligned;" ::: "memory")
#define COMMIT_PRODUCTS asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory")

#define WAIT_PRODUCTS(sums, columns, n) asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(n) : "memory")

// The registers of 16, 64 and 128 sums: in an instruction's text, and as its operands.
#define TEN(d) "%" d "0, %" d "1, %" d "2, %" d "3, %" d "4, %" d "5, %" d "6, %" d "7, %" d "8, %" d "9"
#define SIXTY TEN("") ", " TEN("1") ", " TEN("2") ", " TEN("3") ", " TEN("4") ", " TEN("5")
#define REGISTERS_32 TEN("") ", %10, %11, %12, %13, %14, %15"
#define REGISTERS_128 SIXTY ", %60, %61, %62, %63"
#define REGISTERS_256 \
    SIXTY ", " TEN("6") ", " TEN("7") ", " TEN("8") ", " TEN("9") ", " TEN("10") ", " TEN("11") \
    ", %120, %121, %122, %123, %124, %125, %126, %127"
#define FOUR(c, i) "+f"(c[i]), "+f"(c[i + 1]), "+f"(c[i + 2]), "+f"(c[i + 3])
#define SIXTEEN(c, i) FOUR(c, i), FOUR(c, i + 4), FOUR(c, i + 8), FOUR(c, i + 12)
#define SIXTY_FOUR(c, i) SIXTEEN(c, i), SIXTEEN(c, i + 16), SIXTEEN(c, i + 32), SIXTEEN(c, i + 48)
#define SUMS_32(c) SIXTEEN(c, 0)
#define SUMS_128(c) SIXTY_FOUR(c, 0)
#define SUMS_256(c) SIXTY_FOUR(c, 0), SIXTY_FOUR(c, 64)

// The predicate says whether to add to what is there; both factors have k along their rows, so that neither is turned.
#define WIDE_PRODUCT(columns, type, a, b, add) \
    DEVICE void multiply_add_##columns##_##type(float* c, ulong left, ulong right) \
    { \
        asm volatile( \
            "{\n.reg .pred p;\nsetp.ne.b32 p, %" #add ", 0;\nwgmma.mma_async.sync.aligned.m64n" #columns "k16.f32." \
            #type "." #type " {" REGISTERS_##columns "}, %" #a ", %" #b ", p, 1, 1, 0, 0;\n}" \
            : SUMS_##columns(c) \
            : "l"(left), "l"(right), "r"(1) \
            : "memory"); \
    }
WIDE_PRODUCT(32, f16, 16, 17, 18)
WIDE_PRODUCT(32, bf16, 16, 17, 18)
WIDE_PRODUCT(128, f16, 64, 65, 66)
WIDE_PRODUCT(128, bf16, 64, 65, 66)
WIDE_PRODUCT(256, f16, 128, 129, 130)
WIDE_PRODUCT(256, bf16, 128, 129, 130)

// The sums are operands of the last wait, so that nothing reads them before it.
#define FINISH(columns) \
    DEVICE void finish_products_##columns(float* c) \
    { \
        asm volatile("wgmma.wait_group.sync.aligned 0;" : SUMS_##columns(c)::"memory"); \
    }
FINISH(32)
FINISH(128)
FINISH(256)

#define JOIN(name, columns, type) name##_##columns##_##type
#define JOINED(name, columns, type) JOIN(name, columns, type)
#define JOIN_TWO(name, columns) name##_##columns
#define JOINED_TWO(name, columns) JOIN_TWO(name, columns)
#define MULTIPLY_ADD_WIDE(sums, columns, a, b) JOINED(multiply_add, columns, TYPE)(sums, a, b)
#define FINISH_PRODUCTS(sums, columns) JOINED_TWO(finish_products, columns)(sums)

#endif
