// Repeat copy against a program that says from the inputs what the answer is.
#include "tasks/repeat_copy.hpp"

#include <cmath>
#include <map>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/for_all.hpp"
#include "tests/tasks/episode.hpp"

using namespace tapehead;
using testing::for_all;
using testing::Given;

namespace {

// Mean and standard deviation of the repeats as they are drawn, one by one.
Real normalised(std::size_t repeats, std::size_t least, std::size_t most) {
  double n = 0, sum = 0, squares = 0;
  for (std::size_t r = least; r <= most; ++r) {
    n += 1;
    sum += static_cast<double>(r);
  }
  for (std::size_t r = least; r <= most; ++r) squares += std::pow(static_cast<double>(r) - sum / n, 2);
  const double deviation = squares > 0 ? std::sqrt(squares / n) : 1;
  return static_cast<Real>((static_cast<double>(repeats) - sum / n) / deviation);
}

Episode episode(const std::vector<Row>& vectors, std::size_t repeats, Real count) {
  const std::size_t bits = vectors.at(0).size();
  Episode whole(bits + 2, bits + 1);
  whole.show().with(bits, 1);  // start
  for (const Row& vector : vectors) whole.show(vector);
  whole.show().with(bits + 1, count);
  for (std::size_t r = 0; r < repeats; ++r) {
    for (Row target : vectors) {
      target.push_back(0);
      whole.say(target);
    }
  }
  Row end(bits);
  end.push_back(1);
  whole.say(end);
  return whole;
}

struct Sizes {
  std::size_t bits, min_length, max_length, min_repeats, max_repeats;

  RepeatCopy task() const {
    return RepeatCopy({.min_length = min_length,
                       .max_length = max_length,
                       .min_repeats = min_repeats,
                       .max_repeats = max_repeats,
                       .bits = bits});
  }
};

// L follows from the steps before the first scored one, R from those that are scored.
std::string difference(const SequenceBatch& batch, const Sizes& drawn_from, const Sizes& trained) {
  std::size_t silent = 0;
  while (silent < batch.steps() && batch.mask(silent, 0) == 0) ++silent;
  if (silent < 3 || batch.steps() < silent + 2) return "no room for a sequence";
  const std::size_t length = silent - 2;
  const std::size_t repeats = (batch.steps() - silent - 1) / length;
  if (length < drawn_from.min_length || length > drawn_from.max_length)
    return "length " + std::to_string(length);
  if (repeats < drawn_from.min_repeats || repeats > drawn_from.max_repeats)
    return std::to_string(repeats) + " repeats";
  if (batch.steps() != length * (repeats + 1) + 3) return "not L(R + 1) + 3 steps";
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const auto vectors = input_vectors(batch, 1, length, b, trained.bits);
    if (!are_bits(vectors)) return "not all inputs are bits";
    const Real count = normalised(repeats, trained.min_repeats, trained.max_repeats);
    const Real found = batch.inputs(length + 1, b, trained.bits + 1);
    if (std::abs(found - count) > Real(1e-6)) return "count " + std::to_string(found);
    const std::string wrong = episode(vectors, repeats, found).difference(batch, b);
    if (!wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace

TEST_CASE("repeat copy answers what was shown as often as asked, as a naive program has it",
          "[repeat_copy][property]") {
  for_all([](Given& given) -> std::string {
    Sizes sizes{};
    sizes.bits = given.number("bits", 1, 8);
    sizes.min_length = given.number("min_length", 1, 6);
    sizes.max_length = sizes.min_length + given.number("lengths more", 0, 6);
    sizes.min_repeats = given.number("min_repeats", 1, 6);
    sizes.max_repeats = sizes.min_repeats + given.number("repeats more", 0, 6);
    const RepeatCopy task = sizes.task();
    const RandomStream stream = RandomStream(given.seed(), "train").step(given.number("step", 0, 1000));
    const std::size_t examples = given.number("batch", 1, 4);
    const std::string wrong = difference(drawn(task, stream, examples), sizes, sizes);
    if (!wrong.empty()) return wrong;

    // Each quantity alone, then both, in either order. The count stays normalised as in training.
    Sizes varied = sizes;
    varied.min_length = varied.max_length = given.number("length", 1, 12);
    const auto longer = task.with("length", varied.max_length);
    const std::string wrong_length = difference(drawn(*longer, stream, examples), varied, sizes);
    if (!wrong_length.empty()) return "with a length: " + wrong_length;
    varied.min_repeats = varied.max_repeats = given.number("repeats", 1, 12);
    const auto both = longer->with("repeats", varied.max_repeats);
    const std::string wrong_both = difference(drawn(*both, stream, examples), varied, sizes);
    if (!wrong_both.empty()) return "with both: " + wrong_both;
    const auto turned = task.with("repeats", varied.max_repeats)->with("length", varied.max_length);
    if (!same(drawn(*turned, stream, examples), drawn(*both, stream, examples)))
      return "the order of with() matters";
    return {};
  });
}

TEST_CASE("repeat copy's count has mean 0 and variance 1 over 1 to 10 repeats", "[repeat_copy]") {
  const RepeatCopy task({});
  double sum = 0, squares = 0;
  for (std::size_t r = 1; r <= 10; ++r) {
    CHECK(task.count(r) == Approx((static_cast<double>(r) - 5.5) / 2.8723).epsilon(1e-5));
    sum += task.count(r);
    squares += task.count(r) * task.count(r);
  }
  CHECK(sum == Approx(0).margin(1e-12));
  CHECK(squares / 10 == Approx(1).epsilon(1e-12));
  CHECK(task.count(20) == Approx(14.5 / 2.8723).epsilon(1e-5));
  CHECK(RepeatCopy({.min_repeats = 3, .max_repeats = 3}).count(3) == 0);
  CHECK(RepeatCopy({.min_repeats = 3, .max_repeats = 3}).count(5) == 2);
}

TEST_CASE("repeat copy as in the paper has 8 inputs, 7 targets and L(R + 1) + 3 steps", "[repeat_copy]") {
  const RepeatCopy task({});
  CHECK(task.input_size() == 8);
  CHECK(task.target_size() == 7);
  CHECK(drawn(*task.with("length", 10)->with("repeats", 10), RandomStream(1, "train"), 1).steps() == 113);
}

TEST_CASE("repeat copy draws lengths and repeats from 1 to 10 equally often, each on its own",
          "[repeat_copy]") {
  constexpr int kBatches = 50000;
  const RepeatCopy task({.bits = 1});
  const RandomStream stream(1, "train");
  std::map<std::pair<std::size_t, std::size_t>, int> counts;
  Batch batch;
  for (int step = 0; step < kBatches; ++step) {
    task.sample(stream.step(static_cast<std::uint64_t>(step)), 1, batch);
    const auto& sequence = std::get<SequenceBatch>(batch);
    std::size_t silent = 0;
    while (sequence.mask(silent, 0) == 0) ++silent;
    ++counts[{silent - 2, (sequence.steps() - silent - 1) / (silent - 2)}];
  }
  REQUIRE(counts.size() == 100);
  CHECK(counts.begin()->first == std::pair<std::size_t, std::size_t>{1, 1});
  CHECK(counts.rbegin()->first == std::pair<std::size_t, std::size_t>{10, 10});
  for (const auto& [sizes, count] : counts)
    CHECK(std::abs(count - kBatches / 100) < 5 * 23);  // sqrt(500) = 22.4
}

TEST_CASE("guessing at repeat copy costs 181.5 bits a sequence and the end marker", "[repeat_copy]") {
  const RepeatCopy task({});
  // 6 bits at each of 5.5 * 5.5 steps; the marker is 1 at one of 31.25.
  const double p = 1 / 31.25;
  const double marker = -std::log2(p) - 30.25 * std::log2(1 - p);
  CHECK(task.chance() == Approx(181.5 + marker));
  CHECK(task.with("length", 20)->with("repeats", 10)->chance() ==
        Approx(1200 + std::log2(201.0) + 200 * std::log2(201.0 / 200)));
  const std::vector<double> costs = costs_of_constant_guess(task, 20000);
  CHECK(costs.back() == Approx(marker).epsilon(0.02));
  // A guess that does not know the step of the marker pays there for the bits too, which are 0.
  const double p_bit = (1 - p) / 2;
  const double entropy = -p_bit * std::log2(p_bit) - (1 - p_bit) * std::log2(1 - p_bit);
  for (std::size_t bit = 0; bit < 6; ++bit) CHECK(costs[bit] == Approx(31.25 * entropy).epsilon(0.02));
  CHECK(task.optimum({}) == 0);
}

TEST_CASE("repeat copy's probe is the very sequence of the paper's Figure 9", "[repeat_copy]") {
  const auto probes = RepeatCopy({}).probes();
  REQUIRE(probes.size() == 1);
  CHECK(probes[0].name == "figure-9");
  const auto& batch = std::get<SequenceBatch>(probes[0].batch);
  REQUIRE(batch.steps() == 113);
  const Real count = batch.inputs(11, 0, 7);
  CHECK(count == Approx(4.5 / 2.8723).epsilon(1e-5));
  CHECK(episode(from_hex("07 1b 10 0c 2f 16 0e 21 11 0a", 6), 10, count).difference(batch, 0) == "");
  CHECK(RepeatCopy({.bits = 8}).probes().empty());
}

TEST_CASE("a repeat copy task that cannot be is refused", "[repeat_copy]") {
  CHECK_THROWS_WITH(RepeatCopy({.min_length = 11}), Catch::Contains("task.min_length (11)"));
  CHECK_THROWS_WITH(RepeatCopy({.min_repeats = 11}), Catch::Contains("task.min_repeats (11)"));
  CHECK_THROWS_AS(RepeatCopy({.min_repeats = 0}), UsageError);
  CHECK_THROWS_AS(RepeatCopy({.bits = 0}), UsageError);
  CHECK_THROWS_WITH(RepeatCopy({}).with("repeats", 0), Catch::Contains("task.repeats must be at least 1"));
}
