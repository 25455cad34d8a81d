#include "framework/tensor/row_kernels.hpp"

#include <limits>
#include <vector>

#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("softmax stays a distribution however large its factor is") {
  for (const std::size_t n : {3U, 16U, 37U}) {
    std::vector<Real> x(n, Real(0.1)), y(n);
    x[1] = Real(0.7);
    for (const Real factor : {Real(1e4), Real(3.3e9), Real(2.47e12), Real(7.7e25)}) {
      INFO(n << " elements, factor " << factor);
      softmax_row(x.data(), factor, n, y.data());
      for (std::size_t i = 0; i < n; ++i) CHECK(y[i] == Approx(i == 1 ? 1 : 0));
    }
  }
}

TEST_CASE("softmax does not hide what is not a number") {
  std::vector<Real> x = {0, std::numeric_limits<Real>::quiet_NaN(), 1}, y(3);
  softmax_row(x.data(), 2, 3, y.data());
  CHECK(std::isnan(y[1]));
}
