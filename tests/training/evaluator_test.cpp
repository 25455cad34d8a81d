#include "framework/training/evaluator.hpp"

#include "tasks/copy.hpp"
#include "tests/support/catch.hpp"
#include "tests/training/small_run.hpp"

using namespace tapehead;

namespace {

const Copy kTask = small_task();

Score evaluated(std::size_t sequences, std::size_t threads, std::uint64_t seed = 1) {
  const auto model = small_ntm(kTask, seed);
  Workers workers(threads);
  return Evaluator(kTask, sequences).evaluate(*model, workers);
}

}  // namespace

TEST_CASE("an evaluation has the same bits for any number of threads", "[training][threads]") {
  for (const std::size_t sequences : {1U, 8U, 101U}) {
    const Score one = evaluated(sequences, 1);
    for (const std::size_t threads : {2U, 3U}) {
      const Score several = evaluated(sequences, threads);
      CHECK(one.loss == several.loss);
      CHECK(one.wrong == several.wrong);
      CHECK(one.examples == several.examples);
    }
  }
}

TEST_CASE("an evaluation counts as many sequences as it was asked for", "[training]") {
  for (const std::size_t sequences : {1U, 7U, 8U, 9U, 100U}) {
    CHECK(evaluated(sequences, 1).examples == static_cast<double>(sequences));
  }
}

TEST_CASE("all models are judged on the same sequences, and each time on the same ones", "[training]") {
  const auto model = small_ntm(kTask);
  Workers workers(1);
  Evaluator evaluator(kTask, 40);
  const double first = evaluator.evaluate(*model, workers).loss;
  CHECK(evaluator.evaluate(*model, workers).loss == first);
  CHECK(evaluated(40, 1).loss == first);
  CHECK(evaluated(40, 1, 2).loss != first);
}

TEST_CASE("a model that has learned nothing costs what guessing costs", "[training]") {
  const auto model = small_ntm(kTask);
  const std::span<Real> all = model->parameters().flat();
  std::fill(all.begin(), all.end(), Real(0));  // every logit is 0: one bit for a bit
  Workers workers(2);
  const Score score = Evaluator(*kTask.with_length(5), 10).evaluate(*model, workers);
  CHECK(score.mean_loss() == Approx(20));
  CHECK(score.loss == Approx(200));
}

TEST_CASE("an evaluation leaves the model as it was", "[training]") {
  const auto model = small_ntm(kTask);
  const std::vector<Real> before(model->parameters().flat().begin(), model->parameters().flat().end());
  Workers workers(2);
  Evaluator(kTask, 20).evaluate(*model, workers);
  CHECK(std::equal(before.begin(), before.end(), model->parameters().flat().begin()));
}
