#include "tasks/hex_vectors.hpp"

#include <stdexcept>

#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("a hexadecimal number becomes its bits, the highest first", "[hex]") {
  const xt::xtensor<Real, 2> vectors = vectors_from_hex("82 0f", 8);
  REQUIRE(vectors.shape() == std::array<std::size_t, 2>{2, 8});
  const Real expected[2][8] = {{1, 0, 0, 0, 0, 0, 1, 0}, {0, 0, 0, 0, 1, 1, 1, 1}};
  for (std::size_t v = 0; v < 2; ++v) {
    for (std::size_t b = 0; b < 8; ++b) CHECK(vectors(v, b) == expected[v][b]);
  }
}

TEST_CASE("six-bit vectors are read from their low six bits", "[hex]") {
  const xt::xtensor<Real, 2> vectors = vectors_from_hex("  2d  ", 6);
  REQUIRE(vectors.shape() == std::array<std::size_t, 2>{1, 6});
  const Real expected[6] = {1, 0, 1, 1, 0, 1};
  for (std::size_t b = 0; b < 6; ++b) CHECK(vectors(0, b) == expected[b]);
}

TEST_CASE("an empty list has no vectors", "[hex]") { CHECK(vectors_from_hex("", 8).shape()[0] == 0); }

TEST_CASE("what is no hexadecimal number of that many bits is refused", "[hex]") {
  CHECK_THROWS_AS(vectors_from_hex("40", 6), std::invalid_argument);
  CHECK_THROWS_AS(vectors_from_hex("8g", 8), std::invalid_argument);
  CHECK_THROWS_AS(vectors_from_hex("-1", 8), std::invalid_argument);
  CHECK_THROWS_AS(vectors_from_hex("1ffffffffffffffff", 64), std::invalid_argument);
  CHECK_THROWS_AS(vectors_from_hex("1", 0), std::invalid_argument);
}
