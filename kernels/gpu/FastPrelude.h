// What the sources of fast mode begin with: words, and activations whose divisions may be approximate.

#include "Prelude.h"
#include "Constants.h"
#include "Warp.h"

#define DIVIDE(a, b) QUOTIENT(a, b)
#include "Elementary.h"
#undef DIVIDE
