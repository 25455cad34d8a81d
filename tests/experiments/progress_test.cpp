#include "experiments/progress.hpp"

#include <limits>
#include <sstream>

#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// A clock that goes when it is told to.
struct StandingClock {
  std::chrono::steady_clock::time_point now{};
  Progress::Clock clock() {
    return [this] { return now; };
  }
};

}  // namespace

TEST_CASE("numbers are grouped by thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567) == "1,234,567");
}

TEST_CASE("times read as on a clock") {
  CHECK(clock_time(7.4) == "0:07");
  CHECK(clock_time(754) == "12:34");
  CHECK(clock_time(3 * 3600 + 25 * 60 + 45) == "3:25:45");
}

TEST_CASE("the progress line has step, loss, rate and time left") {
  CHECK(progress_line({30750, 250000, 30750, 12.3456}, "bit", 2714.6, 83) ==
        " 12.3 %  step 30,750 of 250,000  loss 12.3 bit  2,714 sequences/s  1:23 left");
}

TEST_CASE("what is not known yet is left out") {
  CHECK(progress_line({0, 100, 0, std::numeric_limits<double>::quiet_NaN()}, "bit", -1, -1) ==
        "  0.0 %  step 0 of 100");
}

TEST_CASE("on a terminal one line is rewritten, and removed at the end") {
  StandingClock clock;
  std::ostringstream out;
  {
    Progress progress(out, true, "bit", clock.clock());
    progress.show({0, 100, 0, 5});
    clock.now += seconds(1);
    progress.show({10, 100, 20, 4});
  }
  CHECK(out.str() ==
        "\r  0.0 %  step 0 of 100  loss 5 bit\x1b[K"
        "\r 10.0 %  step 10 of 100  loss 4 bit  20 sequences/s  0:09 left\x1b[K"
        "\r\x1b[K");
}

TEST_CASE("elsewhere a plain line is added every few seconds") {
  StandingClock clock;
  std::ostringstream out;
  Progress progress(out, false, "bit", clock.clock());
  CHECK(progress.due());
  progress.show({0, 100, 0, 5});
  CHECK_FALSE(progress.due());
  clock.now += milliseconds(4999);
  CHECK_FALSE(progress.due());
  clock.now += milliseconds(1);
  CHECK(progress.due());
  progress.show({50, 100, 50, 4});
  CHECK(out.str() == " 50.0 %  step 50 of 100  loss 4 bit  10 sequences/s  0:05 left\n");
}

TEST_CASE("a resumed run counts its rate from where it began again") {
  StandingClock clock;
  std::ostringstream out;
  Progress progress(out, false, "bit", clock.clock());
  progress.show({1000, 2000, 1000, 5});
  clock.now += seconds(10);
  progress.show({1100, 2000, 1100, 4});
  CHECK(contains(out.str(), "10 sequences/s  1:30 left"));
}

TEST_CASE("a line that stays does not mix with the one that is rewritten") {
  StandingClock clock;
  std::ostringstream out;
  Progress progress(out, true, "bit", clock.clock());
  progress.show({0, 100, 0, 5});
  progress.say("evaluation");
  CHECK_THAT(out.str(), Catch::Matchers::EndsWith("\r\x1b[Kevaluation\n"));
}
