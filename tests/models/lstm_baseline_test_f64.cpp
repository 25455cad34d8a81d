// The LSTM baseline, which runs layer by layer, against layers that run step by step.
#include "framework/models/lstm_baseline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "framework/autodiff/products.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/nn/initializers.hpp"
#include "tests/models/small_models.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using tapehead::testing::close_to;

namespace {

constexpr std::size_t kInputs = 3, kOutputs = 2, kUnits = 4, kLayers = 3, kSteps = 5, kExamples = 2;

using Values = std::map<std::string, std::span<Real>>;

Values values_of(Parameters& parameters) {
  Values result;
  for (std::uint32_t p = 0; p < parameters.all().size(); ++p) {
    result[parameters.all()[p].path] = parameters.values(Var{p});
  }
  return result;
}

}  // namespace

TEST_CASE("the LSTM baseline is its layers, step by step", "[models]") {
  LstmBaseline::Options options;
  options.units = kUnits;
  options.layers = kLayers;
  LstmBaseline model({kInputs, kOutputs, Loss::bits}, options, 1);
  Values of_model = values_of(model.parameters());
  Draws draws = RandomStream(1, "initial states").draws();
  for (auto& [path, values] : of_model) {  // a start of zeros would hide what it is used for
    if (path.find("initial") == std::string::npos) continue;
    for (Real& value : values) value = static_cast<Real>(draws.normal());
  }

  Parameters parameters;
  const LstmStack stack(Scope(parameters) / "lstm", {.inputs = kInputs, .units = kUnits, .layers = kLayers});
  const Var output = parameters.add("output/weight", {kLayers * kUnits + 1, kOutputs}, initial::constant(0));
  parameters.complete(1);
  Values of_stack = values_of(parameters);
  for (auto& [path, values] : of_stack) {
    if (!path.ends_with("layer_1/weight") && !path.ends_with("layer_2/weight") &&
        !path.ends_with("layer_3/weight")) {
      std::ranges::copy(of_model.at(path), values.begin());
      continue;
    }
    // Rows of the stack are [below, hidden, inputs, 1]; the baseline keeps hidden apart.
    const std::string layer = path.substr(0, path.rfind('/'));
    const std::span<Real> input = of_model.at(layer + "/input"),
                          recurrent = of_model.at(layer + "/recurrent");
    const std::size_t below = layer.ends_with("1") ? 0 : kUnits * 4 * kUnits;
    auto to = std::ranges::copy(input.first(below), values.begin()).out;
    to = std::ranges::copy(recurrent, to).out;
    std::ranges::copy(input.subspan(below), to);
  }

  const Batch batch = random_sequences({kInputs, kOutputs, Loss::bits}, kSteps, kExamples, {1, 3, 4});
  const auto& inputs = std::get<SequenceBatch>(batch).inputs;
  Tape tape;
  tape.reset(parameters.leaves(nullptr), false);
  LstmStack::State state = stack.initial_state(tape, kExamples);
  std::vector<double> expected;
  for (std::size_t t = 0; t < kSteps; ++t) {
    constexpr std::size_t kRow = kExamples * kInputs;
    const Var input = tape.constant({inputs.data() + t * kRow, kRow}, {kExamples, kInputs});
    state = stack.step(tape, std::array{input}, state);
    std::vector<Var> hidden;
    for (const LstmState& layer : state) hidden.push_back(layer.hidden);
    const Var logits = linear(tape, output, hidden);
    expected.insert(expected.end(), tape.value(logits).begin(), tape.value(logits).end());
  }
  Tape other;
  other.reset(model.parameters().leaves(nullptr), false);
  CHECK_THAT(other.value(model.predict(other, batch, Steps::all, nullptr).logits), close_to(expected, 1e-12));
}

TEST_CASE("scored steps in a row are one answer, which is wrong if one of them is", "[models]") {
  const TaskShape task{kInputs, kOutputs, Loss::classes};
  LstmBaseline model(task, {.units = kUnits, .layers = 1}, 1);
  Batch batch = random_sequences(task, 7, 2, {1, 2, 4});
  auto& sequence = std::get<SequenceBatch>(batch);
  Tape tape;
  const auto score = [&] {
    tape.reset(model.parameters().leaves(nullptr));
    return model.score(tape, batch).score;
  };
  tape.reset(model.parameters().leaves(nullptr));
  const Prediction all = model.predict(tape, batch, Steps::all, nullptr);
  std::array<std::array<std::size_t, 7>, 2> given;
  for (std::size_t t = 0; t < 7; ++t) {
    for (std::size_t b = 0; b < 2; ++b) {
      const Real* const row = tape.data(all.logits) + (t * 2 + b) * kOutputs;
      given[b][t] = static_cast<std::size_t>(std::max_element(row, row + kOutputs) - row);
    }
  }
  // The answers that are given, but for some steps.
  const auto want = [&](std::initializer_list<std::pair<std::size_t, std::size_t>> otherwise) {
    std::ranges::fill(sequence.targets.storage(), Real(0));
    for (std::size_t t = 0; t < 7; ++t) {
      for (std::size_t b = 0; b < 2; ++b) sequence.targets(t, b, given[b][t]) = 1;
    }
    for (const auto& [t, b] : otherwise) {
      sequence.targets(t, b, given[b][t]) = 0;
      sequence.targets(t, b, (given[b][t] + 1) % kOutputs) = 1;
    }
  };
  want({});
  CHECK(score().wrong == 0);
  CHECK(score().judged == 4);  // steps 1 and 2, and step 4; of the other example step 2, and step 4
  want({{1, 0}});
  CHECK(score().wrong == 1);
  want({{2, 0}});
  CHECK(score().wrong == 1);
  want({{1, 0}, {2, 0}, {4, 1}});
  CHECK(score().wrong == 2);
  CHECK(score().mean_wrong() == 0.5);
  sequence.mask(1, 0) = 0;  // only the second step of the first answer is left
  CHECK(score().wrong == 2);
  CHECK(score().judged == 4);
}

TEST_CASE("a step whose target is none of the classes is wrong, and costs infinitely much", "[models]") {
  const TaskShape task{kInputs, kOutputs, Loss::classes};
  LstmBaseline model(task, {.units = kUnits, .layers = 1}, 1);
  Batch batch = random_sequences(task, 4, 3, {3});
  auto& sequence = std::get<SequenceBatch>(batch);
  Tape tape;
  const auto score = [&] {
    tape.reset(model.parameters().leaves(nullptr));
    return model.score(tape, batch);
  };
  const Model::Scored known = score();
  CHECK(std::isfinite(known.score.loss));
  Batch second;
  slice_examples(batch, 1, 2, second);
  tape.reset(model.parameters().leaves(nullptr));
  const Score one = model.score(tape, second).score;
  for (std::size_t i = 0; i < kOutputs; ++i) sequence.targets(3, 1, i) = 0;
  const Model::Scored unknown = score();
  CHECK(unknown.score.wrong == known.score.wrong - one.wrong + 1);
  CHECK(unknown.score.loss == std::numeric_limits<double>::infinity());
  CHECK(tape.value(unknown.loss)[0] == Approx(known.score.loss - one.loss).epsilon(1e-12));
  CHECK(unknown.score.examples == 3);
}
