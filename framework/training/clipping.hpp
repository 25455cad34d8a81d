// Gradient clipping, elementwise and by the global norm.
//
// The elementwise limit is applied inside the optimiser's pass (UpdateStep::clip). The norm needs a pass of
// its own. Squares are summed over fixed blocks of elements, and the blocks' sums in order, so that threads
// can share the blocks and the bits do not depend on how. A NaN or infinite gradient makes the norm NaN or
// infinite, and (in the float build) nothing else does: divergence is noticed so, and no clipping hides it.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include "framework/tensor/real.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// All may be on: clip_backward within the backward pass, then clip_parameter, clip_norm and clip_gradient. Infinity turns
/// one off.
struct ClippingOptions {
  double clip_gradient = 10;  // limit of each element (Graves et al. 2014, 4.6)
  // Limit of each element of the gradient of everything that is computed from parameters and inputs, activations,
  // weightings and memory among them, at every step of the way back: the other reading of Graves et al. 2014, 4.6.
  double clip_backward = std::numeric_limits<double>::infinity();
  // Limit of the norm of each parameter's gradient, every weight matrix by itself (Sukhbaatar et al. 2015, 4.2).
  double clip_parameter = std::numeric_limits<double>::infinity();
  double clip_norm = std::numeric_limits<double>::infinity();  // limit of the norm of the whole gradient

  template <class F>
  void visit(F&& f) {
    f(Setting{.name = "clip_gradient", .help = "limit of every gradient element, inf for none", .minimum = 0},
      clip_gradient);
    f(Setting{.name = "clip_backward",
              .help = "limit of every element of the gradients that the backward pass hands on, inf for none",
              .minimum = 0},
      clip_backward);
    f(Setting{.name = "clip_parameter",
              .help = "limit of the norm of each parameter's gradient, inf for none",
              .minimum = 0},
      clip_parameter);
    f(Setting{.name = "clip_norm",
              .help = "limit of the norm of the whole gradient, inf for none",
              .minimum = 0},
      clip_norm);
  }
};

/// Elements of a block.
inline constexpr std::size_t kNormBlock = 4096;

/// The number of blocks of a gradient of `size` elements.
constexpr std::size_t norm_blocks(std::size_t size) { return (size + kNormBlock - 1) / kNormBlock; }

/// Writes the sum of squares of blocks [begin, end) to sums[begin] .. sums[end - 1]. The gradient is the sum
/// of the shards' `gradients` in order, each of `size` elements.
void block_sums(std::span<const Real* const> gradients, std::size_t size, std::size_t begin, std::size_t end,
                std::span<double> sums);

/// The norm of elements [begin, end) of the gradient.
double norm_of_range(std::span<const Real* const> gradients, std::size_t begin, std::size_t end);

/// The norm from all blocks' sums.
double combined_norm(std::span<const double> sums);

/// The factor that brings a norm down to `limit`: 1 if it is not above; NaN if the norm is.
double norm_scale(double norm, double limit);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
