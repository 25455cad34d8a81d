// Compares tensors, spans and vectors in a CHECK_THAT, and says where they differ first.
//
//   CHECK_THAT(tape.value(y), close_to(expected, 1e-6));
#pragma once

#include <algorithm>
#include <cmath>
#include <iterator>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace tapehead::testing {

/// Holds if there are as many elements and each differs from the expected one by at most `tolerance` times the
/// largest expected magnitude. NaN is close to NaN only, an infinity to the same infinity only.
class CloseTo {
 public:
  CloseTo(std::vector<double> expected, double tolerance)
      : expected_(std::move(expected)), tolerance_(tolerance) {}

  template <class Range>
  bool match(const Range& actual) const {
    const std::vector<double> values(std::begin(actual), std::end(actual));
    difference_ = first_difference(values);
    return difference_.empty();
  }

  std::string toString() const {
    return difference_.empty() ? "is close to what was expected" : "is not as expected: " + difference_;
  }

 private:
  std::string first_difference(const std::vector<double>& actual) const {
    std::ostringstream text;
    text.precision(17);
    if (actual.size() != expected_.size()) {
      text << actual.size() << " elements instead of " << expected_.size();
      return text.str();
    }
    double largest = 0;
    for (const double x : expected_) largest = std::isfinite(x) ? std::max(largest, std::abs(x)) : largest;
    for (std::size_t i = 0; i < actual.size(); ++i) {
      const double a = actual[i], e = expected_[i];
      if (a == e || (std::isnan(a) && std::isnan(e)) || std::abs(a - e) <= tolerance_ * largest) continue;
      text << "element " << i << " of " << actual.size() << " is " << a << " instead of " << e << ", "
           << std::abs(a - e) / largest << " of the largest away";
      return text.str();
    }
    return "";
  }

  std::vector<double> expected_;
  double tolerance_;
  mutable std::string difference_;
};

/// `expected` is any range of numbers, or a list of them.
template <class Range>
CloseTo close_to(const Range& expected, double tolerance) {
  return {std::vector<double>(std::begin(expected), std::end(expected)), tolerance};
}
inline CloseTo close_to(std::initializer_list<double> expected, double tolerance) {
  return {std::vector<double>(expected), tolerance};
}

/// Element by element the same number.
template <class Range>
CloseTo equal_to(const Range& expected) {
  return close_to(expected, 0);
}
inline CloseTo equal_to(std::initializer_list<double> expected) { return close_to(expected, 0); }

}  // namespace tapehead::testing
