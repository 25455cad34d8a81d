#include "experiments/evaluation.hpp"

#include <sstream>

#include "framework/tensor/error.hpp"
#include "tests/experiments/small_net.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

std::vector<Variation> of_lengths(std::vector<std::size_t> values) { return lengths(values); }

}  // namespace

TEST_CASE("an untrained net costs about a bit for every bit, at any length") {
  TrainedNet net = small_net();
  const auto results = evaluate_variations(net, of_lengths({2, 10}), 64, 2);
  REQUIRE(results.size() == 2);
  CHECK(results[0].variation.name() == "length_2");
  CHECK(results[0].optimum == 0);
  CHECK(results[0].loss == Approx(2 * 2).epsilon(0.5));
  CHECK(results[1].loss == Approx(2 * 10).epsilon(0.5));
  CHECK(results[1].wrong == Approx(10).epsilon(0.4));
}

TEST_CASE("the number of threads does not change a result", "[threads]") {
  TrainedNet net = small_net();
  const auto variations = of_lengths({3});
  CHECK(evaluate_variations(net, variations, 40, 1)[0].loss ==
        evaluate_variations(net, variations, 40, 2)[0].loss);
}

TEST_CASE("without quantities the training distribution is evaluated") {
  TrainedNet net = small_net();
  const auto results = evaluate_variations(net, {Variation{}}, 64, 1);
  REQUIRE(results.size() == 1);
  CHECK(results[0].variation.trained());
  CHECK(results[0].loss == Approx(4).epsilon(0.5));  // lengths 1 to 3 of 2 bits
}

TEST_CASE("a length that the task does not have is refused") {
  TrainedNet net = small_net();
  CHECK_THROWS_AS(evaluate_variations(net, of_lengths({0}), 1, 1), UsageError);
}

TEST_CASE("results are written as an aligned table") {
  std::ostringstream out;
  const Variation repeats{{{"length", 120}, {"repeats", 3}}};
  write_results(out, Loss::bits, {{Variation{}, {}, 0.25, 0, 0}, {repeats, {}, 1123.5, 83.25, 0}});
  CHECK(out.str() ==
        "                         bits per sequence  wrong bits per sequence\n"
        "         as in training            0.25000                    0.000\n"
        "  length 120, repeats 3         1123.50000                   83.250\n");
}
