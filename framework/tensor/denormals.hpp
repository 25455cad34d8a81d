// Numbers too small to be normal.
#pragma once

#if defined(__SSE__)
#include <immintrin.h>
#endif

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Makes the calling thread treat denormal numbers as zero, in arguments and results. Where a gradient is exactly 0
/// an optimiser's running means decay into them, and arithmetic on them is a hundred times slower. All threads of a
/// run must agree, or bits would depend on which did what.
inline void flush_denormals() {
#if defined(__SSE__)
  constexpr unsigned kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
  _mm_setcsr(_mm_getcsr() | kFlushToZero | kDenormalsAreZero);
#elif defined(__aarch64__)
  unsigned long control;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  asm volatile("msr fpcr, %0" : : "r"(control | (1UL << 24)));
#endif
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
