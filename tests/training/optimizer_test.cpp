#include "framework/training/optimizer.hpp"

#include <cmath>
#include <limits>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/training/optimizer_reference.hpp"

using namespace tapehead;

TEST_CASE("in float every optimiser follows its equations over many updates", "[optimizer]") {
  for (const OptimizerOptions& options : reference::all_optimizers()) {
    reference::check_against_scalar_rule(options, 5e-5);
  }
}

TEST_CASE("in float the first updates are those worked out by hand", "[optimizer]") {
  reference::check_hand_computed(1e-6);
}

TEST_CASE("in float the bits do not depend on how threads cut the range", "[optimizer]") {
  for (const OptimizerOptions& options : reference::all_optimizers()) reference::check_ranges(options);
}

TEST_CASE("a gradient that has always been 0 leaves the parameter alone", "[optimizer]") {
  for (const OptimizerOptions& options : reference::all_optimizers()) {
    const auto optimizer = make_optimizer(options);
    reference::Arrays arrays(*optimizer, 3, 1);
    arrays.parameters = {Real(0.3), 0, Real(-2)};
    for (std::uint64_t t = 1; t <= 3; ++t) {
      optimizer->update(arrays.view(), 0, 3, {.step = t, .learning_rate = 0.1, .clip = 10});
    }
    CHECK(arrays.parameters == std::vector<Real>{Real(0.3), 0, Real(-2)});
  }
}

TEST_CASE("clipping leaves a NaN gradient a NaN, and only that parameter takes it", "[optimizer]") {
  constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();
  for (const OptimizerOptions& options : reference::all_optimizers()) {
    const auto optimizer = make_optimizer(options);
    reference::Arrays arrays(*optimizer, 40, 2);
    arrays.gradients[1][3] = kNan;   // in a whole vector
    arrays.gradients[0][39] = kNan;  // in the rest
    optimizer->update(arrays.view(), 0, 40, {.step = 1, .learning_rate = 0.1, .clip = 10});
    for (std::size_t i = 0; i < 40; ++i) CHECK(std::isnan(arrays.parameters[i]) == (i == 3 || i == 39));
  }
}

TEST_CASE("the centred form survives a gradient that hardly changes and is not clipped", "[optimizer]") {
  // n - g^2 is then a small difference of numbers near 1e8 and can come out below 0 in float.
  const auto optimizer = make_optimizer(reference::options("rmsprop_graves"));
  reference::Arrays arrays(*optimizer, 64, 1);
  for (std::uint64_t t = 1; t <= 400; ++t) {
    for (std::size_t i = 0; i < 64; ++i) arrays.gradients[0][i] = Real(10000) + static_cast<Real>(i);
    optimizer->update(arrays.view(), 0, 64, {.step = t, .learning_rate = 1e-4});
  }
  for (const Real parameter : arrays.parameters) CHECK(std::isfinite(parameter));
}

TEST_CASE("shards' gradients are summed in their order", "[optimizer]") {
  // In float (1e8 + -1e8) + 1 is 1 but (1 + 1e8) + -1e8 is 0.
  const auto optimizer = make_optimizer(reference::options("sgd"));
  reference::Arrays arrays(*optimizer, 2, 3);
  arrays.gradients = {{Real(1e8), 1}, {Real(-1e8), Real(1e8)}, {1, Real(-1e8)}};
  for (std::size_t k = 0; k < 3; ++k) arrays.gradient_pointers[k] = arrays.gradients[k].data();
  optimizer->update(arrays.view(), 0, 2, {.step = 1, .learning_rate = 1});
  CHECK(arrays.parameters == std::vector<Real>{-1, 0});
}

TEST_CASE("state arrays are named, and plain descent has none", "[optimizer]") {
  const auto names = [](const OptimizerOptions& options) {
    const auto optimizer = make_optimizer(options);
    return std::vector<std::string_view>(optimizer->state_names().begin(), optimizer->state_names().end());
  };
  using Names = std::vector<std::string_view>;
  CHECK(names(reference::options("rmsprop_graves")) == Names{"mean_square", "mean", "velocity"});
  CHECK(names(reference::options("rmsprop")) == Names{"mean_square", "velocity"});
  CHECK(names(reference::options("adam")) == Names{"mean", "mean_square"});
  CHECK(names(reference::options("sgd", 0.5)) == Names{"velocity"});
  CHECK(names(reference::options("sgd")).empty());
}

TEST_CASE("resolving fills in the optimiser's own defaults and keeps what was given", "[optimizer]") {
  OptimizerOptions graves;
  graves.decay = 0.5;
  graves.resolve();
  graves.resolve();
  CHECK(graves.learning_rate == 1e-4);
  CHECK(graves.momentum == 0.9);
  CHECK(graves.decay == 0.5);
  CHECK(graves.epsilon == 1e-4);
  CHECK(std::isnan(graves.beta1));
  OptimizerOptions adam;
  adam.optimizer = "adam";
  adam.resolve();
  CHECK(adam.learning_rate == 1e-3);
  CHECK(adam.epsilon == 1e-8);
  CHECK(adam.beta2 == 0.999);
}

TEST_CASE("a hyper-parameter the optimiser does not have is refused by name", "[optimizer]") {
  OptimizerOptions options;
  options.beta1 = 0.8;
  CHECK_THROWS_AS(make_optimizer(options), UsageError);
  CHECK_THROWS_WITH(make_optimizer(options),
                    Catch::Contains("training.beta1") && Catch::Contains("rmsprop_graves"));
}

TEST_CASE("an unknown optimiser is refused with those there are", "[optimizer]") {
  OptimizerOptions options;
  options.optimizer = "adams";
  CHECK_THROWS_AS(make_optimizer(options), UsageError);
  CHECK_THROWS_WITH(make_optimizer(options), Catch::Contains("'adams'") && Catch::Contains("rmsprop_graves"));
}
