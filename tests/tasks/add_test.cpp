// Add against the machine's own sums.
#include "tasks/add.hpp"

#include <map>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/for_all.hpp"
#include "tests/tasks/episode.hpp"

using namespace tapehead;
using testing::for_all;
using testing::Given;

namespace {

constexpr std::size_t kPlus = 1, kEquals = 2;

// Lowest bit first.
std::uint64_t number(const std::vector<Row>& bits) {
  std::uint64_t value = 0;
  for (std::size_t i = bits.size(); i-- > 0;) value = 2 * value + (bits[i].at(0) != 0);
  return value;
}

Episode episode(std::uint64_t a, std::uint64_t b, std::size_t length) {
  Episode whole(3, 1);
  const auto bit = [](std::uint64_t value, std::size_t place) {
    return Row{static_cast<Real>(value >> place & 1U)};
  };
  for (std::size_t i = 0; i < length; ++i) whole.show(bit(a, i));
  whole.show().with(kPlus, 1);
  for (std::size_t i = 0; i < length; ++i) whole.show(bit(b, i));
  whole.show().with(kEquals, 1);
  for (std::size_t i = 0; i <= length; ++i) whole.say(bit(a + b, i));
  return whole;
}

std::string difference(const SequenceBatch& batch, std::size_t least, std::size_t most) {
  const std::size_t length = batch.steps() / 3 - 1;
  if (length < least || length > most) return "length " + std::to_string(length);
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const auto first = input_vectors(batch, 0, length, b, 1);
    const auto second = input_vectors(batch, length + 1, length, b, 1);
    if (!are_bits(first) || !are_bits(second)) return "not all inputs are bits";
    const std::string wrong = episode(number(first), number(second), length).difference(batch, b);
    if (!wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace

TEST_CASE("add answers with the sum, as the machine has it", "[add][property]") {
  for_all([](Given& given) -> std::string {
    const std::size_t least = given.number("min_length", 1, 20);
    const std::size_t most = least + given.number("lengths more", 0, 10);
    const Add task({.min_length = least, .max_length = most});
    const RandomStream stream = RandomStream(given.seed(), "train").step(given.number("step", 0, 1000));
    const std::size_t examples = given.number("batch", 1, 4);
    const std::string wrong = difference(drawn(task, stream, examples), least, most);
    if (!wrong.empty()) return wrong;
    const std::size_t length = given.number("length", 1, 62);
    const std::string wrong_varied =
        difference(drawn(*task.with("length", length), stream, examples), length, length);
    return wrong_varied.empty() ? "" : "with a length: " + wrong_varied;
  });
}

TEST_CASE("add draws lengths from 1 to 10 and all pairs of numbers equally often", "[add]") {
  constexpr int kBatches = 20000;
  const RandomStream stream(1, "train");
  std::map<std::size_t, int> lengths;
  for (int step = 0; step < kBatches; ++step)
    ++lengths[drawn(Add({}), stream.step(static_cast<std::uint64_t>(step)), 1).steps() / 3 - 1];
  REQUIRE(lengths.size() == 10);
  for (const auto& [length, count] : lengths) CHECK(std::abs(count - kBatches / 10) < 5 * 43);  // sqrt(1800)

  const SequenceBatch batch = drawn(*Add({}).with_length(2), stream, kBatches);
  std::map<std::uint64_t, int> pairs;
  for (std::size_t b = 0; b < kBatches; ++b)
    ++pairs[4 * number(input_vectors(batch, 0, 2, b, 1)) + number(input_vectors(batch, 3, 2, b, 1))];
  REQUIRE(pairs.size() == 16);
  for (const auto& [pair, count] : pairs) CHECK(std::abs(count - kBatches / 16) < 5 * 35);  // sqrt(1250)
}

TEST_CASE("guessing at add costs nearly a bit for every bit of the sum", "[add]") {
  // Of two bits there are four pairs with sums 0, 1, 1 and 2: one and three ones in four lower and four higher bits.
  CHECK(Add({.min_length = 1, .max_length = 1}).chance() == Approx(2 * 0.954434).epsilon(1e-6));  // H(3 / 8)
  CHECK(cost_of_constant_guess(Add({}), 20000) == Approx(Add({}).chance()).epsilon(0.01));
  CHECK(Add({}).optimum({}) == 0);
}

TEST_CASE("an add task that cannot be is refused", "[add]") {
  CHECK_THROWS_WITH(Add({.min_length = 11}), Catch::Contains("task.min_length (11)"));
  CHECK_THROWS_AS(Add({.min_length = 0}), UsageError);
  CHECK_THROWS_AS(Add({}).with_length(0), UsageError);
  CHECK_THROWS_WITH(Add({}).with("repeats", 2), Catch::Contains("'add' has no repeats"));
}
