// One case of golden.h5: its inputs as leaves of a tape, its loss, and the comparison with what the file expects.
#pragma once

#include <array>
#include <deque>
#include <initializer_list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden_file.hpp"
#include "tests/support/tensor_matcher.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

inline Shape shape_of(const testing::GoldenArray& array) {
  Shape shape;
  for (const std::size_t extent : array.extents) shape.push_back(extent);
  return shape;
}

inline std::vector<Real> reals(const std::vector<double>& values) { return {values.begin(), values.end()}; }

/// Row-major values [rows, columns] less the mean of their row: where the rows are distributions, an op that works on
/// normalised rows and one that does not have the same gradient but for a constant in each row.
inline std::vector<double> without_row_means(std::vector<double> values, std::size_t columns) {
  for (std::size_t row = 0; row < values.size(); row += columns) {
    double mean = 0;
    for (std::size_t i = 0; i < columns; ++i) mean += values[row + i] / static_cast<double>(columns);
    for (std::size_t i = 0; i < columns; ++i) values[row + i] -= mean;
  }
  return values;
}

/// A case under test. Inputs keep the file's layout; a test brings them into the library's with ops on the tape, so that
/// gradients come back in the file's.
class GoldenRun {
 public:
  /// `tolerance` is relative to a tensor's largest magnitude. `first` are leaves that come before the case's inputs:
  /// those of a module's parameters, whose handles count from 0.
  explicit GoldenRun(std::string name, double tolerance = 1e-9, std::span<const Leaf> first = {})
      : name_(std::move(name)), tolerance_(tolerance), leaves_(first.begin(), first.end()) {
    for (const std::string& input : testing::golden_names(name_, "in")) {
      const testing::GoldenArray array = testing::golden_array(name_, "in", input);
      bind(input, shape_of(array), reals(array.values));
    }
    start();
  }

  /// The file's input, constant or other array as it is.
  testing::GoldenArray array(const std::string& part, const std::string& name) const {
    return testing::golden_array(name_, part, name);
  }
  double attribute(const std::string& name) const { return testing::golden_attribute(name_, name); }

  /// Adds a leaf that the file does not have (a weight in the library's layout) and starts the tape again: earlier Vars
  /// are not valid any more.
  void add_leaf(const std::string& name, const Shape& shape, const std::vector<Real>& values) {
    bind(name, shape, values);
    start();
  }

  Tape& tape() { return tape_; }
  /// The leaf of that name.
  Var in(const std::string& name) const { return Var{index_.at(name)}; }
  Shape shape(const std::string& name) const { return leaves_[index_.at(name)].shape; }

  /// Checks the outputs, all of the file's, and differentiates their weighted sum.
  void outputs(const std::map<std::string, Var>& computed) {
    std::set<std::string> given;
    Var loss = tape_.constant(std::array{Real(0)}, {});
    for (const auto& [name, var] : computed) {
      INFO("output " << name);
      given.insert(name);
      const testing::GoldenArray expected = array("out", name);
      CHECK(to_string(tape_.shape(var)) == to_string(shape_of(expected)));
      CHECK_THAT(tape_.value(var), testing::close_to(expected.values, tolerance_));
      const Var weights = tape_.constant(reals(array("R", name).values), tape_.shape(var));
      loss = add(tape_, loss, sum(tape_, multiply(tape_, var, weights)));
    }
    const std::vector<std::string> wanted = testing::golden_names(name_, "out");
    CHECK(given == std::set<std::string>(wanted.begin(), wanted.end()));
    tape_.backward(loss);
  }

  /// The gradient of a leaf, after outputs().
  std::vector<double> gradient(const std::string& name) const {
    const Leaf& leaf = leaves_[index_.at(name)];
    return {leaf.gradient, leaf.gradient + leaf.shape.size()};
  }

  /// Checks gradients of inputs against the file's: those named, or all.
  void check_gradients(const std::vector<std::string>& names) const {
    for (const std::string& name : names) check_gradient(name, gradient(name));
  }
  void check_gradients() const { check_gradients(testing::golden_names(name_, "grad")); }

  /// The same up to a constant in every row; see without_row_means().
  void check_gradients_within_rows(const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      INFO("gradient of " << name << " within rows");
      const std::size_t columns = shape(name).back();
      const testing::GoldenArray expected = array("grad", name);
      CHECK_THAT(without_row_means(gradient(name), columns),
                 testing::close_to(without_row_means(expected.values, columns), tolerance_));
    }
  }

  /// Checks a gradient that the test has brought into the file's layout itself.
  void check_gradient(const std::string& name, const std::vector<double>& actual) const {
    INFO("gradient of " << name);
    CHECK_THAT(actual, testing::close_to(array("grad", name).values, tolerance_));
  }

 private:
  void bind(const std::string& name, const Shape& shape, const std::vector<Real>& values) {
    index_[name] = static_cast<std::uint32_t>(leaves_.size());
    values_.push_back(values);
    gradients_.emplace_back(values.size());
    leaves_.push_back({values_.back().data(), gradients_.back().data(), shape});
  }
  void start() { tape_.reset(leaves_); }

  std::string name_;
  double tolerance_;
  std::map<std::string, std::uint32_t> index_;
  std::deque<std::vector<Real>> values_, gradients_;  // of the case's inputs
  std::vector<Leaf> leaves_;
  Tape tape_;
};

// --- the file's layouts and the library's ----------------------------------------------------------------------

/// [batch, slots, width] → [batch, width, stride].
inline Var memory_from_paper(Tape& tape, Var memory) {
  return pad(tape, transpose(tape, memory), padded(tape.shape(memory)[1]));
}

/// [batch, width, stride] → [batch, slots, width].
inline Var memory_to_paper(Tape& tape, Var memory, std::size_t slots) {
  return transpose(tape, slice(tape, memory, 0, slots));
}

/// All but the first axis become one.
inline Var flat_rows(Tape& tape, Var x) {
  const Shape shape = tape.shape(x);
  return reshape(tape, x, {shape[0], shape.size() / shape[0]});
}

/// Step t of x [time, batch, …], as rows [batch, …].
inline Var step_of(Tape& tape, Var x, std::size_t t) {
  const Shape shape = tape.shape(x);
  const Var rows = reshape(tape, x, {shape[0] * shape[1], shape.size() / (shape[0] * shape[1])});
  return take_steps(tape, rows, std::array{t}, shape[1]);
}

/// Vectors of equal shape as one tensor with a new first axis.
inline Var stacked(Tape& tape, const std::vector<Var>& steps) {
  const Shape shape = tape.shape(steps[0]);
  std::vector<Var> rows;
  for (const Var step : steps) rows.push_back(flat_rows(tape, step));
  Shape result{steps.size()};
  for (const std::size_t extent : shape) result.push_back(extent);
  return reshape(tape, stack_steps(tape, rows, 1), result);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
