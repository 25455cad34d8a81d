#include "tests/support/for_all.hpp"

#include <rapidcheck.h>
#include <limits>
#include <sstream>

#include "tests/support/catch.hpp"

namespace tapehead::testing {

std::size_t Given::number(const std::string& name, std::size_t least, std::size_t most) {
  return *rc::gen::inRange(least, most + 1).as(name);
}

std::uint64_t Given::seed() {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  // A smaller seed is no simpler one; the size, which would keep early ones small, does not matter to it either.
  return *rc::gen::resize(100, rc::gen::noShrink(rc::gen::inRange<std::uint64_t>(0, kLargest))).as("seed");
}

void Given::other_settings() { RC_DISCARD("other settings"); }

void for_all(const std::function<std::string(Given&)>& property) {
  constexpr int kSettings = 1000;
  rc::detail::TestParams params = rc::detail::configuration().testParams;  // heeds RC_PARAMS
  params.maxSuccess = kSettings;
  const auto once = [&] {
    Given given;
    const std::string wrong = property(given);
    if (!wrong.empty()) RC_FAIL(wrong);
  };
  const rc::detail::TestResult result = rc::detail::checkTestable(once, rc::detail::TestMetadata{}, params);
  const bool held = result.is<rc::detail::SuccessResult>();
  std::ostringstream told;
  if (!held) rc::detail::printResultMessage(result, told);
  INFO(told.str() << "\nto try the same again: RC_PARAMS=\"seed=" << params.seed << "\"");
  CHECK(held);
}

}  // namespace tapehead::testing
