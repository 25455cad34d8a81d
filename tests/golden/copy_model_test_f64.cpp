// The golden case of a whole LSTM-controlled NTM on a copy episode, through the model that training uses.
#include "framework/autodiff/elementwise.hpp"
#include "framework/memory/ntm_memory.hpp"
#include "framework/models/controller_memory.hpp"
#include "framework/nn/losses.hpp"
#include "tests/golden/golden_run.hpp"
#include "tests/golden/ntm_cases.hpp"
#include "tests/golden/stacked_weight.hpp"

using namespace tapehead;
using namespace tapehead::testing;

namespace {

// Keeps the memory as it was left by the last step.
class LastMemory final : public Recorder {
 public:
  void record(const Tape&, std::size_t, std::span<const Recording> recordings) override {
    for (const Recording& recording : recordings) {
      if (recording.name == "memory") memory = recording.source;
    }
  }
  Var memory;
};

// For every column of a HeadLayout row of one read and one write head, its column in the file's order.
std::vector<std::size_t> file_columns(const HeadLayout& layout, std::size_t read_columns,
                                      std::size_t columns) {
  Tape tape;
  tape.reset({});
  std::vector<Real> numbers;
  for (std::size_t i = 0; i < columns; ++i) numbers.push_back(static_cast<Real>(i));
  const std::span<const Real> all(numbers);
  const Var read = tape.constant(all.first(read_columns), {1, 1, read_columns});
  const Var write = tape.constant(all.subspan(read_columns), {1, 1, columns - read_columns});
  std::vector<std::size_t> result;
  for (const Real column : tape.value(grouped(tape, read, write, layout))) {
    result.push_back(static_cast<std::size_t>(column));
  }
  return result;
}

// Rows of a [outputs, inputs] weight or a bias in another order.
GoldenArray reordered(const GoldenArray& array, const std::vector<std::size_t>& from) {
  const std::size_t width = array.values.size() / array.extents[0];
  GoldenArray result = array;
  for (std::size_t row = 0; row < from.size(); ++row) {
    for (std::size_t i = 0; i < width; ++i)
      result.values[row * width + i] = array.values[from[row] * width + i];
  }
  return result;
}
std::vector<double> put_back(const std::vector<double>& values, const std::vector<std::size_t>& from) {
  const std::size_t width = values.size() / from.size();
  std::vector<double> result(values.size());
  for (std::size_t row = 0; row < from.size(); ++row) {
    for (std::size_t i = 0; i < width; ++i) result[from[row] * width + i] = values[row * width + i];
  }
  return result;
}

// Columns [first, first + count) of a matrix.
GoldenArray columns_of(const GoldenArray& array, std::size_t first, std::size_t count) {
  GoldenArray result{{array.extents[0], count}, {}};
  for (std::size_t row = 0; row < array.extents[0]; ++row) {
    for (std::size_t i = 0; i < count; ++i)
      result.values.push_back(array.values[row * array.extents[1] + first + i]);
  }
  return result;
}
std::vector<double> side_by_side(const std::vector<double>& left, const std::vector<double>& right,
                                 std::size_t rows) {
  const std::size_t l = left.size() / rows, r = right.size() / rows;
  std::vector<double> result;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < l; ++i) result.push_back(left[row * l + i]);
    for (std::size_t i = 0; i < r; ++i) result.push_back(right[row * r + i]);
  }
  return result;
}

GoldenArray transposed(const GoldenArray& array) {
  GoldenArray result{{array.extents[1], array.extents[0]}, {}};
  for (std::size_t i = 0; i < array.extents[1]; ++i) {
    for (std::size_t j = 0; j < array.extents[0]; ++j)
      result.values.push_back(array.values[j * array.extents[1] + i]);
  }
  return result;
}

}  // namespace

TEST_CASE("golden: a whole LSTM-controlled NTM on a copy episode", "[golden][models]") {
  const GoldenRun file("ntm_lstm_copy_model");
  const Shape memory = file.shape("M0");
  const std::size_t slots = memory[0], width = memory[1], hidden = file.shape("Wh")[1];
  const std::size_t head_columns = file.shape("bp").size(), read_columns = (head_columns - 2 * width) / 2;
  const GoldenArray inputs = file.array("const", "X"), targets = file.array("const", "Y");
  const std::size_t steps = inputs.extents[0], batch = inputs.extents[1];
  const std::size_t input_size = inputs.extents[2], target_size = targets.extents[2];
  const HeadLayout layout = layout_of(read_columns, 0, width, 1, 1);

  NtmMemory::Options options;
  options.slots = slots;
  options.width = width;
  options.shift_range = layout.shift_range;
  options.key_activation = "linear";
  options.norm_epsilon = 0;
  Controller::Options controller;
  controller.controller_size = hidden;
  ControllerMemory<NtmMemory> model({input_size, target_size, Loss::bits}, controller, options, 1);

  // The file's parameters in the model's layouts.
  const std::vector<std::size_t> from = file_columns(layout, read_columns, head_columns);
  const GoldenArray wi = file.array("in", "Wi");
  const StackedWeight lstm(
      {file.array("in", "Wh"), columns_of(wi, input_size, width), columns_of(wi, 0, input_size)},
      file.array("in", "b"));
  const StackedWeight heads({reordered(file.array("in", "Wp"), from)},
                            reordered(file.array("in", "bp"), from));
  const StackedWeight output({file.array("in", "Wo")}, file.array("in", "bo"));
  const std::map<std::string, std::vector<Real>> values = {
      {"memory/heads/weight", heads.values()},
      {"memory/initial", reals(transposed(file.array("in", "M0")).values)},
      {"memory/initial_read_focus", reals(file.array("in", "wr0").values)},
      {"memory/initial_write_focus", reals(file.array("in", "ww0").values)},
      {"controller/layer_1/weight", lstm.values()},
      {"controller/layer_1/initial_hidden", std::vector<Real>(hidden)},
      {"controller/layer_1/initial_cell", std::vector<Real>(hidden)},
      {"initial_read", reals(file.array("in", "r0").values)},
      {"output/weight", output.values()},
  };
  Parameters& parameters = model.parameters();
  REQUIRE(parameters.all().size() == values.size());
  std::map<std::string, std::span<const Real>> gradients;
  std::vector<Real> gradient_buffer(parameters.flat_size());
  for (std::uint32_t p = 0; p < parameters.all().size(); ++p) {
    const Parameter& parameter = parameters.all()[p];
    INFO(parameter.path);
    REQUIRE(values.at(parameter.path).size() == parameter.shape.size());
    std::copy(values.at(parameter.path).begin(), values.at(parameter.path).end(),
              parameters.values(Var{p}).begin());
    gradients[parameter.path] = {gradient_buffer.data() + parameter.offset, parameter.shape.size()};
  }

  Batch episode;
  auto& sequence = as<SequenceBatch>(episode);
  reset(sequence, steps, batch, input_size, target_size);
  std::copy(inputs.values.begin(), inputs.values.end(), sequence.inputs.begin());
  std::copy(targets.values.begin(), targets.values.end(), sequence.targets.begin());
  const std::vector<double> counts = file.array("const", "mask").values;
  for (std::size_t t = 0; t < steps; ++t) {
    for (std::size_t b = 0; b < batch; ++b) sequence.mask(t, b) = static_cast<Real>(counts[t]);
  }

  Tape tape;
  tape.reset(parameters.leaves(gradient_buffer.data()));
  LastMemory last;
  const Prediction prediction = model.predict(tape, episode, Steps::all, &last);
  REQUIRE(prediction.steps.size() == steps);
  const Var bits =
      affine(tape,
             bits_loss(tape, prediction.logits, {sequence.targets.data(), sequence.targets.size()},
                       {sequence.mask.data(), sequence.mask.size()}),
             1 / static_cast<Real>(batch), 0);
  const Var contents = memory_to_paper(tape, last.memory, slots);
  Var loss = tape.constant(std::array{Real(0)}, {});
  for (const auto& [name, var] : {std::pair{"logits", prediction.logits}, {"bits", bits}, {"M", contents}}) {
    INFO("output " << name);
    CHECK_THAT(tape.value(var), close_to(file.array("out", name).values, 1e-9));
    const Var weights = tape.constant(reals(file.array("R", name).values), tape.shape(var));
    loss = add(tape, loss, sum(tape, multiply(tape, var, weights)));
  }
  tape.backward(loss);

  const auto gradient = [&](const std::string& path) -> std::vector<double> {
    return {gradients.at(path).begin(), gradients.at(path).end()};
  };
  const auto of_lstm = lstm.split(gradient("controller/layer_1/weight"));
  file.check_gradient("Wh", of_lstm[0]);
  file.check_gradient("Wi", side_by_side(of_lstm[2], of_lstm[1], 4 * hidden));
  file.check_gradient("b", of_lstm[3]);
  const auto of_heads = heads.split(gradient("memory/heads/weight"));
  file.check_gradient("Wp", put_back(of_heads[0], from));
  file.check_gradient("bp", put_back(of_heads[1], from));
  const auto of_output = output.split(gradient("output/weight"));
  file.check_gradient("Wo", of_output[0]);
  file.check_gradient("bo", of_output[1]);
  file.check_gradient("M0", transposed({{width, slots}, gradient("memory/initial")}).values);
  file.check_gradient("r0", gradient("initial_read"));
  file.check_gradient("wr0", gradient("memory/initial_read_focus"));
  file.check_gradient("ww0", gradient("memory/initial_write_focus"));

  Tape scoring;
  scoring.reset(parameters.leaves(nullptr), false);
  const double per_sequence = model.score(scoring, episode).score.mean_loss();
  CHECK_THAT(std::array{per_sequence}, close_to(file.array("out", "bits").values, 1e-9));
}
