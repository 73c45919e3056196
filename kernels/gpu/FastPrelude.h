// What the sources of fast mode begin with: words, and activations whose divisions may be approximate.

#include "Prelude.h"
#include "Constants.h"
#include "Warp.h"

#define REAL float
#define INTEGER int
#define AS_INTEGER(x) BITS(x)
#define AS_REAL(x) FROM_BITS(x)
#define WITH(name) name##_fast
#define DIVIDE(a, b) QUOTIENT(a, b)
#include "Elementary.h"
#undef REAL
#undef INTEGER
#undef AS_INTEGER
#undef AS_REAL
#undef WITH
#undef DIVIDE
