// y [T,H] = (words[id]·scale + types[type id]) + positions[position]; one item for each element. Bound: memory.
// Included once for each stored type of the word table: NAME, STORED, WIDEN.

KERNEL void NAME(
    BUFFER(const int, ids), BUFFER(const int, type_ids), BUFFER(const int, positions), int rows, int columns,
    BUFFER(const STORED, words), float scale, BUFFER(const float, types), int has_types,
    BUFFER(const float, position_table), int has_positions, BUFFER(float, y), long y_stride)
{
    long element = (long)GROUP * 256 + ITEM;
    if (element >= (long)rows * columns)
        return;
    long row = element / columns;
    long column = element % columns;
    float sum = WIDEN(AT(words)[(long)AT(ids)[row] * columns + column]) * scale;
    if (has_types)
        sum = sum + AT(types)[(long)AT(type_ids)[row] * columns + column];
    if (has_positions)
        sum = sum + AT(position_table)[(long)AT(positions)[row] * columns + column];
    AT(y)[row * y_stride + column] = sum;
}
