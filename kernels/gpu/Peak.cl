// Ceilings of arithmetic and memory. Devices build it, and CUDA's driver compiles ptx/Peak.ptx, when `sextant bench`
// asks for them.

#include "Prelude.h"
#include "Peak.h"
