#include "tasks/copy.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/tasks/episode.hpp"

using namespace tapehead;

namespace {

const RandomStream kStream(1, "train");

std::vector<Real> channel(const ReusableTensor<Real, 3>& tensor, std::size_t example, std::size_t index) {
  std::vector<Real> values;
  for (std::size_t t = 0; t < tensor.shape()[0]; ++t) values.push_back(tensor(t, example, index));
  return values;
}

}  // namespace

TEST_CASE("copy lays two given vectors out as its picture says", "[copy]") {
  const SequenceBatch batch = Copy({.bits = 3}).of_vectors({{1, 0, 1}, {0, 1, 1}});
  // L = 2: start at 0, vectors at 1 and 2, end at 3, answers at 4 and 5.
  CHECK(channel(batch.inputs, 0, 0) == std::vector<Real>{0, 1, 0, 0, 0, 0});
  CHECK(channel(batch.inputs, 0, 1) == std::vector<Real>{0, 0, 1, 0, 0, 0});
  CHECK(channel(batch.inputs, 0, 2) == std::vector<Real>{0, 1, 1, 0, 0, 0});
  CHECK(channel(batch.inputs, 0, 3) == std::vector<Real>{1, 0, 0, 0, 0, 0});
  CHECK(channel(batch.inputs, 0, 4) == std::vector<Real>{0, 0, 0, 1, 0, 0});
  CHECK(channel(batch.targets, 0, 0) == std::vector<Real>{0, 0, 0, 0, 1, 0});
  CHECK(channel(batch.targets, 0, 1) == std::vector<Real>{0, 0, 0, 0, 0, 1});
  CHECK(channel(batch.targets, 0, 2) == std::vector<Real>{0, 0, 0, 0, 1, 1});
  CHECK(batch.mask.storage() == std::vector<Real>{0, 0, 0, 0, 1, 1});
}

TEST_CASE("copy as in the paper has 10 inputs, 8 targets and 2L + 2 steps", "[copy]") {
  const Copy copy({});
  CHECK(copy.input_size() == 10);
  CHECK(copy.target_size() == 8);
  CHECK(copy.loss() == Loss::bits);
  for (const std::size_t length : {1U, 20U, 120U}) {
    const SequenceBatch batch = drawn(*copy.with_length(length), kStream, 3);
    CHECK(batch.inputs.shape() == std::array<std::size_t, 3>{2 * length + 2, 3, 10});
    CHECK(batch.targets.shape() == std::array<std::size_t, 3>{2 * length + 2, 3, 8});
    CHECK(batch.mask.shape() == std::array<std::size_t, 2>{2 * length + 2, 3});
  }
}

TEST_CASE("a drawn copy batch has its flags in place, answers what was shown, and is silent elsewhere",
          "[copy]") {
  constexpr std::size_t kLength = 5;
  const SequenceBatch batch = drawn(*Copy({}).with_length(kLength), kStream, 4);
  for (std::size_t b = 0; b < 4; ++b) {
    for (std::size_t t = 0; t < batch.steps(); ++t) {
      const bool shown = t >= 1 && t <= kLength;
      const bool answered = t >= kLength + 2;
      CHECK(batch.inputs(t, b, 8) == (t == 0 ? 1 : 0));
      CHECK(batch.inputs(t, b, 9) == (t == kLength + 1 ? 1 : 0));
      CHECK(batch.mask(t, b) == (answered ? 1 : 0));
      for (std::size_t bit = 0; bit < 8; ++bit) {
        const Real input = batch.inputs(t, b, bit);
        CHECK((input == 0 || (shown && input == 1)));
        CHECK(batch.targets(t, b, bit) == (answered ? batch.inputs(t - kLength - 1, b, bit) : 0));
      }
    }
  }
}

TEST_CASE("copy draws every length from 1 to 20 equally often, one for a batch", "[copy]") {
  constexpr int kBatches = 20000;
  const Copy copy({});
  std::map<std::size_t, int> counts;
  Batch batch;
  for (int step = 0; step < kBatches; ++step) {
    copy.sample(kStream.step(static_cast<std::uint64_t>(step)), 1, batch);
    ++counts[(std::get<SequenceBatch>(batch).steps() - 2) / 2];
  }
  REQUIRE(counts.size() == 20);
  CHECK(counts.begin()->first == 1);
  CHECK(counts.rbegin()->first == 20);
  for (const auto& [length, count] : counts)
    CHECK(std::abs(count - kBatches / 20) < 5 * 32);  // sqrt(1000) = 32
}

TEST_CASE("the bits of copy are fair and differ between examples and steps", "[copy]") {
  const auto copy = Copy({}).with_length(20);
  const SequenceBatch batch = drawn(*copy, kStream.step(1), 200);
  double ones = 0;
  for (const Real bit : batch.targets.storage()) ones += static_cast<double>(bit);
  CHECK(std::abs(ones / (200 * 160) - 0.5) < 5 * 0.5 / std::sqrt(200.0 * 160));
  CHECK(channel(batch.inputs, 0, 0) != channel(batch.inputs, 1, 0));
  CHECK_FALSE(same(batch, drawn(*copy, kStream.step(2), 200)));
}

TEST_CASE("the same stream gives the same copy batch, whatever was in it before", "[copy]") {
  const Copy copy({});
  Batch batch = StoryBatch{};
  copy.sample(kStream.step(3), 4, batch);
  copy.sample(kStream.step(7), 9, batch);
  copy.sample(kStream.step(3), 4, batch);
  CHECK(same(std::get<SequenceBatch>(batch), drawn(copy, kStream.step(3), 4)));
}

TEST_CASE("an example of copy does not depend on how many others there are", "[copy]") {
  const Copy copy({});
  const Batch many = drawn(copy, kStream.step(3), 16);
  Batch first;
  slice_examples(many, 0, 2, first);
  CHECK(same(std::get<SequenceBatch>(first), drawn(copy, kStream.step(3), 2)));
}

TEST_CASE("guessing at copy costs 84 bits a sequence for lengths 1 to 20", "[copy]") {
  CHECK(Copy({}).chance() == 84);
  CHECK(Copy({}).with_length(120)->chance() == 960);
  CHECK(cost_of_constant_guess(Copy({}), 20000) == Approx(84).epsilon(0.02));
  CHECK(Copy({}).optimum({}) == 0);
}

TEST_CASE("copy's probes are the stimuli of the paper's Figures 6 and 4", "[copy]") {
  const auto probes = Copy({}).probes();
  REQUIRE(probes.size() == 6);
  CHECK(probes[0].name == "figure-6");
  const auto& batch = std::get<SequenceBatch>(probes[0].batch);
  CHECK(batch.inputs.shape() == std::array<std::size_t, 3>{42, 1, 10});
  const auto vector = [&](std::size_t t) {
    std::vector<Real> bits;
    for (std::size_t bit = 0; bit < 8; ++bit) bits.push_back(batch.inputs(t, 0, bit));
    return bits;
  };
  CHECK(vector(1) == std::vector<Real>{1, 0, 0, 0, 0, 0, 1, 0});   // 82
  CHECK(vector(20) == std::vector<Real>{1, 1, 0, 1, 0, 0, 0, 1});  // d1
  const std::size_t lengths[] = {10, 20, 30, 50, 120};
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(probes[i + 1].name == "figure-4-length-" + std::to_string(lengths[i]));
    CHECK(std::get<SequenceBatch>(probes[i + 1].batch).steps() == 2 * lengths[i] + 2);
  }
  CHECK(Copy({.bits = 6}).probes().empty());
}

TEST_CASE("a copy task that cannot be is refused", "[copy]") {
  CHECK_THROWS_AS(Copy({.min_length = 0}), UsageError);
  CHECK_THROWS_AS(Copy({.bits = 0}), UsageError);
  CHECK_THROWS_WITH(Copy({.min_length = 5, .max_length = 4}), Catch::Contains("task.min_length (5)"));
  CHECK_THROWS_AS(Copy({}).with_length(0), UsageError);
}

TEST_CASE("copy's picture shows all its rows under a time axis", "[copy]") {
  const std::string picture = Copy({}).picture();
  for (const char* row : {"time --->", "bits", "start channel", "end channel", "target", "mask"}) {
    CHECK_THAT(picture, Catch::Contains(row));
  }
  CHECK(picture.back() == '\n');
}
