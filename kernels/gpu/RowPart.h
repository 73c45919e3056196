// Sixteen neighbouring elements of a row for OpenCL devices that are processors, also where fewer are left.

// Sixteen elements of a row of which so many are left; zeros in the places of the others.
DEVICE float16 load_part(GLOBAL const float* from, int left)
{
    if (left >= 16)
        return vload16(0, from);
    float part[16];
    for (int i = 0; i < 16; i++)
        part[i] = i < left ? from[i] : 0.0f;
    return vload16(0, part);
}

DEVICE void store_part(float16 value, GLOBAL float* to, int left)
{
    if (left >= 16)
    {
        vstore16(value, 0, to);
        return;
    }
    float part[16];
    vstore16(value, 0, part);
    for (int i = 0; i < left; i++)
        to[i] = part[i];
}
