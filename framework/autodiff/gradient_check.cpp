#include "framework/autodiff/gradient_check.hpp"

#include <algorithm>
#include <cstring>
#include <ostream>
#include <sstream>
#include <stdexcept>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/tensor/random.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

using Function = std::function<GradientOutputs(Tape&)>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Gradients smaller than this fraction of the largest are held to its absolute error: differences of rounded values
// know nothing better.
constexpr double kSmallest = 1e-3;

void fill_normal(const RandomStream& stream, std::span<Real> values) {
  Draws draws = stream.draws();
  for (Real& value : values) value = static_cast<Real>(draws.normal());
}

// The elements of all outputs behind each other, computed without recording.
std::vector<Real> evaluate(Tape& tape, std::span<const Leaf> leaves, const Function& f) {
  tape.reset(leaves, false);
  std::vector<Real> all;
  for (const Var y : f(tape)) {
    const std::span<const Real> value = tape.value(y);
    all.insert(all.end(), value.begin(), value.end());
  }
  return all;
}

// Runs backward from Σ cotangent · output. Returns what evaluate() returns; gradients go to the leaves' buffers.
std::vector<Real> differentiate(Tape& tape, std::span<const Leaf> leaves, const Function& f,
                                std::span<const Real> cotangents) {
  for (const Leaf& leaf : leaves) {  // backward has to overwrite whatever is there
    if (leaf.gradient != nullptr)
      std::fill_n(leaf.gradient, leaf.shape.size(), std::numeric_limits<Real>::quiet_NaN());
  }
  tape.reset(leaves);
  std::vector<Real> all;
  Var loss;
  for (const Var y : f(tape)) {
    const std::span<const Real> value = tape.value(y);
    const Var weights = tape.constant(cotangents.subspan(all.size(), value.size()), tape.shape(y));
    const Var term = sum(tape, multiply(tape, y, weights));
    loss = loss.valid() ? add(tape, loss, term) : term;
    all.insert(all.end(), value.begin(), value.end());
  }
  tape.backward(loss);
  return all;
}

// d(Σ cotangent · output) / dx by the difference quotient of fourth order. Each output is subtracted from itself
// before anything is summed, so that outputs that do not depend on x add no rounding.
double difference(Tape& tape, std::span<const Leaf> leaves, const Function& f,
                  std::span<const Real> cotangents, Real& x, double step) {
  const Real before = x;
  const double h = step * std::max(1.0, std::abs(static_cast<double>(before)));
  const auto at = [&](double offset) {
    x = static_cast<Real>(static_cast<double>(before) + offset);
    std::vector<Real> values = evaluate(tape, leaves, f);
    x = before;
    return values;
  };
  const std::vector<Real> above = at(h), below = at(-h), far_above = at(2 * h), far_below = at(-2 * h);
  double total = 0;
  for (std::size_t i = 0; i < cotangents.size(); ++i) {
    const double near = static_cast<double>(above[i]) - static_cast<double>(below[i]);
    const double far = static_cast<double>(far_above[i]) - static_cast<double>(far_below[i]);
    total += static_cast<double>(cotangents[i]) * (8 * near - far);
  }
  return total / (12 * h);
}

struct Pair {
  std::size_t leaf, element;
  double backward, differences;
};

std::string describe(const Pair& pair, const std::string& name, const Shape& shape) {
  Shape index = shape;
  std::size_t rest = pair.element;
  for (std::size_t axis = shape.rank(); axis-- > 0;) {
    index[axis] = rest % shape[axis];
    rest /= shape[axis];
  }
  std::ostringstream text;
  text.precision(17);
  text << name << to_string(index) << ": backward gives " << pair.backward << ", differences give "
       << pair.differences;
  return text.str();
}

GradientError worst_of(const std::vector<Pair>& pairs, std::span<const Leaf> leaves,
                       std::span<const std::string> names) {
  double largest = 0;
  for (const Pair& p : pairs) {
    if (!std::isfinite(p.backward) || !std::isfinite(p.differences)) {
      return {kInfinity, describe(p, names[p.leaf], leaves[p.leaf].shape)};
    }
    largest = std::max({largest, std::abs(p.backward), std::abs(p.differences)});
  }
  if (largest == 0) return {kInfinity, "no output depends on any input"};
  GradientError worst;
  for (const Pair& p : pairs) {
    const double scale = std::max({std::abs(p.backward), std::abs(p.differences), kSmallest * largest});
    const double error = std::abs(p.backward - p.differences) / scale;
    if (error > worst.relative || worst.where.empty()) {
      worst = {error, describe(p, names[p.leaf], leaves[p.leaf].shape)};
    }
  }
  return worst;
}

bool same_bits(std::span<const Real> a, std::span<const Real> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

std::vector<Real> copy_of_gradients(std::span<const Leaf> leaves) {
  std::vector<Real> all;
  for (const Leaf& leaf : leaves) {
    if (leaf.gradient != nullptr) all.insert(all.end(), leaf.gradient, leaf.gradient + leaf.shape.size());
  }
  return all;
}

}  // namespace

std::ostream& operator<<(std::ostream& to, const GradientError& error) {
  return to << "relative error " << error.relative << " at " << error.where;
}

GradientInput GradientInput::uniform(const Shape& shape, double low, double high) {
  GradientInput input(shape);
  input.low = low;
  input.high = high;
  return input;
}

GradientError check_leaf_gradients(std::span<const Leaf> leaves, std::span<const std::string> names,
                                   const Function& f, const GradientOptions& options) {
  if (names.size() != leaves.size())
    throw std::invalid_argument("check_leaf_gradients: one name for each leaf");
  const RandomStream stream(options.seed, "gradient check");
  Tape tape;
  const std::vector<Real> outputs = evaluate(tape, leaves, f);
  if (outputs.empty()) throw std::invalid_argument("check_leaf_gradients: the function has no outputs");
  std::vector<Real> cotangents(outputs.size());
  fill_normal(stream.child("cotangents"), cotangents);

  if (!same_bits(differentiate(tape, leaves, f, cotangents), outputs)) {
    return {kInfinity, "the outputs: they change when the tape does not record"};
  }
  const std::vector<Real> gradients = copy_of_gradients(leaves);
  std::vector<Pair> pairs;
  Draws draws = stream.child("elements").draws();
  for (std::size_t l = 0, first = 0; l < leaves.size(); ++l) {
    if (leaves[l].gradient == nullptr) continue;
    const std::size_t size = leaves[l].shape.size();
    const bool some = options.elements > 0 && options.elements < size;
    for (std::size_t i = 0; i < (some ? options.elements : size); ++i) {
      const std::size_t element = some ? draws.below(size) : i;
      pairs.push_back({l, element, static_cast<double>(gradients[first + element]),
                       difference(tape, leaves, f, cotangents, leaves[l].value[element], options.step)});
    }
    first += size;
  }
  differentiate(tape, leaves, f, cotangents);
  if (!same_bits(copy_of_gradients(leaves), gradients)) {
    return {kInfinity, "the gradients: they change when backward runs a second time"};
  }
  return worst_of(pairs, leaves, names);
}

GradientError check_gradients(const std::vector<GradientInput>& inputs,
                              const std::function<GradientOutputs(Tape&, std::span<const Var>)>& f,
                              const GradientOptions& options) {
  const RandomStream stream = RandomStream(options.seed, "gradient check").child("inputs");
  std::vector<std::vector<Real>> values, gradients;
  std::vector<Leaf> leaves;
  std::vector<Var> handles;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const GradientInput& input = inputs[i];
    const std::size_t size = input.shape.size();
    names.push_back("input " + std::to_string(i));
    values.push_back(input.values);
    if (input.values.empty()) {
      values.back().resize(size);
      fill_normal(stream.step(i), values.back());
    }
    if (input.low < input.high) {
      Draws draws = stream.step(i).draws();
      for (Real& x : values.back())
        x = static_cast<Real>(input.low + (input.high - input.low) * draws.uniform());
    }
    expect_shape("check_gradients", names.back(), {values.back().size()}, {size});
    gradients.emplace_back(size);
    leaves.push_back({values.back().data(), gradients.back().data(), input.shape});
    handles.push_back(Var{static_cast<std::uint32_t>(i)});
  }
  return check_leaf_gradients(
      leaves, names, [&](Tape& tape) { return f(tape, handles); }, options);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
