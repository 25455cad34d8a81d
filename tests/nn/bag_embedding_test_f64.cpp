#include "framework/nn/bag_embedding.hpp"

#include <cmath>

#include "framework/autodiff/gradient_check.hpp"
#include "framework/tensor/error.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;

namespace {

constexpr std::size_t kWords = 6, kTimes = 3, kLongest = 4;

// Bags of 3, 0, 1 and 4 words; the last says one word twice.
const std::vector<std::int32_t> kIds = {2, 5, 1, 6, 3, 4, 3, 2};
const std::vector<std::uint32_t> kStarts = {0, 3, 3, 4, 8};
const std::vector<std::uint32_t> kAges = {2, 0, 1, 0};

Bags bags(bool timed) { return {kIds.data(), kStarts.data(), timed ? kAges.data() : nullptr, 4}; }

// l_kj by its definition, k and j from 1; `words` are those of the sentence.
double weight(WordOrder order, std::size_t j, std::size_t k, std::size_t words, std::size_t width) {
  const auto fraction = [](std::size_t a, std::size_t b) {
    return static_cast<double>(a) / static_cast<double>(b);
  };
  if (order == WordOrder::bag) return 1;
  if (order == WordOrder::position)
    return (1 - fraction(j, words)) - fraction(k, width) * (1 - 2 * fraction(j, words));
  const double from_middle = static_cast<double>(k) - static_cast<double>(width + 1) / 2;
  const double of_sentence = static_cast<double>(j) - static_cast<double>(kLongest + 2) / 2;
  return 1 + 4 * from_middle * of_sentence / static_cast<double>(width * (kLongest + 1));
}

std::vector<Real> numbered(std::size_t count) {
  std::vector<Real> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(static_cast<Real>(std::sin(static_cast<double>(i * i))));
  return values;
}

Var embedded(Tape& tape, const BagTable& table, std::size_t first_time, const Bags& of,
             const PositionWeights& weights) {
  return embed_bags(tape, {&table, 1}, first_time, of, weights);
}

}  // namespace

TEST_CASE("a sentence is the weighted sum of its words and its time word", "[bag_embedding]") {
  for (const WordOrder order : {WordOrder::bag, WordOrder::position, WordOrder::position_released}) {
    for (const bool timed : {false, true}) {
      for (const std::size_t width : {1U, 5U, 8U, 20U}) {
        INFO("order " << static_cast<int>(order) << ", timed " << timed << ", width " << width);
        const PositionWeights weights(order, kLongest, width);
        testing::Leaves leaves(
            {{{kWords, width}, numbered(kWords * width)}, {{kTimes, width}, numbered(kTimes * width)}});
        Tape tape;
        tape.reset(leaves.all());
        std::vector<double> expected;
        for (std::size_t r = 0; r + 1 < kStarts.size(); ++r) {
          const std::size_t words = kStarts[r + 1] - kStarts[r];
          for (std::size_t k = 0; k < width; ++k) {
            double total = 0;
            for (std::size_t j = 0; j < words; ++j) {
              const auto row = static_cast<std::size_t>(kIds[kStarts[r] + j] - 1);
              total += weight(order, j + 1, k + 1, words, width) * leaves.value(0)[row * width + k];
            }
            const bool as_word =
                order == WordOrder::position_released;  // the time word is weighted like a word
            if (timed)
              total += (as_word ? weight(order, kLongest + 1, k + 1, words, width) : 1) *
                       leaves.value(1)[kAges[r] * width + k];
            expected.push_back(total);
          }
        }
        const Var rows = embedded(tape, {Var{0}, Var{1}}, 0, bags(timed), weights);
        CHECK(tape.shape(rows) == Shape{4, width});
        CHECK_THAT(tape.value(rows), testing::close_to(expected, 1e-14));
      }
    }
  }
}

TEST_CASE("sums of embeddings have the gradient of central differences", "[bag_embedding][gradient]") {
  for (const WordOrder order : {WordOrder::bag, WordOrder::position, WordOrder::position_released}) {
    for (const std::size_t width : {3U, 9U}) {
      const PositionWeights weights(order, kLongest, width);
      CHECK(check_gradients({{kWords, width}, {kTimes, width}}, [&](Tape& tape, std::span<const Var> in) {
              return embedded(tape, {in[0], in[1]}, 0, bags(true), weights);
            }) < 1e-8);
      // Times as rows of the same table, behind the words.
      CHECK(check_gradients({{kWords + kTimes, width}}, [&](Tape& tape, std::span<const Var> in) {
              return std::vector<Var>{embedded(tape, {in[0], in[0]}, kWords, bags(true), weights),
                                      embedded(tape, {in[0], in[0]}, 0, bags(false), weights)};
            }) < 1e-8);
    }
  }
}

TEST_CASE("a learned mask of the weights of a word order is that word order", "[bag_embedding]") {
  for (const std::size_t width : {1U, 5U, 8U, 20U}) {
    const PositionWeights weights(WordOrder::position_released, kLongest, width);
    const Real* const of_any = weights.of_sentence(kLongest);
    testing::Leaves leaves({{{kWords, width}, numbered(kWords * width)},
                            {{kLongest, width}, std::vector<Real>(of_any, of_any + kLongest * width)}});
    Tape tape;
    tape.reset(leaves.all());
    const Var fixed = embedded(tape, {Var{0}, Var{0}}, 0, bags(false), weights);
    CHECK_THAT(tape.value(embed_masked_bags(tape, Var{0}, Var{1}, bags(false))),
               testing::close_to(tape.value(fixed), 1e-14));
  }
}

TEST_CASE("masked sums of embeddings have the gradient of central differences", "[bag_embedding][gradient]") {
  for (const std::size_t width : {1U, 3U, 8U, 9U}) {
    CHECK(check_gradients({{kWords, width}, {kLongest + 1, width}}, [&](Tape& tape, std::span<const Var> in) {
            return embed_masked_bags(tape, in[0], in[1], bags(false));
          }) < 1e-8);
  }
  CHECK_THROWS_AS(check_gradients({{kWords, 3}, {kLongest, 4}},
                                  [&](Tape& tape, std::span<const Var> in) {
                                    return embed_masked_bags(tape, in[0], in[1], bags(false));
                                  }),
                  ShapeError);
}

TEST_CASE("tables of another width than the weights are refused", "[bag_embedding]") {
  const PositionWeights weights(WordOrder::bag, kLongest, 4);
  testing::Leaves leaves({{{kWords, 3}, numbered(kWords * 3)}, {{kTimes, 4}, numbered(kTimes * 4)}});
  Tape tape;
  tape.reset(leaves.all());
  CHECK_THROWS_AS(embedded(tape, {Var{0}, Var{1}}, 0, bags(true), weights), ShapeError);
  CHECK_THROWS_AS(embedded(tape, {Var{1}, Var{0}}, 0, bags(true), weights), ShapeError);
}

TEST_CASE("word orders have names", "[bag_embedding]") {
  CHECK(word_order("bag") == WordOrder::bag);
  CHECK(word_order("position") == WordOrder::position);
  CHECK(word_order("position_released") == WordOrder::position_released);
  CHECK_THROWS_AS(word_order("sideways"), UsageError);
}

TEST_CASE("several tables at once are what each is alone, values and gradients",
          "[bag_embedding][gradient]") {
  for (const std::size_t count : {1U, 2U, 3U, 4U, 5U, 9U}) {
    for (const std::size_t width : {3U, 20U}) {
      INFO(count << " tables of width " << width);
      const PositionWeights weights(WordOrder::position, kLongest, width);
      std::vector<GradientInput> inputs;
      for (std::size_t t = 0; t < count; ++t) {
        inputs.push_back({kWords, width});
        inputs.push_back({kTimes, width});
      }
      const auto tables = [&](std::span<const Var> in) {
        std::vector<BagTable> all;
        for (std::size_t t = 0; t < count; ++t) all.push_back({in[2 * t], in[2 * t + 1]});
        return all;
      };
      const auto results = [&](Var first) {
        std::vector<Var> all;
        for (std::uint32_t t = 0; t < count; ++t) all.push_back({first.id + t});
        return all;
      };
      CHECK(check_gradients(inputs, [&](Tape& tape, std::span<const Var> in) {
              return results(embed_bags(tape, tables(in), 0, bags(true), weights));
            }) < 1e-8);
      CHECK(check_gradients(inputs, [&](Tape& tape, std::span<const Var> in) {  // the others have no gradient
              return results(embed_bags(tape, tables(in), 0, bags(true), weights)).back();
            }) < 1e-8);
      std::vector<testing::Leaves::Item> items;
      for (std::size_t t = 0; t < count; ++t) {
        std::vector<Real> words = numbered(kWords * width);
        for (Real& value : words) value += static_cast<Real>(t);
        items.push_back({{kWords, width}, words});
        items.push_back({{kTimes, width}, numbered(kTimes * width)});
      }
      testing::Leaves leaves(std::move(items));
      Tape tape;
      tape.reset(leaves.all());
      std::vector<Var> in;
      for (std::uint32_t i = 0; i < 2 * count; ++i) in.push_back({i});
      const std::vector<BagTable> all = tables(in);
      const std::vector<Var> together = results(embed_bags(tape, all, 0, bags(true), weights));
      for (std::size_t t = 0; t < count; ++t)
        CHECK_THAT(tape.value(together[t]),
                   testing::close_to(tape.value(embedded(tape, all[t], 0, bags(true), weights)), 0));
    }
  }
}
