#include "framework/tensor/arena.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tests/support/allocation_counter.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

bool aligned(const void* p) { return reinterpret_cast<std::uintptr_t>(p) % kAlignment == 0; }

constexpr std::size_t kMebi = std::size_t{1} << 20;

}  // namespace

TEST_CASE("everything an arena gives out is aligned to a cache line", "[arena]") {
  Arena arena;
  for (std::size_t n = 1; n < 100; n += 7) {
    CHECK(aligned(arena.reals(n)));
    CHECK(aligned(arena.array<char>(n)));
    CHECK(aligned(arena.create<int>(3)));
  }
  CHECK(aligned(arena.reals(3 * kMebi)));
}

TEST_CASE("blocks of an arena do not overlap, also across its chunks", "[arena]") {
  Arena arena;
  std::vector<std::pair<Real*, std::size_t>> blocks;
  for (std::size_t i = 0; i < 300; ++i) {
    const std::size_t n = 1 + i * 97 % 9000;
    blocks.emplace_back(arena.reals(n), n);
    std::fill_n(blocks.back().first, n, static_cast<Real>(i));
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto [data, n] = blocks[i];
    CHECK(std::all_of(data, data + n, [&](Real x) { return x == static_cast<Real>(i); }));
  }
}

TEST_CASE("an object is made from its arguments and stays until reset", "[arena]") {
  struct Record {
    int a;
    double b;
  };
  Arena arena;
  const Record* const record = arena.create<Record>(3, 0.5);
  arena.reals(2 * kMebi);
  CHECK(record->a == 3);
  CHECK(record->b == 0.5);
}

TEST_CASE("an arena counts the bytes given out in whole cache lines", "[arena]") {
  Arena arena;
  CHECK(arena.used() == 0);
  arena.array<char>(1);
  CHECK(arena.used() == kAlignment);
  arena.array<char>(kAlignment + 1);
  CHECK(arena.used() == 3 * kAlignment);
  arena.reset();
  CHECK(arena.used() == 0);
}

TEST_CASE("after a reset the same requests get the same memory", "[arena]") {
  Arena arena;
  const auto fill = [&] {
    std::vector<const Real*> given;
    for (std::size_t i = 0; i < 10; ++i) given.push_back(arena.reals(100 + i));
    return given;
  };
  const auto first = fill();
  arena.reset();
  CHECK(fill() == first);
}

TEST_CASE("once an arena has seen the most that is needed, it allocates nothing", "[arena]") {
  Arena arena;
  const auto fill = [&](std::size_t blocks) {
    for (std::size_t i = 0; i < blocks; ++i) arena.array<char>(kMebi / 3 + i);
  };
  fill(20);       // several chunks
  arena.reset();  // a single one
  const std::size_t before = testing::allocations();
  for (const std::size_t blocks : {20U, 3U, 1U, 20U, 0U, 20U}) {
    fill(blocks);
    arena.reset();
  }
  CHECK(testing::allocations() == before);
  fill(60);
  CHECK(testing::allocations() > before);
}

TEST_CASE("an arena takes one block larger than all it has", "[arena]") {
  Arena arena;
  arena.array<char>(10);
  char* const large = arena.array<char>(5 * kMebi);
  std::fill_n(large, 5 * kMebi, 'x');
  CHECK(arena.used() == kAlignment + 5 * kMebi);
}
