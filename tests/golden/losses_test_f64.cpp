// The golden cases of the losses.
#include "framework/nn/losses.hpp"
#include "tests/golden/golden_run.hpp"

using namespace tapehead;
using namespace tapehead::testing;

namespace {

using LossOp = Var (*)(Tape&, Var, std::span<const Real>, std::span<const Real>);

// Checks a loss that the file gives for each of `parts` disjoint sets of rows: set p's rows weigh counts[row] where
// part_of[row] == p. The gradient is that of Σ_p R_p loss_p.
void check_loss(GoldenRun& run, LossOp loss, const std::string& output, const std::vector<Real>& targets,
                const std::vector<std::size_t>& part_of, const std::vector<Real>& counts) {
  Tape& tape = run.tape();
  const Shape logits = run.shape("logit");
  const Var rows = reshape(tape, run.in("logit"), {logits.rows(), logits.back()});
  const auto mask_of = [&](auto&& weight_of_part) {
    std::vector<Real> mask;
    for (std::size_t row = 0; row < part_of.size(); ++row)
      mask.push_back(counts[row] * weight_of_part(part_of[row]));
    return mask;
  };
  const GoldenArray expected = run.array("out", output), weights = run.array("R", output);
  std::vector<double> actual;
  std::deque<std::vector<Real>> masks;  // a loss keeps a reference until backward
  for (std::size_t p = 0; p < expected.values.size(); ++p) {
    masks.push_back(mask_of([&](std::size_t part) { return part == p ? Real(1) : Real(0); }));
    actual.push_back(static_cast<double>(tape.value(loss(tape, rows, targets, masks.back()))[0]));
  }
  CHECK_THAT(actual, close_to(expected.values, 1e-9));
  masks.push_back(mask_of([&](std::size_t part) { return static_cast<Real>(weights.values[part]); }));
  const Var total = loss(tape, rows, targets, masks.back());
  CHECK_THAT(tape.value(total), close_to(run.array(".", "loss").values, 1e-9));
  tape.backward(total);
  run.check_gradients();
}

}  // namespace

TEST_CASE("golden: cost per sequence in bits", "[golden][nn]") {
  GoldenRun run("bce_bits");
  const Shape logits = run.shape("logit");  // [time, batch, channel]
  const std::vector<double> mask = run.array("const", "mask").values;
  std::vector<std::size_t> example;
  std::vector<Real> counts;
  for (std::size_t row = 0; row < logits.rows(); ++row) {
    example.push_back(row % logits[1]);
    counts.push_back(static_cast<Real>(mask[row / logits[1]]));
  }
  check_loss(run, bits_loss, "bits", reals(run.array("const", "target").values), example, counts);
}

TEST_CASE("golden: cross entropy of classes in nats", "[golden][nn]") {
  GoldenRun run("softmax_cross_entropy");
  const Shape logits = run.shape("logit");  // [row, class]
  const std::vector<double> classes = run.array("const", "target").values;
  std::vector<Real> one_hot(logits.size());
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < logits[0]; ++row) {
    one_hot[row * logits[1] + static_cast<std::size_t>(classes[row])] = 1;
    rows.push_back(row);
  }
  check_loss(run, class_loss, "nll", one_hot, rows, std::vector<Real>(rows.size(), 1));
}
