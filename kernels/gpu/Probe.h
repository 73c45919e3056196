// What a device must do as IEEE 754 says before it may be trusted with exact mode. inputs [n,3] → outputs [n,6].

KERNEL void probe(BUFFER(const float, inputs), int count, BUFFER(float, outputs))
{
    int i = GROUP * 256 + ITEM;
    if (i >= count)
        return;
    float a = AT(inputs)[3 * i];
    float b = AT(inputs)[3 * i + 1];
    float c = AT(inputs)[3 * i + 2];
    GLOBAL float* to = AT(outputs) + 6 * i;
    to[0] = FMA(a, b, c);
    to[1] = a * b + c;          // two roundings: must not be contracted
    to[2] = a / b;
    to[3] = SQRT(a);
    to[4] = a + b;              // denormals and zero signs come out of these two as well
    to[5] = a * b;
}
