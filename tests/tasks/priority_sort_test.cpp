// Priority sort against a program that says from the inputs what the answer is.
#include "tasks/priority_sort.hpp"

#include <algorithm>
#include <cmath>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/for_all.hpp"
#include "tests/tasks/episode.hpp"

using namespace tapehead;
using testing::for_all;
using testing::Given;

namespace {

struct Shown {
  Row vector;
  Real priority;
};

std::vector<Shown> read(const SequenceBatch& batch, std::size_t length, std::size_t example,
                        std::size_t bits) {
  std::vector<Shown> shown;
  for (std::size_t t = 0; t < length; ++t)
    shown.push_back({input_bits(batch, t, example, bits), batch.inputs(t, example, bits)});
  return shown;
}

Episode episode(std::vector<Shown> shown, std::size_t answers) {
  const std::size_t bits = shown.at(0).vector.size();
  Episode whole(bits + 2, bits);
  for (const auto& [vector, priority] : shown) whole.show(vector).with(bits, priority);
  whole.show().with(bits + 1, 1);
  std::ranges::stable_sort(shown, std::ranges::greater{}, &Shown::priority);
  for (std::size_t i = 0; i < answers; ++i) whole.say(shown.at(i).vector);
  return whole;
}

std::string difference(const SequenceBatch& batch, std::size_t length, std::size_t answers,
                       std::size_t bits) {
  if (batch.steps() != length + 1 + answers) return std::to_string(batch.steps()) + " steps";
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const auto shown = read(batch, length, b, bits);
    for (const auto& [vector, priority] : shown) {
      if (!are_bits({vector})) return "not all inputs are bits";
      if (priority < -1 || priority > 1) return "priority " + std::to_string(priority);
    }
    const std::string wrong = episode(shown, answers).difference(batch, b);
    if (!wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace

TEST_CASE("priority sort answers by falling priority, as a naive program has it",
          "[priority_sort][property]") {
  for_all([](Given& given) -> std::string {
    const std::size_t answers = given.number("answer_length", 1, 12);
    const std::size_t length = answers + given.number("left out", 0, 12);
    const std::size_t bits = given.number("bits", 1, 10);
    const PrioritySort task({.length = length, .answer_length = answers, .bits = bits});
    const RandomStream stream = RandomStream(given.seed(), "train").step(given.number("step", 0, 1000));
    const std::size_t examples = given.number("batch", 1, 4);
    const std::string wrong = difference(drawn(task, stream, examples), length, answers, bits);
    if (!wrong.empty()) return wrong;
    const std::size_t other = given.number("length", 1, 24);
    const std::string wrong_varied = difference(drawn(*task.with("length", other), stream, examples), other,
                                                std::min(other, answers), bits);
    return wrong_varied.empty() ? "" : "with a length: " + wrong_varied;
  });
}

TEST_CASE("priority sort puts given vectors in order, the earlier of equal priorities first",
          "[priority_sort]") {
  const std::vector<Real> priorities = {Real(-0.5), Real(0.25), 1, Real(0.25), -1};
  const SequenceBatch batch = PrioritySort({.length = 5, .answer_length = 4, .bits = 4})
                                  .of_vectors(as_tensor(from_hex("a b c d e", 4)), priorities);
  std::vector<Row> answer;
  for (std::size_t t = 6; t < 10; ++t) {
    answer.emplace_back();
    for (std::size_t bit = 0; bit < 4; ++bit) answer.back().push_back(batch.targets(t, 0, bit));
  }
  CHECK(answer == from_hex("c b d a", 4));
  CHECK(difference(batch, 5, 4, 4) == "");
}

TEST_CASE("priority sort as in the paper has 10 inputs, 8 targets and 37 steps", "[priority_sort]") {
  const PrioritySort task({});
  CHECK(task.input_size() == 10);
  CHECK(task.target_size() == 8);
  CHECK(drawn(task, RandomStream(1, "train"), 1).steps() == 37);
}

TEST_CASE("priorities are uniform on [-1, 1) and unrelated to the bits", "[priority_sort]") {
  constexpr std::size_t kExamples = 2000;
  const SequenceBatch batch = drawn(PrioritySort({}), RandomStream(1, "train"), kExamples);
  constexpr double kCount = 20.0 * kExamples;
  std::vector<double> tenths(10);
  double squares = 0, with_bit = 0;
  for (std::size_t b = 0; b < kExamples; ++b) {
    for (std::size_t t = 0; t < 20; ++t) {
      const auto priority = static_cast<double>(batch.inputs(t, b, 8));
      tenths.at(static_cast<std::size_t>(5 * (priority + 1))) += 1;
      squares += priority * priority;
      with_bit += priority * (2 * static_cast<double>(batch.inputs(t, b, 0)) - 1);
    }
  }
  for (const double count : tenths) CHECK(std::abs(count - kCount / 10) < 5 * std::sqrt(kCount * 0.09));
  CHECK(std::abs(squares / kCount - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / kCount));
  CHECK(std::abs(with_bit / kCount) < 5 * std::sqrt(1.0 / 3 / kCount));
}

TEST_CASE("guessing at priority sort costs 128 bits a sequence", "[priority_sort]") {
  const PrioritySort task({});
  CHECK(task.chance() == 128);
  CHECK(task.with_length(30)->chance() == 128);
  CHECK(task.with_length(4)->chance() == 32);
  CHECK(cost_of_constant_guess(task, 500) == Approx(128).epsilon(0.001));
  CHECK(task.optimum({}) == 0);
}

TEST_CASE("where fewer vectors are shown than an answer has, all of them are asked for", "[priority_sort]") {
  const PrioritySort task({});
  const RandomStream stream(1, "train");
  CHECK(drawn(*task.with("length", 4), stream, 1).steps() == 9);
  CHECK(drawn(*task.with("length", 30), stream, 1).steps() == 47);
}

TEST_CASE("priority sort's probe has the vectors and the order of the paper's Figure 16", "[priority_sort]") {
  const auto probes = PrioritySort({}).probes();
  REQUIRE(probes.size() == 1);
  CHECK(probes[0].name == "figure-16");
  const auto& batch = std::get<SequenceBatch>(probes[0].batch);
  CHECK(difference(batch, 20, 16, 8) == "");
  const auto vectors = from_hex("a0 ee 24 a3 d7 73 3f fe 22 c2 52 fe 69 86 f7 49 4e 09 dc 89", 8);
  CHECK(input_vectors(batch, 0, 20, 0, 8) == vectors);
  // Inputs 8 and 12, at places 4 and 16, are the same vector.
  const std::size_t order[] = {20, 15, 11, 8, 1, 9, 2, 16, 19, 13, 3, 4, 14, 18, 10, 12};
  for (std::size_t place = 0; place < 16; ++place) {
    INFO("place " << place + 1);
    for (std::size_t bit = 0; bit < 8; ++bit)
      CHECK(batch.targets(21 + place, 0, bit) == vectors[order[place] - 1][bit]);
  }
  CHECK(PrioritySort({.length = 19}).probes().empty());
}

TEST_CASE("a priority sort task that cannot be is refused", "[priority_sort]") {
  CHECK_THROWS_WITH(PrioritySort({.length = 15}), Catch::Contains("task.answer_length (16)"));
  CHECK_THROWS_AS(PrioritySort({.answer_length = 0}), UsageError);
  CHECK_THROWS_AS(PrioritySort({.bits = 0}), UsageError);
  CHECK_THROWS_AS(PrioritySort({}).with_length(0), UsageError);
}
