// What the vector functions must do, in either precision.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "framework/tensor/row_kernels.hpp"
#include "framework/tensor/simd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/tensor_matcher.hpp"

namespace tapehead::testing {

inline constexpr Real kInfinity = std::numeric_limits<Real>::infinity();
inline constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();

/// A function of one vector, applied to each number of a list in turn, whatever lane it ends up in.
template <class F>
std::vector<Real> each_lane(F f, std::vector<Real> x) {
  for (std::size_t i = 0; i < x.size(); i += kLanes) {
    store_upto(x.data(), i, x.size(), f(load_upto(x.data(), i, x.size())));
  }
  return x;
}

/// The largest error of f over [low, high], in units of the precision at the exact value (a function of long double),
/// or at `least` if that is larger.
template <class F, class Exact>
double worst_error(F f, Exact exact, double low, double high,
                   double least = std::numeric_limits<Real>::min()) {
  constexpr std::size_t kPoints = 200'000;
  std::vector<Real> x(kPoints);
  for (std::size_t i = 0; i < kPoints; ++i) {
    x[i] = static_cast<Real>(low + (high - low) * static_cast<double>(i) / (kPoints - 1));
  }
  const std::vector<Real> y = each_lane(f, x);
  long double worst = 0;
  for (std::size_t i = 0; i < kPoints; ++i) {
    const long double wanted = exact(static_cast<long double>(x[i]));
    const long double scale = std::max(std::abs(wanted), static_cast<long double>(least));
    const long double error = std::abs(static_cast<long double>(y[i]) - wanted) / scale;
    if (!(error <= worst)) worst = error;  // NaN too
  }
  return static_cast<double>(worst) / static_cast<double>(std::numeric_limits<Real>::epsilon());
}

inline void check_accuracy() {
  const auto v_exp = [](const Vec& x) { return exp(x); };
  const auto v_log = [](const Vec& x) { return log(x); };
  const auto v_tanh = [](const Vec& x) { return tanh(x); };
  const auto v_sigmoid = [](const Vec& x) { return sigmoid(x); };
  const auto v_softplus = [](const Vec& x) { return softplus(x); };
  const auto v_inverse = [](const Vec& x) { return inverse_sqrt(x); };
  const auto e_exp = [](long double x) { return std::exp(x); };
  const auto e_log = [](long double x) { return std::log(x); };
  const auto e_tanh = [](long double x) { return std::tanh(x); };
  const auto e_sigmoid = [](long double x) { return 1 / (1 + std::exp(-x)); };
  const auto e_softplus = [](long double x) { return std::log1p(std::exp(x)); };
  const auto e_inverse = [](long double x) { return 1 / std::sqrt(x); };
  // Up to here e^x and e^-x are normal numbers.
  const double widest = -std::log(static_cast<double>(std::numeric_limits<Real>::min())) - 0.1;

  for (const double range : {1e-3, 1.0, 10.0, widest}) {
    INFO("on ±" << range);
    CHECK(worst_error(v_exp, e_exp, -range, range) < 3);
    CHECK(worst_error(v_tanh, e_tanh, -range, range) < 4);
    CHECK(worst_error(v_sigmoid, e_sigmoid, -range, range) < 4);
    CHECK(worst_error(v_softplus, e_softplus, -range, range) < 4);
  }
  for (const double range : {1e-30, 1e-3, 2.0, 1e3, 1e30}) {
    INFO("up to " << range);
    // Near x = 1 the logarithm vanishes: there the error is held to that of x.
    CHECK(worst_error(v_log, e_log, range / 1e3, range, 1) < 3);
    CHECK(worst_error(v_inverse, e_inverse, range / 1e3, range) < 4);
  }
}

inline void check_special_values() {
  const auto with = [](auto f) { return each_lane(f, {kNan, -kInfinity, kInfinity, 0}); };
  CHECK_THAT(with([](const Vec& x) { return exp(x); }), equal_to(std::vector<Real>{kNan, 0, kInfinity, 1}));
  CHECK_THAT(with([](const Vec& x) { return log(x); }),
             equal_to(std::vector<Real>{kNan, kNan, kInfinity, -kInfinity}));
  CHECK_THAT(with([](const Vec& x) { return tanh(x); }), equal_to(std::vector<Real>{kNan, -1, 1, 0}));
  CHECK_THAT(with([](const Vec& x) { return sigmoid(x); }),
             equal_to(std::vector<Real>{kNan, 0, 1, Real(0.5)}));
  CHECK_THAT(with([](const Vec& x) { return softplus(x); }),
             close_to(std::vector<Real>{kNan, 0, kInfinity, static_cast<Real>(std::log(2.0))}, 1e-7));
  // Where e^x is not finite, these still are.
  const auto large = [](auto f) { return each_lane(f, {-1000, 1000}); };
  CHECK_THAT(large([](const Vec& x) { return sigmoid(x); }), equal_to({0, 1}));
  CHECK_THAT(large([](const Vec& x) { return softplus(x); }), equal_to({0, 1000}));
  CHECK_THAT(large([](const Vec& x) { return tanh(x); }), equal_to({-1, 1}));
}

/// A NaN in one lane must neither vanish nor spread.
inline void check_nan_stays_in_its_lane() {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    std::vector<Real> x(kLanes, Real(0.25));
    x[lane] = kNan;
    const auto only_there = [&](auto f) {
      const std::vector<Real> y = each_lane(f, x);
      bool right = true;
      for (std::size_t i = 0; i < kLanes; ++i) right = right && std::isnan(y[i]) == (i == lane);
      return right;
    };
    CHECK(only_there([](const Vec& v) { return exp(v); }));
    CHECK(only_there([](const Vec& v) { return log(v); }));
    CHECK(only_there([](const Vec& v) { return tanh(v); }));
    CHECK(only_there([](const Vec& v) { return sigmoid(v); }));
    CHECK(only_there([](const Vec& v) { return softplus(v); }));
    CHECK(only_there([](const Vec& v) { return inverse_sqrt(v); }));
  }
}

inline void check_partial_loads_and_stores() {
  const std::vector<Real> source = random_values(2 * kLanes, "simd");
  for (std::size_t n = 1; n <= kLanes; ++n) {
    INFO("n = " << n);
    std::vector<Real> expected(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(n));
    const std::vector<Real> exact = expected;  // of n elements: a sanitizer sees what is read behind them
    expected.resize(kLanes, 0);
    std::vector<Real> lanes(kLanes);
    store(lanes.data(), load_upto(exact.data(), 0, n));
    CHECK_THAT(lanes, equal_to(expected));
    if (n < kLanes) {
      store(lanes.data(), load_first(source.data(), n));
      CHECK_THAT(lanes, equal_to(expected));
    }

    std::vector<Real> to(kLanes + 1, -7);
    store_upto(to.data(), 0, n, load(source.data()));
    std::vector<Real> stored(exact);
    stored.resize(kLanes + 1, -7);
    CHECK_THAT(to, equal_to(stored));
    if (n < kLanes) {
      std::fill(to.begin(), to.end(), Real(-7));
      store_first(to.data(), load(source.data()), n);
      CHECK_THAT(to, equal_to(stored));
    }

    std::vector<Real> kept(exact);
    kept.resize(kLanes, Real(9));
    store(lanes.data(), keep_first(load(source.data()), n, Real(9)));
    CHECK_THAT(lanes, equal_to(kept));
  }
  // In the middle of a row: whole vectors, then the rest.
  std::vector<Real> copy(2 * kLanes, -7);
  const std::size_t n = kLanes + 3 % kLanes;
  for (std::size_t i = 0; i < n; i += kLanes) store_upto(copy.data(), i, n, load_upto(source.data(), i, n));
  std::vector<Real> expected(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(n));
  expected.resize(2 * kLanes, -7);
  CHECK_THAT(copy, equal_to(expected));
}

inline void check_lane_sums() {
  // Powers of two times small numbers add exactly in any order, and every lane of every row counts differently.
  Vec rows[kLanes];
  std::vector<Real> expected;
  for (std::size_t r = 0; r < kLanes; ++r) {
    std::array<Real, kLanes> lanes;
    Real total = 0;
    for (std::size_t i = 0; i < kLanes; ++i) {
      lanes[i] = static_cast<Real>((r + 1) * (i * i + 3));
      total += lanes[i];
    }
    rows[r] = load(lanes.data());
    expected.push_back(total);
    CHECK(sum(rows[r]) == total);
  }
  std::vector<Real> sums(kLanes);
  store(sums.data(), sum_each(rows));
  CHECK_THAT(sums, equal_to(expected));
}

inline void check_row_kernels() {
  for (const std::size_t n : {1U, 7U, 15U, 16U, 17U, 33U}) {
    INFO("n = " << n);
    const std::vector<Real> x = random_values(n, "x"), dy = random_values(n, "dy");
    double total = 0, mean = 0, dot = 0;
    std::vector<double> y(n), dx(n), dx_added(n);
    for (std::size_t i = 0; i < n; ++i) total += std::exp(3 * static_cast<double>(x[i]));
    for (std::size_t i = 0; i < n; ++i) {
      y[i] = std::exp(3 * static_cast<double>(x[i])) / total;
      mean += y[i] * static_cast<double>(dy[i]);
      dot += static_cast<double>(x[i]) * static_cast<double>(dy[i]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      dx[i] = y[i] * (static_cast<double>(dy[i]) - mean);
      dx_added[i] = dx[i] + static_cast<double>(x[i]);
    }
    const double tolerance = 64 * static_cast<double>(std::numeric_limits<Real>::epsilon());
    std::vector<Real> out(n + 1, -7);
    softmax_row(x.data(), 3, n, out.data());
    CHECK(out.back() == -7);
    out.pop_back();
    CHECK_THAT(out, close_to(y, tolerance));
    std::vector<Real> in_place = x;
    softmax_row(in_place.data(), 3, n, in_place.data());
    CHECK_THAT(in_place, equal_to(out));

    std::vector<Real> gradient(n, kNan);  // must be overwritten
    softmax_row_backward(out.data(), dy.data(), n, gradient.data(), false);
    if (n > 1) CHECK_THAT(gradient, close_to(dx, tolerance));
    if (n == 1) CHECK(std::abs(gradient[0]) <= tolerance);
    gradient = x;
    softmax_row_backward(out.data(), dy.data(), n, gradient.data(), true);
    CHECK_THAT(gradient, close_to(dx_added, tolerance));

    CHECK(std::abs(static_cast<double>(dot_row(x.data(), dy.data(), n)) - dot) <=
          tolerance * static_cast<double>(n));
    std::vector<Real> to(n, kNan);
    add_row(x.data(), n, to.data(), false);
    CHECK_THAT(to, equal_to(x));
    add_row(x.data(), n, to.data(), true);
    std::vector<Real> twice = x;
    for (Real& v : twice) v *= 2;
    CHECK_THAT(to, equal_to(twice));
  }
}

inline void check_softmax_extremes() {
  std::vector<Real> y(20);
  softmax_row(std::vector<Real>(20, Real(1e30)).data(), 1, 20, y.data());
  CHECK_THAT(y, close_to(std::vector<double>(20, 0.05), 1e-6));
  std::vector<Real> x(20, -kInfinity);
  x[18] = -5000;
  softmax_row(x.data(), 1, 20, y.data());
  std::vector<double> one(20, 0.0);
  one[18] = 1;
  CHECK_THAT(y, equal_to(one));
  x[3] = kNan;
  softmax_row(x.data(), 1, 20, y.data());
  CHECK(std::all_of(y.begin(), y.end(), [](Real v) { return std::isnan(v); }));
}

}  // namespace tapehead::testing
