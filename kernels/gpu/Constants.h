// The coefficients of kernels/NUMERICS.md, by its names; the same values as in cpu/Elementary/ElementaryConstants.cs,
// which a test compares with this file.

#define LOG2_E 1.44269504f
#define ROUND_TO_INTEGER 12582912.0f
#define ROUND_TO_INTEGER_BITS 0x4B400000
#define NEGATIVE_LN2_HIGH -0.693359375f
#define NEGATIVE_LN2_LOW 2.12194440e-4f
#define EXP_UNDERFLOW -87.33654f
#define EXP_OVERFLOW 88.72283f
#define EXP_2 0.49999994f
#define EXP_3 0.16666521f
#define EXP_4 0.04166839f
#define EXP_5 0.008368745f
#define EXP_6 0.0013814539f

#define ERF_LIMIT 3.92f
#define ERF_P0 1.1283791f
#define ERF_P1 0.19036834f
#define ERF_P2 0.052744143f
#define ERF_P3 0.0037641008f
#define ERF_P4 0.00028487062f
#define ERF_P5 2.0506805e-06f
#define ERF_Q1 0.5020423f
#define ERF_Q2 0.11409377f
#define ERF_Q3 0.014966171f
#define ERF_Q4 0.001162208f
#define ERF_Q5 3.8097194e-05f

#define TANH_LIMIT 9.02f
#define TANH_P1 0.1337967f
#define TANH_P2 0.0034939817f
#define TANH_P3 2.0582514e-05f
#define TANH_P4 1.331822e-08f
#define TANH_Q1 0.4671299f
#define TANH_Q2 0.025870867f
#define TANH_Q3 0.00032830026f
#define TANH_Q4 7.761499e-07f

#define SQRT_HALF 0.70710678f
#define GELU_TANH_SCALE 0.79788456f
#define GELU_TANH_CUBIC 0.044715f

// Kernels/Activation/ActivationKind.cs
#define IDENTITY 0
#define GELU 1
#define GELU_TANH 2
#define RELU 3
#define SILU 4
#define TANH 5
#define SIGMOID 6

// Kernels/Pool/PoolArguments.cs
#define POOL_CLS 0
#define POOL_MEAN 1
#define POOL_MAX 2
#define POOL_MEAN_SQRT_LENGTH 3
#define POOL_WEIGHTED_MEAN 4
#define POOL_LAST_TOKEN 5
