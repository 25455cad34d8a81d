#include "experiments/tracing.hpp"

#include <algorithm>
#include <cmath>

#include "framework/tensor/error.hpp"
#include "framework/tensor/random.hpp"
#include "tests/experiments/small_net.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

constexpr std::size_t kExamples = 3;

struct Traced {
  TrainedNet net;
  Batch batch;
  TraceSet traces;

  explicit Traced(const std::vector<Assignment>& changes = {}) : net(small_net(changes)) {
    net.step = 5;
    net.task->with_length(2)->sample(RandomStream(1, "test"), kExamples, batch);
    traces = trace_batch(net, batch);
  }
  const TraceTensor& tensor(const std::string& name) const {
    const auto found = std::ranges::find(traces.tensors, name, &TraceTensor::name);
    if (found == traces.tensors.end()) throw std::out_of_range(name);
    return *found;
  }
};

}  // namespace

TEST_CASE("a trace fits the file: axes, shapes and names") {
  const Traced traced;
  CHECK_NOTHROW(traced.traces.check());
  CHECK(traced.traces.steps == std::vector<std::int64_t>{5});
  CHECK(traced.tensor("input").shape == std::vector<std::size_t>{1, kExamples, 6, 4});
  CHECK(traced.tensor("target").shape == std::vector<std::size_t>{1, kExamples, 6, 2});
  CHECK(traced.tensor("read_weights").shape == std::vector<std::size_t>{1, kExamples, 6, 2, 8});
}

TEST_CASE("inputs and targets are the batch's, examples before time") {
  const Traced traced;
  const auto& sequence = std::get<SequenceBatch>(traced.batch);
  for (std::size_t b = 0; b < kExamples; ++b) {
    for (std::size_t t = 0; t < 6; ++t) {
      for (std::size_t i = 0; i < 4; ++i) {
        REQUIRE(traced.tensor("input").values[(b * 6 + t) * 4 + i] == sequence.inputs(t, b, i));
      }
    }
  }
}

TEST_CASE("weights of every head, example and time step sum to one") {
  const Traced traced;
  for (const char* name : {"read_weights", "write_weights"}) {
    const std::vector<float>& weights = traced.tensor(name).values;
    for (std::size_t row = 0; row < weights.size(); row += 8) {
      float sum = 0;
      for (std::size_t slot = 0; slot < 8; ++slot) sum += weights[row + slot];
      REQUIRE(sum == Approx(1).margin(1e-5));
    }
  }
}

TEST_CASE("the cost of the traced outputs is the loss that the model reports") {
  Traced traced;
  const std::vector<float>&output = traced.tensor("output").values, &target = traced.tensor("target").values,
        &mask = traced.tensor("mask").values;
  double bits = 0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (mask[i / 2] != 0) bits -= std::log2(target[i] > 0.5F ? output[i] : 1 - output[i]);
  }
  Tape tape;
  tape.reset(traced.net.model->parameters().leaves(nullptr), false);
  CHECK(bits == Approx(traced.net.model->score(tape, traced.batch).score.loss).epsilon(1e-5));
}

TEST_CASE("a model without memory is traced by its inputs and outputs") {
  std::istringstream file("[model]\nname = lstm\nunits = 4\n[task]\nbits = 2\n");
  TrainedNet net;
  net.settings =
      std::make_unique<RunSettings>("plain", read_settings(file, "x.ini"), std::vector<Assignment>());
  net.task = net.settings->make_task();
  net.model = net.settings->make_model(*net.task);
  Batch batch;
  net.task->sample(RandomStream(1, "test"), 1, batch);
  CHECK(trace_batch(net, batch).tensors.size() == 4);
}

TEST_CASE("a net that reads sequences traces no stories") {
  TrainedNet net = small_net();
  StoryBatch stories;
  reset(stories, {.examples = 1, .sentences = 1, .words = 1, .question_words = 1, .facts = 1});
  CHECK_THROWS_AS(trace_batch(net, stories), std::invalid_argument);
}
