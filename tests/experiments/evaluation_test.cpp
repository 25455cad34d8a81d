#include "experiments/evaluation.hpp"

#include <sstream>

#include "framework/tensor/error.hpp"
#include "tests/experiments/small_net.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("an untrained net costs about a bit for every bit, at any length") {
  TrainedNet net = small_net();
  const auto results = evaluate_lengths(net, {2, 10}, 64, 2);
  REQUIRE(results.size() == 2);
  CHECK(results[0].length == 2);
  CHECK(results[0].loss == Approx(2 * 2).epsilon(0.5));
  CHECK(results[1].loss == Approx(2 * 10).epsilon(0.5));
  CHECK(results[1].wrong == Approx(10).epsilon(0.4));
}

TEST_CASE("the number of threads does not change a result", "[threads]") {
  TrainedNet net = small_net();
  CHECK(evaluate_lengths(net, {3}, 40, 1)[0].loss == evaluate_lengths(net, {3}, 40, 2)[0].loss);
}

TEST_CASE("without lengths the training distribution is evaluated") {
  TrainedNet net = small_net();
  const auto results = evaluate_lengths(net, {}, 64, 1);
  REQUIRE(results.size() == 1);
  CHECK(results[0].length == 0);
  CHECK(results[0].loss == Approx(4).epsilon(0.5));  // lengths 1 to 3 of 2 bits
}

TEST_CASE("a length that the task does not have is refused") {
  TrainedNet net = small_net();
  CHECK_THROWS_AS(evaluate_lengths(net, {0}, 1, 1), UsageError);
}

TEST_CASE("results are written as an aligned table") {
  std::ostringstream out;
  write_results(out, Loss::bits, {{10, 0.25, 0}, {120, 1123.5, 83.25}});
  CHECK(out.str() ==
        "  length  bits per sequence  wrong bits per sequence\n"
        "      10            0.25000                    0.000\n"
        "     120         1123.50000                   83.250\n");
}
