// Central differences beside backward(): the test that every op and every module has to pass, in one line.
//
//   CHECK(check_gradients({{2, 3}, {3, 4}}, [](Tape& tape, std::span<const Var> in) {
//           return matmul(tape, in[0], in[1]);
//         }) < 1e-8);
//
// Outputs may have any shape: each is contracted with fixed random cotangents, so that every element counts and none
// cancels. Meant for the double build, where a right gradient comes out below 1e-8 and mostly below 1e-10. In float
// it runs too, but rounding leaves errors of up to 1e-2, which only catches what is grossly wrong.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "framework/autodiff/tape.hpp"
#include "framework/tensor/arena.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// The worst disagreement found, and where. Printed by Catch2 when a CHECK on it fails.
struct GradientError {
  /// |backward - differences| / max(|backward|, |differences|, a thousandth of the largest gradient of all).
  /// Infinite if a gradient is not finite, if no output depends on any input, if values change when the tape does not
  /// record, or if running backward again gives other bits.
  double relative = 0;
  std::string where;  // "input 1[0, 2]: backward gives 0.5, differences give 0.25"

  friend bool operator<(const GradientError& error, double bound) { return error.relative < bound; }
  friend bool operator>(const GradientError& error, double bound) { return error.relative > bound; }
  friend std::ostream& operator<<(std::ostream& to, const GradientError& error);
};

struct GradientOptions {
  std::uint64_t seed = 1;  // of inputs, cotangents and the choice of elements
  double step =
      std::pow(static_cast<double>(std::numeric_limits<Real>::epsilon()), 0.2);  // times max(1, |x|)
  std::size_t elements = 0;  // at most so many of each tensor are perturbed, drawn at random; 0: all
};

/// What a checked function returns: one value, or several.
struct GradientOutputs : std::vector<Var> {
  GradientOutputs(Var only) : std::vector<Var>{only} {}
  GradientOutputs(std::vector<Var> several) : std::vector<Var>(std::move(several)) {}
};

/// An input whose gradient is checked: a shape, filled from a standard normal distribution unless values are given.
struct GradientInput {
  GradientInput() = default;
  GradientInput(std::initializer_list<std::size_t> extents) : shape(extents) {}
  GradientInput(const Shape& s) : shape(s) {}
  GradientInput(const Shape& s, std::vector<Real> given) : shape(s), values(std::move(given)) {}

  /// Uniform on [low, high): for functions that are not smooth, or not defined, everywhere.
  static GradientInput uniform(const Shape& shape, double low, double high);

  Shape shape;
  std::vector<Real> values;  // empty: random
  double low = 0, high = 0;  // low < high: uniform
};

/// Checks the gradients of f(tape, inputs) with respect to every input. f is called many times and must be a pure
/// function of its inputs. Throws ShapeError if an input has another number of values than its shape.
GradientError check_gradients(const std::vector<GradientInput>& inputs,
                              const std::function<GradientOutputs(Tape&, std::span<const Var>)>& f,
                              const GradientOptions& options = {});

/// Checks the gradients of f(tape) with respect to all leaves that have a gradient buffer, at the values they hold;
/// these are perturbed in place and restored. `names` are for the report, one for each leaf.
GradientError check_leaf_gradients(std::span<const Leaf> leaves, std::span<const std::string> names,
                                   const std::function<GradientOutputs(Tape&)>& f,
                                   const GradientOptions& options = {});

/// The same for what a module or model learns: anything with all(), flat_size() and leaves() as nn/parameters.hpp has
/// them, completed. The report names the parameter's path.
///
///   CHECK(check_parameter_gradients(model.parameters(), [&](Tape& tape) { return model.score(tape, batch).loss; },
///                                   {.elements = 20}) < 1e-7);
template <class Parameters>
GradientError check_parameter_gradients(Parameters& parameters,
                                        const std::function<GradientOutputs(Tape&)>& f,
                                        const GradientOptions& options = {}) {
  const AlignedMemory gradients = aligned_new(parameters.flat_size() * sizeof(Real));
  std::vector<std::string> names;
  for (const auto& parameter : parameters.all()) names.push_back(parameter.path);
  return check_leaf_gradients(parameters.leaves(reinterpret_cast<Real*>(gradients.get())), names, f, options);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
