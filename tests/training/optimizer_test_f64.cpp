#include <type_traits>

#include "framework/training/optimizer.hpp"
#include "tests/support/catch.hpp"
#include "tests/training/optimizer_reference.hpp"

using namespace tapehead;

static_assert(std::is_same_v<Real, double>, "this file belongs to the double build");

TEST_CASE("in double every optimiser follows its equations over many updates", "[optimizer]") {
  for (const OptimizerOptions& options : reference::all_optimizers()) {
    reference::check_against_scalar_rule(options, 1e-12);
  }
}

TEST_CASE("in double the first updates are those worked out by hand", "[optimizer]") {
  reference::check_hand_computed(1e-9);
}

TEST_CASE("in double the bits do not depend on how threads cut the range", "[optimizer]") {
  for (const OptimizerOptions& options : reference::all_optimizers()) reference::check_ranges(options);
}
