#include "framework/training/schedule.hpp"

#include <cmath>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

constexpr double kRate = 0.01;

ScheduleOptions options(const char* name) {
  ScheduleOptions o;
  o.schedule = name;
  return o;
}

}  // namespace

TEST_CASE("the constant schedule is the learning rate itself", "[schedule]") {
  for (const std::uint64_t step : {1U, 1000U, 4000000U}) CHECK(scheduled_rate({}, kRate, step) == kRate);
}

TEST_CASE("the step schedule halves after every so many updates", "[schedule]") {
  ScheduleOptions o = options("step");
  o.decay_steps = 25;
  CHECK(scheduled_rate(o, kRate, 1) == kRate);
  CHECK(scheduled_rate(o, kRate, 25) == kRate);
  CHECK(scheduled_rate(o, kRate, 26) == kRate / 2);
  CHECK(scheduled_rate(o, kRate, 50) == kRate / 2);
  CHECK(scheduled_rate(o, kRate, 51) == kRate / 4);
  CHECK(scheduled_rate(o, kRate, 100) == kRate / 8);
  o.decay_factor = 0.1;
  CHECK(scheduled_rate(o, kRate, 26) == Approx(0.001));
}

TEST_CASE("a schedule holds the full rate first, behind the warm-up", "[schedule]") {
  ScheduleOptions o = options("step");
  o.decay_steps = 25;
  o.hold_steps = 10;
  CHECK(scheduled_rate(o, kRate, 1) == kRate);
  CHECK(scheduled_rate(o, kRate, 35) == kRate);
  CHECK(scheduled_rate(o, kRate, 36) == kRate / 2);
  o.warmup_steps = 4;
  CHECK(scheduled_rate(o, kRate, 2) == kRate / 2);
  CHECK(scheduled_rate(o, kRate, 39) == kRate);
  CHECK(scheduled_rate(o, kRate, 40) == kRate / 2);
}

TEST_CASE("the linear schedule falls straight to the final rate and stays there", "[schedule]") {
  ScheduleOptions o = options("linear");
  o.decay_steps = 100;
  o.final_rate = 0.2;
  CHECK(scheduled_rate(o, kRate, 1) == kRate);
  CHECK(scheduled_rate(o, kRate, 26) == Approx(0.008));
  CHECK(scheduled_rate(o, kRate, 51) == Approx(0.006));
  CHECK(scheduled_rate(o, kRate, 101) == Approx(0.002));
  CHECK(scheduled_rate(o, kRate, 5000) == Approx(0.002));
}

TEST_CASE("the cosine schedule passes halfway at half time and ends at the final rate", "[schedule]") {
  ScheduleOptions o = options("cosine");
  o.decay_steps = 90;
  CHECK(scheduled_rate(o, kRate, 1) == kRate);
  CHECK(scheduled_rate(o, kRate, 31) == Approx(0.0075));  // cos(60 degrees) = 1/2
  CHECK(scheduled_rate(o, kRate, 46) == Approx(0.005));
  CHECK(scheduled_rate(o, kRate, 61) == Approx(0.0025));
  CHECK(scheduled_rate(o, kRate, 91) == Approx(0).margin(1e-18));
  CHECK(scheduled_rate(o, kRate, 1000) == Approx(0).margin(1e-18));
  o.final_rate = 0.5;
  CHECK(scheduled_rate(o, kRate, 46) == Approx(0.0075));
}

TEST_CASE("the inverse square root schedule is the Transformer's", "[schedule]") {
  // Vaswani et al. 2017, equation (3): d^-1/2 min(t^-1/2, t 4000^-3/2).
  constexpr double kWidth = 512;
  ScheduleOptions o = options("inverse_sqrt");
  o.warmup_steps = 4000;
  const double rate = 1 / std::sqrt(kWidth * 4000);
  for (const std::uint64_t step : {1U, 100U, 3999U, 4000U, 4001U, 16000U, 100000U}) {
    const double t = static_cast<double>(step);
    CHECK(scheduled_rate(o, rate, step) ==
          Approx(std::pow(kWidth, -0.5) * std::min(std::pow(t, -0.5), t * std::pow(4000, -1.5)))
              .epsilon(1e-12));
  }
}

TEST_CASE("warm-up rises linearly and then the schedule starts from its beginning", "[schedule]") {
  ScheduleOptions o = options("step");
  o.decay_steps = 10;
  o.warmup_steps = 4;
  CHECK(scheduled_rate(o, kRate, 1) == Approx(0.0025));
  CHECK(scheduled_rate(o, kRate, 3) == Approx(0.0075));
  CHECK(scheduled_rate(o, kRate, 4) == kRate);
  CHECK(scheduled_rate(o, kRate, 14) == kRate);
  CHECK(scheduled_rate(o, kRate, 15) == kRate / 2);
}

TEST_CASE("a schedule without the steps it needs, or that does not exist, is refused", "[schedule]") {
  CHECK_NOTHROW(options("constant").check());
  for (const char* name : {"step", "linear", "cosine"}) {
    CHECK_THROWS_AS(options(name).check(), UsageError);
    CHECK_THROWS_WITH(options(name).check(), Catch::Contains("training.decay_steps"));
    ScheduleOptions o = options(name);
    o.decay_steps = 10;
    CHECK_NOTHROW(o.check());
  }
  CHECK_THROWS_WITH(options("inverse_sqrt").check(), Catch::Contains("training.warmup_steps"));
  CHECK_THROWS_WITH(options("exponential").check(), Catch::Contains("'exponential'"));
}
