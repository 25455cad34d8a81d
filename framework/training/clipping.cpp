#include "framework/training/clipping.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "framework/tensor/simd.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

// The gradient at [i, end), at most a vector of it: the shards' sum, in the order the optimisers use.
TAPEHEAD_INLINE Vec gradient_at(std::span<const Real* const> gradients, std::size_t i, std::size_t end) {
  Vec gradient = load_upto(gradients[0], i, end);
  for (const Real* const shard : gradients.subspan(1)) gradient += load_upto(shard, i, end);
  return gradient;
}

// Four running sums, so that one addition need not wait for the last.
TAPEHEAD_KERNEL double square_sum(std::span<const Real* const> gradients, std::size_t begin,
                                  std::size_t end) {
  constexpr std::size_t kSums = 4;
  std::array<Vec, kSums> sums;
  sums.fill(Vec(Real(0)));
  std::size_t i = begin;
  for (; i + kSums * kLanes <= end; i += kSums * kLanes) {
    for (std::size_t s = 0; s < kSums; ++s) {
      const Vec gradient = gradient_at(gradients, i + s * kLanes, end);
      sums[s] += gradient * gradient;
    }
  }
  for (; i < end; i += kLanes) {
    const Vec gradient = gradient_at(gradients, i, end);
    sums[0] += gradient * gradient;
  }
  return static_cast<double>(sum((sums[0] + sums[1]) + (sums[2] + sums[3])));
}

// The same where squares overflow Real: finite unless an element is not.
double wide_square_sum(std::span<const Real* const> gradients, std::size_t begin, std::size_t end) {
  double total = 0;
  for (std::size_t i = begin; i < end; ++i) {
    Real gradient = gradients[0][i];
    for (const Real* const shard : gradients.subspan(1)) gradient += shard[i];
    total += static_cast<double>(gradient) * static_cast<double>(gradient);
  }
  return total;
}

}  // namespace

double norm_of_range(std::span<const Real* const> gradients, std::size_t begin, std::size_t end) {
  const double squares = square_sum(gradients, begin, end);
  return std::sqrt(std::isfinite(squares) ? squares : wide_square_sum(gradients, begin, end));
}

void block_sums(std::span<const Real* const> gradients, std::size_t size, std::size_t begin, std::size_t end,
                std::span<double> sums) {
  for (std::size_t block = begin; block < end; ++block) {
    const std::size_t first = block * kNormBlock;
    const std::size_t last = std::min(first + kNormBlock, size);
    sums[block] = square_sum(gradients, first, last);
    if (!std::isfinite(sums[block])) sums[block] = wide_square_sum(gradients, first, last);
  }
}

double combined_norm(std::span<const double> sums) {
  double total = 0;
  for (const double sum : sums) total += sum;
  return std::sqrt(total);
}

double norm_scale(double norm, double limit) { return norm <= limit ? 1 : limit / norm; }

}  // namespace tapehead::inline TAPEHEAD_PRECISION
