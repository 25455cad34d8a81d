// Checkpoints that something happened to: none of them is taken for a good one.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <random>

#include "framework/tensor/error.hpp"
#include "tests/io/fixtures.hpp"
#include "tests/support/catch.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kTrailer = 56;
constexpr std::array kKinds = {"a flipped bit", "a flipped bit of the trailer",
                               "changed bytes", "cut short",
                               "zeroed pages",  "appended bytes",
                               "swapped pages", "spliced"};

/// Changes checkpoints at random, the same way every time.
class Mutator {
 public:
  Mutator(std::string good, std::string other) : good_(std::move(good)), other_(std::move(other)) {}

  /// One that differs from the checkpoint it was made of.
  std::string mutant(std::size_t kind) {
    for (;;) {
      std::string bytes = changed(kind);
      if (bytes != good_ && bytes != other_) return bytes;
    }
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  char any_byte() { return static_cast<char>(below(256)); }
  std::size_t page() { return kPage * below(good_.size() / kPage); }

  static void flip(std::string& bytes, std::size_t at, std::size_t bit) {
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
  }

  static void swap_pages(std::string& bytes, std::size_t a, std::size_t b) {
    if (a != b) std::swap_ranges(&bytes[a], &bytes[a] + kPage, &bytes[b]);
  }

  std::string changed(std::size_t kind) {
    std::string bytes = good_;
    switch (kind) {
      case 0:
        flip(bytes, below(bytes.size()), below(8));
        break;
      case 1:
        flip(bytes, bytes.size() - 1 - below(kTrailer), below(8));
        break;
      case 2:
        for (std::size_t n = 1 + below(64); n > 0; --n) bytes[below(bytes.size())] = any_byte();
        break;
      case 3:
        bytes.resize(below(bytes.size()));
        break;
      case 4:
        for (std::size_t n = 1 + below(3); n > 0; --n) std::memset(&bytes[page()], 0, kPage);
        break;
      case 5:
        for (std::size_t n = 1 + below(2 * kTrailer); n > 0; --n) bytes += any_byte();
        break;
      case 6:
        swap_pages(bytes, page(), page());
        break;
      default:  // the beginning of one, then the end of another, as if a file had been half written over
        bytes = good_.substr(0, below(good_.size())) + other_.substr(below(other_.size()));
    }
    return bytes;
  }

  std::string good_, other_;
  std::mt19937_64 random_{20260101};
};

}  // namespace

TEST_CASE("of 20000 mutants of a checkpoint each is refused by name, with a reason, and soon", "[io]") {
  constexpr std::size_t kMutants = 20000;
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory / "a.h5";
  write_checkpoint(path, example_checkpoint(40));
  const std::string good = file_bytes(path);
  write_checkpoint(path, example_checkpoint(41));
  Mutator mutator(good, file_bytes(path));
  REQUIRE(good.size() > 4 * kPage);
  const std::string name = path.string() + ": ";
  double longest = 0;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < kMutants; ++i) {
    const std::size_t kind = i % kKinds.size();
    std::filesystem::remove(path);  // ext4 waits for the disk when a file is cut to nothing and written again
    replace_bytes(path, mutator.mutant(kind));
    const auto begin = std::chrono::steady_clock::now();
    try {
      read_checkpoint(path);
      FAIL_CHECK("mutant " << i << " (" << kKinds[kind] << ") was accepted");
    } catch (const DataError& error) {
      const std::string message = error.what();
      if (message.starts_with(name) && message.size() > name.size()) ++refused;
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    longest = std::max(longest, seconds.count());
  }
  CHECK(refused == kMutants);
  INFO("the longest took " << longest << " s");
  CHECK(longest < 2);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::io_test
