#include "framework/training/workers.hpp"

#include <numeric>
#include <stdexcept>

#include "tests/support/allocation_counter.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("workers do every item once, whatever the numbers of threads and items", "[training][threads]") {
  for (const std::size_t threads : {1U, 2U, 3U, 7U}) {
    Workers workers(threads);
    CHECK(workers.threads() == threads);
    for (const std::size_t items : {0U, 1U, 2U, 5U, 100U}) {
      std::vector<std::atomic<int>> done(items);
      std::atomic<bool> foreign{false};
      workers.for_each(items, [&](std::size_t item, std::size_t thread) {
        ++done[item];
        if (thread >= threads) foreign = true;
      });
      for (const auto& count : done) CHECK(count == 1);
      CHECK_FALSE(foreign);
    }
  }
}

TEST_CASE("the caller works along as thread 0, and sees what the others wrote", "[training][threads]") {
  Workers workers(3);
  std::vector<std::size_t> results(1000);
  workers.for_each(results.size(), [&](std::size_t item, std::size_t) { results[item] = item * item; });
  for (std::size_t i = 0; i < results.size(); ++i) REQUIRE(results[i] == i * i);
  Workers alone(1);
  const std::thread::id caller = std::this_thread::get_id();
  alone.for_each(3, [&](std::size_t, std::size_t thread) {
    CHECK(thread == 0);
    CHECK(std::this_thread::get_id() == caller);
  });
}

TEST_CASE("workers last a hundred thousand rounds", "[training][threads]") {
  Workers workers(2);
  std::vector<std::size_t> counts(2);
  for (int round = 0; round < 100000; ++round) {
    workers.for_each(2, [&](std::size_t item, std::size_t) { ++counts[item]; });
  }
  CHECK(counts == std::vector<std::size_t>{100000, 100000});
}

TEST_CASE("workers that slept for a while wake up again", "[training][threads]") {
  Workers workers(2);
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::atomic<int> done{0};
    workers.for_each(8, [&](std::size_t, std::size_t) { ++done; });
    CHECK(done == 8);
  }
}

TEST_CASE("workers rethrow the exception of the first item that threw, and go on afterwards",
          "[training][threads]") {
  for (const std::size_t threads : {1U, 2U, 4U}) {
    Workers workers(threads);
    for (int round = 0; round < 200; ++round) {
      const auto fail = [](std::size_t item, std::size_t) {
        if (item == 3 || item == 11) throw std::runtime_error("item " + std::to_string(item));
      };
      CHECK_THROWS_WITH(workers.for_each(16, fail), "item 3");
      std::atomic<int> done{0};
      workers.for_each(16, [&](std::size_t, std::size_t) { ++done; });
      REQUIRE(done == 16);
    }
  }
}

TEST_CASE("workers do not allocate when they work", "[training][threads]") {
  Workers workers(2);
  std::atomic<std::size_t> total{0};
  const auto add = [&](std::size_t item, std::size_t) { total += item; };
  workers.for_each(10, add);
  const std::size_t before = testing::allocations();
  for (int round = 0; round < 100; ++round) workers.for_each(10, add);
  CHECK(testing::allocations() == before);
  CHECK(total == 101 * 45);
}
