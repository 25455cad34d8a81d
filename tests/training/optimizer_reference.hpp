// The optimisers written again as scalar loops in double, from the equations in their headers, and the checks
// that both builds of the library run against them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "framework/tensor/random.hpp"
#include "framework/training/optimizer.hpp"
#include "tests/support/catch.hpp"

namespace reference {

using namespace tapehead;

/// One scalar update. `state` are the element's state values in the order of state_names().
using Rule =
    std::function<void(double gradient, double rate, double t, double& w, std::vector<double>& state)>;

inline Rule rule(const OptimizerOptions& o) {
  if (o.optimizer == "rmsprop_graves") {
    return [o](double e, double rate, double, double& w, std::vector<double>& s) {
      s[0] = o.decay * s[0] + (1 - o.decay) * e * e;
      s[1] = o.decay * s[1] + (1 - o.decay) * e;
      s[2] = o.momentum * s[2] - rate * e / std::sqrt(s[0] - s[1] * s[1] + o.epsilon);
      w += s[2];
    };
  }
  if (o.optimizer == "rmsprop") {
    return [o](double e, double rate, double, double& w, std::vector<double>& s) {
      s[0] = o.decay * s[0] + (1 - o.decay) * e * e;
      s[1] = o.momentum * s[1] + e / (std::sqrt(s[0]) + o.epsilon);
      w -= rate * s[1];
    };
  }
  if (o.optimizer == "adam") {
    return [o](double g, double rate, double t, double& w, std::vector<double>& s) {
      s[0] = o.beta1 * s[0] + (1 - o.beta1) * g;
      s[1] = o.beta2 * s[1] + (1 - o.beta2) * g * g;
      const double mean = s[0] / (1 - std::pow(o.beta1, t));
      const double square = s[1] / (1 - std::pow(o.beta2, t));
      w -= rate * mean / (std::sqrt(square) + o.epsilon);
    };
  }
  return [o](double g, double rate, double, double& w, std::vector<double>& s) {
    if (s.empty()) s.push_back(0);
    s[0] = o.momentum * s[0] - rate * g;
    w += s[0];
  };
}

/// Parameters and state of an optimiser under test, and its shards' gradients.
struct Arrays {
  Arrays(const Optimizer& optimizer, std::size_t size, std::size_t shards)
      : parameters(size),
        gradients(shards, std::vector<Real>(size)),
        state(optimizer.state_names().size(), std::vector<Real>(size)) {
    for (const auto& shard : gradients) gradient_pointers.push_back(shard.data());
    for (auto& array : state) state_pointers.push_back(array.data());
  }
  UpdateArrays view() { return {parameters.data(), gradient_pointers, state_pointers}; }

  std::vector<Real> parameters;
  std::vector<std::vector<Real>> gradients;
  std::vector<std::vector<Real>> state;
  std::vector<const Real*> gradient_pointers;
  std::vector<Real*> state_pointers;
};

inline OptimizerOptions options(const std::string& name, double momentum = OptimizerOptions::kOwnDefault) {
  OptimizerOptions o;
  o.optimizer = name;
  o.momentum = momentum;
  o.resolve();
  return o;
}

inline std::vector<OptimizerOptions> all_optimizers() {
  return {options("rmsprop_graves"), options("rmsprop"), options("adam"), options("sgd"),
          options("sgd", 0.9)};
}

/// Gradients of very different sizes, one in eight exactly 0.
inline void draw_gradients(Arrays& arrays, std::uint64_t step) {
  for (std::size_t k = 0; k < arrays.gradients.size(); ++k) {
    Draws draws = RandomStream(1, "gradients").step(step).example(static_cast<std::uint32_t>(k)).draws();
    for (std::size_t i = 0; i < arrays.parameters.size(); ++i) {
      const double size = std::pow(10.0, static_cast<double>(i % 7) - 4);  // 1e-4 to 100
      const double drawn = size * draws.normal();
      arrays.gradients[k][i] = i % 8 == 5 ? Real(0) : static_cast<Real>(drawn);
    }
  }
}

/// Runs 60 updates of three shards, scaled and clipped, beside the scalar rule; `tolerance` is relative to
/// the distance the parameter went.
inline void check_against_scalar_rule(const OptimizerOptions& o, double tolerance) {
  constexpr std::size_t kSize = 70;  // whole vectors and a rest
  constexpr double kScale = 0.25;
  constexpr double kClip = 10;
  const auto optimizer = make_optimizer(o);
  Arrays arrays(*optimizer, kSize, 3);
  std::vector<double> w(kSize, 0.0);
  std::vector<double> path(kSize, 0.0);
  std::vector<std::vector<double>> state(kSize, std::vector<double>(optimizer->state_names().size()));
  for (std::uint64_t t = 1; t <= 60; ++t) {
    const double rate = 1e-3 * (1 + static_cast<double>(t % 3));
    draw_gradients(arrays, t);
    optimizer->update(arrays.view(), 0, kSize,
                      {.step = t, .learning_rate = rate, .gradient_scale = kScale, .clip = kClip});
    for (std::size_t i = 0; i < kSize; ++i) {
      double gradient = 0;
      for (const auto& shard : arrays.gradients) gradient += static_cast<double>(shard[i]);
      const double before = w[i];
      rule(o)(std::clamp(gradient * kScale, -kClip, kClip), rate, static_cast<double>(t), w[i], state[i]);
      path[i] += std::abs(w[i] - before);
    }
  }
  for (std::size_t i = 0; i < kSize; ++i) {
    INFO(o.optimizer << " parameter " << i);
    CHECK(std::abs(static_cast<double>(arrays.parameters[i]) - w[i]) <= tolerance * path[i]);
  }
}

/// Cutting the range anywhere gives the same bits and touches nothing outside.
inline void check_ranges(const OptimizerOptions& o) {
  constexpr std::size_t kSize = 101;
  const auto optimizer = make_optimizer(o);
  Arrays whole(*optimizer, kSize, 2);
  Arrays cut(*optimizer, kSize, 2);
  for (std::uint64_t t = 1; t <= 5; ++t) {
    const UpdateStep step{.step = t, .learning_rate = 1e-2, .clip = 10};
    draw_gradients(whole, t);
    draw_gradients(cut, t);
    optimizer->update(whole.view(), 0, kSize, step);
    optimizer->update(cut.view(), 64, kSize, step);
    optimizer->update(cut.view(), 0, 1, step);
    optimizer->update(cut.view(), 1, 38, step);
    const std::vector<Real> before(cut.parameters.begin() + 38, cut.parameters.begin() + 64);
    optimizer->update(cut.view(), 38, 38, step);
    CHECK(std::equal(before.begin(), before.end(), cut.parameters.begin() + 38));
    optimizer->update(cut.view(), 38, 64, step);
  }
  CHECK(std::memcmp(whole.parameters.data(), cut.parameters.data(), kSize * sizeof(Real)) == 0);
  for (std::size_t s = 0; s < whole.state.size(); ++s) {
    CHECK(std::memcmp(whole.state[s].data(), cut.state[s].data(), kSize * sizeof(Real)) == 0);
  }
}

/// The parameter after one or more updates of a single element from 1 with gradient 1/2 at rate 0.1.
inline double after_updates(const OptimizerOptions& o, std::uint64_t updates) {
  const auto optimizer = make_optimizer(o);
  Arrays arrays(*optimizer, 1, 1);
  arrays.parameters[0] = 1;
  arrays.gradients[0][0] = Real(0.5);
  for (std::uint64_t t = 1; t <= updates; ++t) {
    optimizer->update(arrays.view(), 0, 1, {.step = t, .learning_rate = 0.1});
  }
  return static_cast<double>(arrays.parameters[0]);
}

/// First updates worked out by hand, to ten digits.
inline void check_hand_computed(double tolerance) {
  // n = .0125, g = .025; .05 / sqrt(.0125 - .000625 + .0001) = .05 / .1094303431
  CHECK(after_updates(options("rmsprop_graves"), 1) == Approx(0.5430883376).epsilon(tolerance));
  // n = .0125; .5 / (.1118033989 + 1e-8) = 4.4721355550
  CHECK(after_updates(options("rmsprop"), 1) == Approx(0.5527864445).epsilon(tolerance));
  // both corrected means are those of one gradient: .5 / (.5 + 1e-8); the same again at the second update
  CHECK(after_updates(options("adam"), 1) == Approx(0.9000000020).epsilon(tolerance));
  CHECK(after_updates(options("adam"), 2) == Approx(0.8000000040).epsilon(tolerance));
  CHECK(after_updates(options("sgd"), 1) == Approx(0.95).epsilon(tolerance));
  CHECK(after_updates(options("sgd", 0.9), 2) == Approx(0.855).epsilon(tolerance));  // .05 + (.045 + .05)
}

}  // namespace reference
