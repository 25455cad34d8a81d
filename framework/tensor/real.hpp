// The scalar type of the library.
//
// Every source is compiled twice: once with Real = float (what trains) and once with Real = double (what
// gradient checks and golden vectors run in). The inline namespace keeps the two apart, so that both can be
// linked into one program; within a source file it is invisible.
#pragma once

#include <cstddef>

#ifdef TAPEHEAD_DOUBLE
#define TAPEHEAD_PRECISION f64
#else
#define TAPEHEAD_PRECISION f32
#endif

namespace tapehead::inline TAPEHEAD_PRECISION {

#ifdef TAPEHEAD_DOUBLE
using Real = double;
#else
using Real = float;
#endif

/// Alignment in bytes of parameters, activations and rows that kernels stream through: one cache line.
inline constexpr std::size_t kAlignment = 64;

/// Scalars in one cache line.
inline constexpr std::size_t kLine = kAlignment / sizeof(Real);

/// The smallest multiple of a cache line's scalars that holds `n` scalars.
constexpr std::size_t padded(std::size_t n) { return (n + kLine - 1) / kLine * kLine; }

}  // namespace tapehead::inline TAPEHEAD_PRECISION
