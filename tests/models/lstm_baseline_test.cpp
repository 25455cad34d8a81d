// The size of the LSTM baseline.
#include "framework/models/lstm_baseline.hpp"

#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

std::size_t parameters(std::size_t inputs, std::size_t outputs, std::size_t units, std::size_t layers = 3) {
  LstmBaseline::Options options;
  options.units = units;
  options.layers = layers;
  return LstmBaseline({inputs, outputs, Loss::bits}, options, 1).parameters().count();
}

}  // namespace

TEST_CASE("the LSTM baseline has as many parameters as the paper's Table 3 says", "[models]") {
  CHECK(parameters(10, 9, 256) == 1352969);  // copy, with the 9 outputs that the paper's count implies
  CHECK(parameters(8, 7, 512) == 5312007);   // repeat copy
  CHECK(parameters(8, 6, 256) == 1344518);   // associative recall
  CHECK(parameters(1, 1, 128) == 331905);    // dynamic n-grams
  CHECK(parameters(10, 8, 128) == 348424);   // priority sort; the paper prints 384,424
}

TEST_CASE("the LSTM baseline's layers all see the input and all reach the output", "[models]") {
  for (const std::size_t layers : {1U, 2U, 4U}) {
    const std::size_t i = 3, o = 2, h = 5;
    CHECK(parameters(i, o, h, layers) == 4 * h * (i + h + 1) + (layers - 1) * 4 * h * (i + 2 * h + 1) +
                                             o * (layers * h + 1) + 2 * layers * h);
  }
}
