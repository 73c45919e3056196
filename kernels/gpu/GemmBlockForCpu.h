// BLOCK_ROWS rows × three panels of a product. Where fewer panels are left, the last one stands in for those that are
// not there, and is written once.

DEVICE void BLOCK_NAME(
    GLOBAL const float* x, long x_stride, GLOBAL const STORED* w, int panel, int inputs, int outputs,
    GLOBAL const float* bias, int has_bias, int activation,
    GLOBAL const float* residual, long residual_stride, int has_residual, GLOBAL float* y, long y_stride)
{
    int last = (outputs + 15) / 16 - 1;
    GLOBAL const STORED* w0 = w + (long)panel * inputs * 16;
    GLOBAL const STORED* w1 = w + (long)(panel + 1 < last ? panel + 1 : last) * inputs * 16;
    GLOBAL const STORED* w2 = w + (long)(panel + 2 < last ? panel + 2 : last) * inputs * 16;
    float16 sums[BLOCK_ROWS][3];
#pragma unroll
    for (int i = 0; i < BLOCK_ROWS; i++)
        sums[i][0] = sums[i][1] = sums[i][2] = (float16)(0.0f);
    for (long k = 0; k < inputs; k++)
    {
        float16 b0 = LOAD_STORED(w0 + 16 * k), b1 = LOAD_STORED(w1 + 16 * k), b2 = LOAD_STORED(w2 + 16 * k);
#pragma unroll
        for (int i = 0; i < BLOCK_ROWS; i++)
        {
            float16 a = (float16)(x[i * x_stride + k]);
            sums[i][0] = fma(a, b0, sums[i][0]);
            sums[i][1] = fma(a, b1, sums[i][1]);
            sums[i][2] = fma(a, b2, sums[i][2]);
        }
    }
    // Through memory, so that one copy of the activations serves all sums.
    float16 results[BLOCK_ROWS * 3];
#pragma unroll
    for (int i = 0; i < BLOCK_ROWS; i++)
    {
        results[3 * i] = sums[i][0];
        results[3 * i + 1] = sums[i][1];
        results[3 * i + 2] = sums[i][2];
    }
#pragma unroll 1
    for (int i = 0; i < BLOCK_ROWS * 3; i++)
    {
        int row = i / 3;
        int first = 16 * (panel + i % 3);
        if (first >= outputs)
            continue;
        float16 value = results[i];
        if (has_bias)
            value = value + vload16(0, bias + first);
        value = activate_f32x16(activation, value);
        if (first + 16 <= outputs)
        {
            if (has_residual)
                value = value + vload16(0, residual + row * residual_stride + first);
            vstore16(value, 0, y + row * y_stride + first);
        }
        else
        {
            float single[16];
            vstore16(value, 0, single);
            for (int j = 0; j < outputs - first; j++)
            {
                float other = single[j];
                if (has_residual)
                    other = other + residual[row * residual_stride + first + j];
                y[row * y_stride + first + j] = other;
            }
        }
    }
}
