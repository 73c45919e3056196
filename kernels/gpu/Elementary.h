// exp, erf, tanh and the activations: the sequences of kernels/NUMERICS.md, for one type of float.
// Included once for each type: REAL and INTEGER are scalars or vectors of as many elements, WITH(name) makes the names,
// DIVIDE(a, b) is a / b, which exact mode has rounded correctly.

DEVICE REAL WITH(exp)(REAL x)
{
    REAL shifted = FMA(x, (REAL)(LOG2_E), (REAL)(ROUND_TO_INTEGER));
    INTEGER n = AS_INTEGER(shifted) - (INTEGER)(ROUND_TO_INTEGER_BITS);
    REAL rounded = shifted - (REAL)(ROUND_TO_INTEGER);
    REAL r = FMA(rounded, (REAL)(NEGATIVE_LN2_HIGH), x);
    r = FMA(rounded, (REAL)(NEGATIVE_LN2_LOW), r);
    REAL p = FMA((REAL)(EXP_6), r, (REAL)(EXP_5));
    p = FMA(p, r, (REAL)(EXP_4));
    p = FMA(p, r, (REAL)(EXP_3));
    p = FMA(p, r, (REAL)(EXP_2));
    p = FMA(p, r, (REAL)(1.0f));
    p = FMA(p, r, (REAL)(1.0f));
    INTEGER low = n >> 1;
    REAL y = p * AS_REAL((low + 127) << 23) * AS_REAL((n - low + 127) << 23);
    y = x > (REAL)(EXP_OVERFLOW) ? (REAL)(POSITIVE_INFINITY) : y;
    return (REAL)(EXP_UNDERFLOW) > x ? (REAL)(0.0f) : y;
}

DEVICE REAL WITH(limit)(REAL x, float limit)
{
    REAL y = x > (REAL)(limit) ? (REAL)(limit) : x;
    return (REAL)(-limit) > y ? (REAL)(-limit) : y;
}

DEVICE REAL WITH(erf)(REAL x)
{
    REAL z = WITH(limit)(x, ERF_LIMIT);
    REAL s = z * z;
    REAL p = FMA((REAL)(ERF_P5), s, (REAL)(ERF_P4));
    p = FMA(p, s, (REAL)(ERF_P3));
    p = FMA(p, s, (REAL)(ERF_P2));
    p = FMA(p, s, (REAL)(ERF_P1));
    p = FMA(p, s, (REAL)(ERF_P0));
    REAL q = FMA((REAL)(ERF_Q5), s, (REAL)(ERF_Q4));
    q = FMA(q, s, (REAL)(ERF_Q3));
    q = FMA(q, s, (REAL)(ERF_Q2));
    q = FMA(q, s, (REAL)(ERF_Q1));
    q = FMA(q, s, (REAL)(1.0f));
    return WITH(limit)(DIVIDE(z * p, q), 1.0f);
}

DEVICE REAL WITH(tanh)(REAL x)
{
    REAL z = WITH(limit)(x, TANH_LIMIT);
    REAL s = z * z;
    REAL p = FMA((REAL)(TANH_P4), s, (REAL)(TANH_P3));
    p = FMA(p, s, (REAL)(TANH_P2));
    p = FMA(p, s, (REAL)(TANH_P1));
    p = FMA(p, s, (REAL)(1.0f));
    REAL q = FMA((REAL)(TANH_Q4), s, (REAL)(TANH_Q3));
    q = FMA(q, s, (REAL)(TANH_Q2));
    q = FMA(q, s, (REAL)(TANH_Q1));
    q = FMA(q, s, (REAL)(1.0f));
    return WITH(limit)(DIVIDE(z * p, q), 1.0f);
}

DEVICE REAL WITH(gelu)(REAL x)
{
    return (REAL)(0.5f) * x * ((REAL)(1.0f) + WITH(erf)(x * (REAL)(SQRT_HALF)));
}

DEVICE REAL WITH(gelu_tanh)(REAL x)
{
    REAL u = FMA((REAL)(GELU_TANH_CUBIC), x * x * x, x);
    return (REAL)(0.5f) * x * ((REAL)(1.0f) + WITH(tanh)((REAL)(GELU_TANH_SCALE) * u));
}

DEVICE REAL WITH(relu)(REAL x)
{
    return x > (REAL)(0.0f) ? x : (REAL)(0.0f);
}

DEVICE REAL WITH(silu)(REAL x)
{
    return DIVIDE(x, (REAL)(1.0f) + WITH(exp)((REAL)(0.0f) - x));
}

DEVICE REAL WITH(sigmoid)(REAL x)
{
    return DIVIDE((REAL)(1.0f), (REAL)(1.0f) + WITH(exp)((REAL)(0.0f) - x));
}

DEVICE REAL WITH(activate)(int kind, REAL x)
{
    if (kind == GELU)
        return WITH(gelu)(x);
    if (kind == GELU_TANH)
        return WITH(gelu_tanh)(x);
    if (kind == RELU)
        return WITH(relu)(x);
    if (kind == SILU)
        return WITH(silu)(x);
    if (kind == TANH)
        return WITH(tanh)(x);
    if (kind == SIGMOID)
        return WITH(sigmoid)(x);
    return x;
}

// Of four at once, which hide each other's latencies.
#define EACH(function) \
    { \
        UNROLL \
        for (int e = 0; e < 4; e++) \
            values[e] = function(values[e]); \
    }
DEVICE void WITH(activate_four)(int kind, REAL* values)
{
    if (kind == GELU)
        EACH(WITH(gelu))
    else if (kind == GELU_TANH)
        EACH(WITH(gelu_tanh))
    else if (kind == RELU)
        EACH(WITH(relu))
    else if (kind == SILU)
        EACH(WITH(silu))
    else if (kind == TANH)
        EACH(WITH(tanh))
    else if (kind == SIGMOID)
        EACH(WITH(sigmoid))
}
#undef EACH
