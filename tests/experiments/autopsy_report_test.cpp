#include "experiments/autopsy_report.hpp"

#include <limits>
#include <sstream>

#include "tests/support/catch.hpp"

using namespace tapehead;
using Catch::Matchers::Contains;

namespace {

FiniteRange range_of(std::vector<Real> values) { return finite_range(values); }

constexpr Real kInf = std::numeric_limits<Real>::infinity();

}  // namespace

TEST_CASE("a range is written with three digits, and says if not all of it is finite") {
  CHECK(range_text(range_of({Real(-0.25), 0, Real(12.44)})) == "[-0.25, 12.4]");
  CHECK(range_text(range_of({1, 1})) == "1");
  CHECK(range_text(range_of({1, kInf, 2})) == "[1, 2] and nan");
  CHECK(range_text(range_of({kInf, -kInf})) == "nothing finite");
}

TEST_CASE("the report of an autopsy stays short however long the chain is") {
  Autopsy autopsy;
  autopsy.run = "copy, seed 1";
  autopsy.from = 1200;
  autopsy.to = 1234;
  autopsy.rows_compared = 3;
  Diagnosis diagnosis;
  diagnosis.place = Diagnosis::Place::forward;
  for (std::size_t i = 0; i < 1000; ++i) {
    diagnosis.chain.push_back(
        {"value " + std::to_string(i), i, false, "exp", {4}, range_of({1, 2, 3, kInf})});
    diagnosis.inputs.push_back({"x" + std::to_string(i), {}, false, "", {2}, range_of({0, 88})});
  }
  autopsy.diagnosis = diagnosis;
  StepRanges ranges;
  ranges.step = 1234;
  for (int i = 0; i < 100; ++i) ranges.parameters.emplace_back("p" + std::to_string(i), range_of({Real(i)}));
  autopsy.before = {ranges, ranges};
  std::ostringstream out;
  write_report(out, autopsy);
  const std::string text = out.str();
  CHECK(std::count(text.begin(), text.end(), '\n') < 45);
  CHECK_THAT(text,
             Contains("copy, seed 1: step 1,234 is not finite\n"
                      "value 0 at time 0, made by exp, is not finite in 1 of 4 values\n"
                      "replayed 34 steps from the start of the run; 3 rows that were logged on the way are "
                      "the same to the bit\n"));
  CHECK_THAT(text, Contains("25 %"));
  CHECK_THAT(text, Contains("… and 994 more\n"));
  CHECK_THAT(text, Contains("p99"));  // the largest
  CHECK_THAT(text, !Contains("p50"));
}
