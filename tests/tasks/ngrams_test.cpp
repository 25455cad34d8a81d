// Dynamic n-grams: the estimator against exact code lengths, the draws against their distribution.
#include "tasks/ngrams.hpp"

#include <cmath>
#include <map>
#include <numbers>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/for_all.hpp"
#include "tests/tasks/episode.hpp"

using namespace tapehead;
using testing::for_all;
using testing::Given;

namespace {

using Bits = std::vector<int>;

Bits targets(const SequenceBatch& batch, std::size_t example) {
  Bits bits;
  for (std::size_t t = 0; t < batch.steps(); ++t) bits.push_back(batch.targets(t, example, 0) != 0 ? 1 : 0);
  return bits;
}

SequenceBatch batch_of(const Bits& bits) {
  SequenceBatch batch;
  reset(batch, bits.size(), 1, 1, 1);
  for (std::size_t t = 0; t < bits.size(); ++t) {
    batch.targets(t, 0, 0) = static_cast<Real>(bits[t]);
    if (t > 0) batch.inputs(t, 0, 0) = static_cast<Real>(bits[t - 1]);
    batch.mask(t, 0) = 1;
  }
  return batch;
}

Episode episode(const Bits& bits) {
  Episode whole(1, 1);
  for (std::size_t t = 0; t < bits.size(); ++t) {
    whole.say({static_cast<Real>(bits[t])});
    if (t > 0) whole.with(0, static_cast<Real>(bits[t - 1]));
  }
  return whole;
}

// -log2 of the integral of p^ones (1 - p)^zeros over Beta(1/2, 1/2): what any code of a sequence of so many ones and
// zeros costs at least. The integral is B(ones + 1/2, zeros + 1/2) / B(1/2, 1/2), and B(1/2, 1/2) = pi.
double mixture_bits(std::size_t ones, std::size_t zeros) {
  const double a = static_cast<double>(ones) + 0.5, b = static_cast<double>(zeros) + 0.5;
  return -(std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b) - std::log(std::numbers::pi)) /
         std::numbers::ln2;
}

// The same for every context, spelled out as text, with a bit each for those that come before any context.
double naive_optimum(const Bits& bits, std::size_t context) {
  std::map<std::string, std::pair<std::size_t, std::size_t>> counts;
  std::string text;
  for (std::size_t t = 0; t < bits.size(); ++t) {
    if (t >= context) {
      auto& [zeros, ones] = counts[text.substr(t - context)];
      ++(bits[t] != 0 ? ones : zeros);
    }
    text += bits[t] != 0 ? '1' : '0';
  }
  auto cost = static_cast<double>(std::min(context, bits.size()));
  for (const auto& [key, count] : counts) cost += mixture_bits(count.second, count.first);
  return cost;
}

// Bits of one context, expected over every sequence there is, each with its exact probability.
double expected_over_all(std::size_t draws) {
  const Ngrams task({.length = draws, .context = 0});
  double expected = 0;
  for (std::size_t sequence = 0; sequence < std::size_t{1} << draws; ++sequence) {
    Bits bits;
    std::size_t ones = 0;
    for (std::size_t t = 0; t < draws; ++t) bits.push_back(static_cast<int>(sequence >> t & 1U));
    for (const int bit : bits) ones += bit != 0;
    expected += std::exp2(-mixture_bits(ones, draws - ones)) * task.optimum(batch_of(bits));
  }
  return expected;
}

// The same by the number of ones, for the cost depends on nothing else.
double expected_by_counts(std::size_t draws) {
  const Ngrams task({.length = draws, .context = 0});
  double expected = 0, sequences = 1;
  for (std::size_t ones = 0; ones <= draws; ++ones) {
    Bits bits(draws, 0);
    std::fill_n(bits.begin(), ones, 1);
    expected += sequences * std::exp2(-mixture_bits(ones, draws - ones)) * task.optimum(batch_of(bits));
    sequences *= static_cast<double>(draws - ones) / static_cast<double>(ones + 1);
  }
  return expected;
}

// Of so many sequences as in the paper.
double mean_optimum(std::size_t sequences) {
  constexpr std::size_t kBatch = 100;
  const Ngrams task({});
  const RandomStream stream(1, "train");
  Batch batch;
  double bits = 0;
  for (std::size_t i = 0; i < sequences / kBatch; ++i) {
    task.sample(stream.step(i), kBatch, batch);
    bits += task.optimum(batch);
  }
  return bits / static_cast<double>(sequences);
}

}  // namespace

TEST_CASE("n-grams predict every next bit, at a cost that a naive program finds too", "[ngrams][property]") {
  for_all([](Given& given) -> std::string {
    const std::size_t context = given.number("context", 0, 8);
    const Ngrams task({.length = given.number("length of the task", 1, 60), .context = context});
    const std::size_t length = given.number("length", 1, 60);
    const auto varied = task.with("length", length);
    const RandomStream stream = RandomStream(given.seed(), "train").step(given.number("step", 0, 1000));
    const std::size_t examples = given.number("batch", 1, 4);
    const SequenceBatch batch = drawn(*varied, stream, examples);
    if (batch.steps() != length) return std::to_string(batch.steps()) + " steps";
    if (!same(batch, drawn(Ngrams({.length = length, .context = context}), stream, examples)))
      return "with() draws something else";
    double optimum = 0;
    for (std::size_t b = 0; b < examples; ++b) {
      const Bits bits = targets(batch, b);
      const std::string wrong = episode(bits).difference(batch, b);
      if (!wrong.empty()) return wrong;
      optimum += naive_optimum(bits, context);
    }
    const double found = task.optimum(batch);  // of a batch, whatever length the task has
    if (std::abs(found - optimum) > 1e-9 * optimum)
      return "optimum " + std::to_string(found) + ", expected " + std::to_string(optimum);
    return {};
  });
}

TEST_CASE("the optimum of one context is its exact expected code length", "[ngrams]") {
  CHECK(expected_over_all(1) == Approx(1).epsilon(1e-12));
  CHECK(expected_over_all(2) == Approx(1.8113).margin(5e-5));
  for (const std::size_t draws : {3U, 7U, 12U})
    CHECK(expected_over_all(draws) == Approx(expected_by_counts(draws)).epsilon(1e-12));
  CHECK(expected_by_counts(20) == Approx(13.088).margin(5e-4));
}

TEST_CASE("the order of draws does not change the optimum of one context", "[ngrams]") {
  const Ngrams task({.length = 6, .context = 0});
  const double cost = mixture_bits(2, 4);
  for (const Bits& bits : {Bits{1, 1, 0, 0, 0, 0}, Bits{0, 1, 0, 0, 1, 0}, Bits{0, 0, 0, 0, 1, 1}})
    CHECK(task.optimum(batch_of(bits)) == Approx(cost).epsilon(1e-12));
}

TEST_CASE("the optimum of n-grams as in the paper is 133.25 bits a sequence", "[ngrams]") {
  CHECK(std::abs(mean_optimum(200000) - 133.25) < 0.15);
}

TEST_CASE("the optimum of a million sequences of n-grams is 133.25 bits too, and nearer", "[ngrams][slow]") {
  CHECK(std::abs(mean_optimum(1000000) - 133.25) < 0.08);  // their costs deviate by 36, their mean by 0.036
}

TEST_CASE("every sequence of n-grams is drawn as often as Beta(1/2, 1/2) and its contexts say", "[ngrams]") {
  // Without a context, four draws of one probability; its first two moments, 1/2 and 3/8, are among their frequencies.
  CHECK(std::exp2(-mixture_bits(1, 0)) == Approx(1.0 / 2));
  CHECK(std::exp2(-mixture_bits(2, 0)) == Approx(3.0 / 8));
  CHECK(std::exp2(-mixture_bits(4, 0)) == Approx(35.0 / 128));
  // 000 asks the context 0 twice, 010 two contexts that have nothing to do with each other.
  CHECK(std::exp2(-naive_optimum({0, 0, 0}, 1)) == Approx(3.0 / 16));
  CHECK(std::exp2(-naive_optimum({0, 1, 0}, 1)) == Approx(1.0 / 8));
  constexpr std::size_t kExamples = 100000;
  for (const std::size_t context : {0U, 1U, 2U, 3U}) {
    const std::size_t length = context + 4;
    const SequenceBatch batch =
        drawn(Ngrams({.length = length, .context = context}), RandomStream(1, "train"), kExamples);
    std::map<Bits, double> counts;
    for (std::size_t b = 0; b < kExamples; ++b) ++counts[targets(batch, b)];
    CHECK(counts.size() == std::size_t{1} << length);
    for (const auto& [bits, count] : counts) {
      const double p = std::exp2(-naive_optimum(bits, context));
      CHECK(std::abs(count - kExamples * p) < 5 * std::sqrt(kExamples * p * (1 - p)));
    }
  }
}

TEST_CASE("n-grams as in the paper have 1 input, 1 target and 200 steps, of which all are scored",
          "[ngrams]") {
  const Ngrams task({});
  CHECK(task.input_size() == 1);
  CHECK(task.target_size() == 1);
  const SequenceBatch batch = drawn(task, RandomStream(1, "train"), 2);
  CHECK(batch.steps() == 200);
  CHECK(batch.inputs(0, 0, 0) == 0);
  double scored = 0;
  for (const Real mask : batch.mask.storage()) scored += static_cast<double>(mask);
  CHECK(scored == 400);
}

TEST_CASE("guessing at n-grams costs 200 bits a sequence", "[ngrams]") {
  CHECK(Ngrams({}).chance() == 200);
  CHECK(Ngrams({}).with_length(50)->chance() == 50);
  CHECK(cost_of_constant_guess(Ngrams({}), 500) == Approx(200).epsilon(0.001));
}

TEST_CASE("the n-grams' probe is the very sequence of the paper's Figure 14, of 142.0 bits", "[ngrams]") {
  const auto probes = Ngrams({}).probes();
  REQUIRE(probes.size() == 1);
  CHECK(probes[0].name == "figure-14");
  Bits bits;
  for (const char digit : std::string("17884f3c3c7887883db50784210f1e2f1e0f04217840f09e2f")) {
    const int value = digit <= '9' ? digit - '0' : digit - 'a' + 10;
    for (const int place : {8, 4, 2, 1}) bits.push_back((value & place) != 0 ? 1 : 0);
  }
  REQUIRE(bits.size() == 200);
  CHECK(Bits(bits.begin(), bits.begin() + 12) == Bits{0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0});
  CHECK(episode(bits).difference(std::get<SequenceBatch>(probes[0].batch), 0) == "");
  CHECK(Ngrams({}).optimum(probes[0].batch) == Approx(142.0).margin(0.05));
  CHECK(Ngrams({}).optimum(probes[0].batch) == Approx(naive_optimum(bits, 5)).epsilon(1e-12));
  CHECK(Ngrams({.context = 4}).probes().empty());
}

TEST_CASE("an n-grams task that cannot be is refused", "[ngrams]") {
  CHECK_THROWS_WITH(Ngrams({.length = 0}), Catch::Contains("task.length must be at least 1"));
  CHECK_THROWS_WITH(Ngrams({.context = 13}), Catch::Contains("task.context must be at most 12"));
  CHECK_THROWS_AS(Ngrams({}).with_length(0), UsageError);
}
