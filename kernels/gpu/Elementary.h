// exp, erf, tanh and the activations: the sequences of kernels/NUMERICS.md. DIVIDE(a, b) is a / b, which exact mode has
// rounded correctly.

DEVICE float exp_f32(float x)
{
    float shifted = FMA(x, LOG2_E, ROUND_TO_INTEGER);
    int n = BITS(shifted) - ROUND_TO_INTEGER_BITS;
    float rounded = shifted - ROUND_TO_INTEGER;
    float r = FMA(rounded, NEGATIVE_LN2_HIGH, x);
    r = FMA(rounded, NEGATIVE_LN2_LOW, r);
    float p = FMA(EXP_6, r, EXP_5);
    p = FMA(p, r, EXP_4);
    p = FMA(p, r, EXP_3);
    p = FMA(p, r, EXP_2);
    p = FMA(p, r, 1.0f);
    p = FMA(p, r, 1.0f);
    int low = n >> 1;
    float y = p * FROM_BITS((low + 127) << 23) * FROM_BITS((n - low + 127) << 23);
    y = x > EXP_OVERFLOW ? POSITIVE_INFINITY : y;
    return EXP_UNDERFLOW > x ? 0.0f : y;
}

DEVICE float limit_f32(float x, float limit)
{
    float y = x > limit ? limit : x;
    return -limit > y ? -limit : y;
}

DEVICE float erf_f32(float x)
{
    float z = limit_f32(x, ERF_LIMIT);
    float s = z * z;
    float p = FMA(ERF_P5, s, ERF_P4);
    p = FMA(p, s, ERF_P3);
    p = FMA(p, s, ERF_P2);
    p = FMA(p, s, ERF_P1);
    p = FMA(p, s, ERF_P0);
    float q = FMA(ERF_Q5, s, ERF_Q4);
    q = FMA(q, s, ERF_Q3);
    q = FMA(q, s, ERF_Q2);
    q = FMA(q, s, ERF_Q1);
    q = FMA(q, s, 1.0f);
    return limit_f32(DIVIDE(z * p, q), 1.0f);
}

DEVICE float tanh_f32(float x)
{
    float z = limit_f32(x, TANH_LIMIT);
    float s = z * z;
    float p = FMA(TANH_P4, s, TANH_P3);
    p = FMA(p, s, TANH_P2);
    p = FMA(p, s, TANH_P1);
    p = FMA(p, s, 1.0f);
    float q = FMA(TANH_Q4, s, TANH_Q3);
    q = FMA(q, s, TANH_Q2);
    q = FMA(q, s, TANH_Q1);
    q = FMA(q, s, 1.0f);
    return limit_f32(DIVIDE(z * p, q), 1.0f);
}

DEVICE float gelu_f32(float x)
{
    return 0.5f * x * (1.0f + erf_f32(x * SQRT_HALF));
}

DEVICE float gelu_tanh_f32(float x)
{
    float u = FMA(GELU_TANH_CUBIC, x * x * x, x);
    return 0.5f * x * (1.0f + tanh_f32(GELU_TANH_SCALE * u));
}

DEVICE float relu_f32(float x)
{
    return x > 0.0f ? x : 0.0f;
}

DEVICE float silu_f32(float x)
{
    return DIVIDE(x, 1.0f + exp_f32(0.0f - x));
}

DEVICE float sigmoid_f32(float x)
{
    return DIVIDE(1.0f, 1.0f + exp_f32(0.0f - x));
}

DEVICE float activate_f32(int kind, float x)
{
    if (kind == GELU)
        return gelu_f32(x);
    if (kind == GELU_TANH)
        return gelu_tanh_f32(x);
    if (kind == RELU)
        return relu_f32(x);
    if (kind == SILU)
        return silu_f32(x);
    if (kind == TANH)
        return tanh_f32(x);
    if (kind == SIGMOID)
        return sigmoid_f32(x);
    return x;
}

// Of four at once, which hide each other's latencies.
#define EACH(function) \
    { \
        UNROLL \
        for (int e = 0; e < 4; e++) \
            values[e] = function(values[e]); \
    }
DEVICE void activate_four_f32(int kind, float* values)
{
    if (kind == GELU)
        EACH(gelu_f32)
    else if (kind == GELU_TANH)
        EACH(gelu_tanh_f32)
    else if (kind == RELU)
        EACH(relu_f32)
    else if (kind == SILU)
        EACH(silu_f32)
    else if (kind == TANH)
        EACH(tanh_f32)
    else if (kind == SIGMOID)
        EACH(sigmoid_f32)
}
#undef EACH
