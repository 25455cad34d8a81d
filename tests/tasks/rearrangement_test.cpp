// Copy, reverse and sort against programs that say from the inputs what the answer is.
#include <algorithm>
#include <functional>
#include <map>

#include "framework/tensor/error.hpp"
#include "tasks/copy.hpp"
#include "tasks/reverse.hpp"
#include "tasks/sort.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/for_all.hpp"
#include "tests/tasks/episode.hpp"

using namespace tapehead;
using testing::for_all;
using testing::Given;

namespace {

using Answer = std::function<std::vector<Row>(std::vector<Row>)>;

std::vector<Row> as_shown(std::vector<Row> vectors) { return vectors; }

std::vector<Row> backwards(std::vector<Row> vectors) { return {vectors.rbegin(), vectors.rend()}; }

// By the numbers that the vectors are, counted rather than sorted.
std::vector<Row> ascending(std::vector<Row> vectors) {
  std::map<std::size_t, std::vector<Row>> by_number;
  for (const Row& vector : vectors) {
    std::size_t number = 0;
    for (const Real bit : vector) number = 2 * number + (bit != 0);
    by_number[number].push_back(vector);
  }
  std::vector<Row> sorted;
  for (const auto& [number, equal] : by_number) sorted.insert(sorted.end(), equal.begin(), equal.end());
  return sorted;
}

Episode episode(const std::vector<Row>& vectors, const Answer& answer) {
  const std::size_t bits = vectors.at(0).size();
  Episode whole(bits + 2, bits);
  whole.show().with(bits, 1);  // start
  for (const Row& vector : vectors) whole.show(vector);
  whole.show().with(bits + 1, 1);  // end
  for (const Row& vector : answer(vectors)) whole.say(vector);
  return whole;
}

std::string difference(const SequenceBatch& batch, std::size_t bits, std::size_t least, std::size_t most,
                       const Answer& answer) {
  const std::size_t length = batch.steps() / 2 - 1;
  if (length < least || length > most) return "length " + std::to_string(length);
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const auto vectors = input_vectors(batch, 1, length, b, bits);
    if (!are_bits(vectors)) return "not all inputs are bits";
    const std::string wrong = episode(vectors, answer).difference(batch, b);
    if (!wrong.empty()) return wrong;
  }
  return {};
}

template <class T>
std::string drawn_difference(Given& given, const Answer& answer) {
  const std::size_t least = given.number("min_length", 1, 8);
  const std::size_t most = least + given.number("lengths more", 0, 8);
  const std::size_t bits = given.number("bits", 1, 10);
  const T task({.min_length = least, .max_length = most, .bits = bits});
  const RandomStream stream = RandomStream(given.seed(), "train").step(given.number("step", 0, 1000));
  const std::size_t examples = given.number("batch", 1, 4);
  const std::string wrong = difference(drawn(task, stream, examples), bits, least, most, answer);
  if (!wrong.empty()) return wrong;

  // Any length can be asked for; it draws what a task of that one length draws.
  const std::size_t length = given.number("length", 1, 20);
  const SequenceBatch batch = drawn(*task.with("length", length), stream, examples);
  if (!same(batch, drawn(T({.min_length = length, .max_length = length, .bits = bits}), stream, examples)))
    return "with() draws something else";
  return difference(batch, bits, length, length, answer);
}

}  // namespace

TEST_CASE("copy answers what was shown, as a naive program has it", "[copy][property]") {
  for_all([](Given& given) { return drawn_difference<Copy>(given, as_shown); });
}

TEST_CASE("reverse answers what was shown backwards, as a naive program has it", "[reverse][property]") {
  for_all([](Given& given) { return drawn_difference<Reverse>(given, backwards); });
}

TEST_CASE("sort answers ascending numbers, as a naive program has it", "[sort][property]") {
  for_all([](Given& given) { return drawn_difference<Sort>(given, ascending); });
}

TEST_CASE("sort puts given numbers in order and keeps those that are equal", "[sort]") {
  const SequenceBatch batch = Sort({.bits = 4}).of_vectors(as_tensor(from_hex("9 3 f 0 3", 4)));
  Episode expected(6, 4);
  expected.show().with(4, 1);
  for (const Row& vector : from_hex("9 3 f 0 3", 4)) expected.show(vector);
  expected.show().with(5, 1);
  for (const Row& vector : from_hex("0 3 3 9 f", 4)) expected.say(vector);
  CHECK(expected.difference(batch, 0) == "");
}

TEST_CASE("reverse says given vectors backwards", "[reverse]") {
  const SequenceBatch batch = Reverse({.bits = 4}).of_vectors(as_tensor(from_hex("9 3 f 0", 4)));
  Episode expected(6, 4);
  expected.show().with(4, 1);
  for (const Row& vector : from_hex("9 3 f 0", 4)) expected.show(vector);
  expected.show().with(5, 1);
  for (const Row& vector : from_hex("0 f 3 9", 4)) expected.say(vector);
  CHECK(expected.difference(batch, 0) == "");
}

TEST_CASE("copy, reverse and sort show the same vectors of the same stream", "[copy][reverse][sort]") {
  const RandomStream stream = RandomStream(1, "train").step(5);
  const SequenceBatch copied = drawn(Copy({}), stream, 4);
  CHECK(drawn(Reverse({}), stream, 4).inputs.storage() == copied.inputs.storage());
  CHECK(drawn(Sort({}), stream, 4).inputs.storage() == copied.inputs.storage());
}

TEST_CASE("reverse and sort ask for what they are called", "[reverse][sort]") {
  CHECK(Reverse({}).with_length(3)->name() == "reverse");
  CHECK(Sort({}).with_length(3)->name() == "sort");
  CHECK_THAT(Reverse({}).picture(), Catch::Contains("xL .. x1"));
  CHECK_THAT(Sort({}).picture(), Catch::Contains("s1 .. sL"));
  CHECK_THROWS_WITH(Sort({.min_length = 5, .max_length = 4}), Catch::Contains("task.min_length (5)"));
}

TEST_CASE("copy's probes are the very sequences of the paper's Figures 6 and 4", "[copy]") {
  const auto probes = Copy({}).probes();
  REQUIRE(probes.size() == 6);
  const auto batch = [&](std::size_t probe) { return std::get<SequenceBatch>(probes[probe].batch); };
  const auto shown = [&](const std::string& list) { return episode(from_hex(list, 8), as_shown); };
  CHECK(shown("82 26 a4 88 5f 08 02 68 ab 88 20 09 e9 1d e7 cb fc af 59 d1").difference(batch(0), 0) == "");
  CHECK(shown("10 f2 42 6c 3c 8a f5 48 c2 02").difference(batch(1), 0) == "");
  CHECK(shown("ca 9c f6 d9 75 1c 53 60 14 fa 08 b0 ed e5 75 53 ea d2 78 7c").difference(batch(2), 0) == "");
  // Of the longer ones, the ends and places between.
  const std::vector<std::tuple<std::size_t, std::size_t, std::size_t, std::string>> parts = {
      {3, 30, 1, "98 8f 17 76"},   {3, 30, 14, "a5 f8 40 31"},  {3, 30, 27, "85 68 01 79"},
      {4, 50, 1, "5a 7f c5 d3"},   {4, 50, 26, "53 94 5d d8"},  {4, 50, 47, "a2 df 3c c1"},
      {5, 120, 1, "d5 33 9c 57"},  {5, 120, 52, "09 b4 73 bb"}, {5, 120, 79, "0a 2a 4b 8b"},
      {5, 120, 97, "53 80 35 81"}, {5, 120, 117, "88 1e e1 b2"}};
  for (const auto& [probe, length, first, list] : parts) {
    INFO("figure 4, length " << length << ", vectors from " << first);
    CHECK(input_vectors(batch(probe), first, 4, 0, 8) == from_hex(list, 8));
    CHECK(difference(batch(probe), 8, length, length, as_shown) == "");
  }
}
