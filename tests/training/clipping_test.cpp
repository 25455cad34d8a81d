#include "framework/training/clipping.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "framework/tensor/random.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real kInfinity = std::numeric_limits<Real>::infinity();

std::vector<Real> normal_values(std::size_t size, std::uint32_t example) {
  std::vector<Real> values(size);
  Draws draws = RandomStream(1, "gradients").example(example).draws();
  for (Real& value : values) value = static_cast<Real>(draws.normal());
  return values;
}

double norm(const std::vector<std::vector<Real>>& shards) {
  std::vector<const Real*> pointers;
  for (const auto& shard : shards) pointers.push_back(shard.data());
  const std::size_t size = shards[0].size();
  std::vector<double> sums(norm_blocks(size));
  block_sums(pointers, size, 0, sums.size(), sums);
  return combined_norm(sums);
}

}  // namespace

TEST_CASE("the norm is that of the shards' sum, at every number of blocks and remainder", "[clipping]") {
  for (const std::size_t size : {1UL, 5UL, 64UL, 100UL, kNormBlock, kNormBlock + 1, 3 * kNormBlock + 77}) {
    const std::vector<std::vector<Real>> shards = {normal_values(size, 0), normal_values(size, 1)};
    double expected = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const double gradient = static_cast<double>(shards[0][i]) + static_cast<double>(shards[1][i]);
      expected += gradient * gradient;
    }
    CHECK(norm(shards) == Approx(std::sqrt(expected)).epsilon(1e-6));
  }
}

TEST_CASE("the norm of 3 and 4 is 5", "[clipping]") { CHECK(norm({{3, 4}}) == 5); }

TEST_CASE("blocks can be summed in any order and parts with the same bits", "[clipping]") {
  const std::size_t size = 5 * kNormBlock + 33;
  const std::vector<Real> gradient = normal_values(size, 0);
  const std::vector<const Real*> pointers = {gradient.data()};
  std::vector<double> whole(norm_blocks(size));
  std::vector<double> parts(norm_blocks(size));
  REQUIRE(whole.size() == 6);
  block_sums(pointers, size, 0, 6, whole);
  block_sums(pointers, size, 4, 6, parts);
  block_sums(pointers, size, 0, 1, parts);
  block_sums(pointers, size, 1, 4, parts);
  CHECK(whole == parts);
}

TEST_CASE("a norm is finite where its squares overflow", "[clipping]") {
  std::vector<Real> gradient(100, Real(0));
  gradient[7] = Real(3e25);
  gradient[93] = Real(-4e25);
  CHECK(norm({gradient}) == Approx(5e25).epsilon(1e-6));
}

TEST_CASE("one gradient that is not finite shows in the norm and in the scale", "[clipping]") {
  for (const std::size_t where : {0UL, 4000UL, 4500UL}) {
    std::vector<Real> gradient = normal_values(kNormBlock + 405, 0);
    gradient[where] = kNan;
    CHECK(std::isnan(norm({gradient})));
    CHECK(std::isnan(norm_scale(norm({gradient}), 5)));
    CHECK(std::isnan(norm_scale(norm({gradient}), std::numeric_limits<double>::infinity())));
    gradient[where] = -kInfinity;
    CHECK(std::isinf(norm({gradient})));
  }
}

TEST_CASE("a norm above the limit is brought down to it and one below is left alone", "[clipping]") {
  CHECK(norm_scale(4, 8) == 1);
  CHECK(norm_scale(8, 8) == 1);
  CHECK(norm_scale(16, 8) == 0.5);
  CHECK(norm_scale(0, 8) == 1);
  CHECK(norm_scale(1e300, std::numeric_limits<double>::infinity()) == 1);
}
