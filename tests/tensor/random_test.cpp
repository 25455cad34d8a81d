#include "framework/tensor/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

// The statistics below are of fixed numbers, so a bound of five standard errors never fails by chance twice.
constexpr double kSigmas = 5;

std::vector<std::uint32_t> words(const RandomStream& stream, std::size_t count) {
  std::vector<std::uint32_t> drawn(count);
  Draws draws = stream.draws();
  for (std::uint32_t& word : drawn) word = draws.bits();
  return drawn;
}

double correlation(const RandomStream& a, const RandomStream& b, std::size_t count) {
  Draws from_a = a.draws();
  Draws from_b = b.draws();
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += (from_a.uniform() - 0.5) * (from_b.uniform() - 0.5);
  return sum / static_cast<double>(count) * 12;  // a uniform's variance is 1/12
}

}  // namespace

TEST_CASE("philox gives the known answers published with Random123", "[random]") {
  // kat_vectors of Random123, lines "philox4x32 10": counter, key, output.
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream's words are those of its documented key and counter", "[random]") {
  // From an independent implementation of the bijection and the layout in another language.
  const RandomStream train((std::uint64_t{1} << 32) + 7, "train");
  CHECK(words(train.step((std::uint64_t{1} << 33) + 5).example(2), 8) ==
        std::vector<std::uint32_t>{0x1bbaaa24, 0x98e08bc7, 0xaeefa12c, 0x7f388716, 0xe8a2af97, 0xca5ea808,
                                   0x43142464, 0xd20c3913});
  CHECK(words(train.child("length"), 4) ==
        std::vector<std::uint32_t>{0xb084eae9, 0x80eb7109, 0xdac31636, 0x54eba79d});
}

TEST_CASE("draws do not depend on the order in which places are visited", "[random]") {
  const RandomStream stream(1, "train");
  const auto third = words(stream.step(9).example(3), 20);
  const auto first = words(stream.step(9).example(1), 20);
  CHECK(words(stream.step(9).example(1), 20) == first);
  CHECK(words(stream.example(3).step(9), 20) == third);
  CHECK(words(stream.step(2).example(7).step(9).example(3), 20) == third);
}

TEST_CASE("a copy of draws continues from where the original was", "[random]") {
  Draws draws = RandomStream(1, "train").draws();
  for (int i = 0; i < 6; ++i) draws.bits();
  Draws copy = draws;
  for (int i = 0; i < 10; ++i) CHECK(copy.bits() == draws.bits());
}

TEST_CASE("another seed, name, child, step or example gives other words", "[random]") {
  const RandomStream stream(1, "train");
  const std::vector<RandomStream> places = {stream,
                                            RandomStream(2, "train"),
                                            RandomStream(1, "evaluate"),
                                            RandomStream(1, ""),
                                            stream.child("train"),
                                            stream.child("a").child("b"),
                                            stream.child("a/b"),
                                            stream.step(1),
                                            stream.step(std::uint64_t{1} << 32),
                                            stream.example(0),
                                            stream.example(1),
                                            stream.step(1).example(1)};
  std::vector<std::vector<std::uint32_t>> drawn;
  for (const RandomStream& place : places) drawn.push_back(words(place, 4));
  std::ranges::sort(drawn);
  CHECK(std::ranges::adjacent_find(drawn) == drawn.end());
}

TEST_CASE("neighbouring places are uncorrelated", "[random]") {
  constexpr std::size_t kCount = 20000;
  const double bound = kSigmas / std::sqrt(static_cast<double>(kCount));
  const RandomStream stream(1, "train");
  CHECK(std::abs(correlation(stream.example(0), stream.example(1), kCount)) < bound);
  CHECK(std::abs(correlation(stream.step(0), stream.step(1), kCount)) < bound);
  CHECK(std::abs(correlation(stream, RandomStream(2, "train"), kCount)) < bound);
  CHECK(std::abs(correlation(stream, stream.child("a"), kCount)) < bound);
}

TEST_CASE("filling gives the same words as drawing one at a time", "[random]") {
  const RandomStream stream(3, "fill");
  Draws draws = stream.draws();
  std::vector<std::uint32_t> filled(11);
  draws.bits();
  draws.fill_bits(filled);
  const auto expected = words(stream, 12);
  CHECK(std::equal(filled.begin(), filled.end(), expected.begin() + 1));
}

TEST_CASE("uniform draws fill [0, 1) evenly", "[random]") {
  constexpr std::size_t kCount = 100000;
  constexpr std::size_t kBins = 50;
  Draws draws = RandomStream(1, "uniform").draws();
  std::array<double, kBins> counts{};
  double mean = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    const double u = draws.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    mean += u / kCount;
    counts[static_cast<std::size_t>(u * kBins)] += 1;
  }
  CHECK(std::abs(mean - 0.5) < kSigmas / std::sqrt(12.0 * kCount));
  double chi_square = 0;
  const double expected = static_cast<double>(kCount) / kBins;
  for (const double count : counts) chi_square += (count - expected) * (count - expected) / expected;
  CHECK(std::abs(chi_square - (kBins - 1)) < kSigmas * std::sqrt(2.0 * (kBins - 1)));
}

TEST_CASE("normal draws have the moments and tails of a standard normal", "[random]") {
  constexpr std::size_t kCount = 100000;
  Draws draws = RandomStream(1, "normal").draws();
  std::array<double, 5> moment{};
  double beyond_two = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    const double z = draws.normal();
    double power = 1;
    for (double& m : moment) {
      m += power / kCount;
      power *= z;
    }
    beyond_two += std::abs(z) > 2 ? 1.0 / kCount : 0;
  }
  const double error = kSigmas / std::sqrt(static_cast<double>(kCount));  // times the moment's own deviation
  CHECK(std::abs(moment[1]) < error);
  CHECK(std::abs(moment[2] - 1) < error * std::sqrt(2.0));
  CHECK(std::abs(moment[3]) < error * std::sqrt(15.0));
  CHECK(std::abs(moment[4] - 3) < error * std::sqrt(96.0));
  CHECK(std::abs(beyond_two - 0.0455) < error * std::sqrt(0.0455));
}

TEST_CASE("below(n) is uniform on the numbers under n", "[random]") {
  constexpr std::size_t kCount = 60000;
  const std::size_t n = GENERATE(1U, 2U, 7U, 20U);
  Draws draws = RandomStream(1, "below").draws();
  std::vector<double> counts(n, 0.0);
  for (std::size_t i = 0; i < kCount; ++i) counts.at(draws.below(n)) += 1;
  const double expected = static_cast<double>(kCount) / static_cast<double>(n);
  for (const double count : counts) CHECK(std::abs(count - expected) <= kSigmas * std::sqrt(expected));
}

TEST_CASE("below(n) has no bias where n is most of the range of a word", "[random]") {
  // Taking words modulo 3 * 2^62 would put half of the draws below 2^62; the right share is a third.
  constexpr std::size_t kCount = 20000;
  constexpr std::size_t kQuarter = std::size_t{1} << 62;
  Draws draws = RandomStream(1, "below").draws();
  double low = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    const std::size_t drawn = draws.below(3 * kQuarter);
    REQUIRE(drawn < 3 * kQuarter);
    low += drawn < kQuarter ? 1.0 / kCount : 0;
  }
  CHECK(std::abs(low - 1.0 / 3) < kSigmas * std::sqrt(2.0 / 9 / kCount));
}

TEST_CASE("there is no number below 0", "[random]") {
  Draws draws = RandomStream(1, "below").draws();
  CHECK_THROWS_AS(draws.below(0), std::invalid_argument);
}

TEST_CASE("coins are the bits of words, lowest first, each call from a fresh word", "[random]") {
  const RandomStream stream(5, "coins");
  const auto expected = words(stream, 3);
  Draws draws = stream.draws();
  std::array<Real, 40> coins{};  // one whole word and 8 bits of the next
  draws.fill_coins(coins);
  for (std::size_t i = 0; i < coins.size(); ++i) {
    CHECK(coins[i] == static_cast<Real>(expected[i / 32] >> (i % 32) & 1U));
  }
  CHECK(draws.bits() == expected[2]);
}

TEST_CASE("coins are fair and a coin does not follow the one before", "[random]") {
  constexpr std::size_t kCount = 100000;
  std::vector<Real> coins(kCount);
  RandomStream(1, "coins").draws().fill_coins(coins);
  double ones = 0;
  double repeats = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    ones += static_cast<double>(coins[i]) / kCount;
    if (i > 0 && coins[i] == coins[i - 1]) repeats += 1.0 / (kCount - 1);
  }
  const double bound = kSigmas * 0.5 / std::sqrt(static_cast<double>(kCount));
  CHECK(std::abs(ones - 0.5) < bound);
  CHECK(std::abs(repeats - 0.5) < bound);
}
