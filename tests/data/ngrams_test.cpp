#include "framework/data/ngrams.hpp"

#include <vector>

#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

using Sentence = std::vector<NgramIndex::Id>;

std::vector<std::size_t> numbers(const NgramIndex& index, const Sentence& sentence) {
  std::vector<std::size_t> result;
  index.for_each(sentence, [&](std::size_t number) { result.push_back(number); });
  return result;
}

}  // namespace

TEST_CASE("pairs and triples of words are numbered as they come, and the unknown are left out") {
  NgramIndex index;
  index.add(Sentence{1, 2, 3});
  CHECK(index.size() == 3);  // 1 2, 2 3, 1 2 3
  CHECK(numbers(index, {1, 2, 3}) == std::vector<std::size_t>{0, 1, 2});
  CHECK(numbers(index, {2, 3, 1, 2}) == std::vector<std::size_t>{1, 0});
  CHECK(numbers(index, {3, 2, 1}).empty());
  index.add(Sentence{2, 3, 1, 2});
  CHECK(index.size() == 6);  // and 3 1, 2 3 1, 3 1 2
  CHECK(numbers(index, {1, 2, 3}) == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("a sentence of one word has no pair, and one of none neither") {
  NgramIndex index;
  index.add(Sentence{});
  index.add(Sentence{7});
  CHECK(index.size() == 0);
}

TEST_CASE("a triple is not taken for a pair of other words") {
  NgramIndex index;
  index.add(Sentence{1, 2, 3});
  CHECK(numbers(index, {(1 << 20) + 2, 3}).empty());
  CHECK(numbers(index, {2, 3}) == std::vector<std::size_t>{1});
}
