#include "framework/training/evaluator.hpp"

#include <atomic>
#include <cmath>

#include "tasks/copy.hpp"
#include "tasks/ngrams.hpp"
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

// Copy, of which the least loss is said to be what `least` makes of a batch.
class WithOptimum final : public Task {
 public:
  explicit WithOptimum(double (*least)(const Batch&)) : least_(least) {}
  void sample(const RandomStream& stream, std::size_t batch, Batch& into) const override {
    kTask.sample(stream, batch, into);
  }
  std::size_t input_size() const override { return kTask.input_size(); }
  std::size_t target_size() const override { return kTask.target_size(); }
  Loss loss() const override { return kTask.loss(); }
  std::string_view name() const override { return kTask.name(); }
  std::string picture() const override { return kTask.picture(); }
  double optimum(const Batch& batch) const override {
    ++asked;
    return least_(batch);
  }

  mutable std::atomic<int> asked = 0;

 private:
  double (*least_)(const Batch&);
};

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

TEST_CASE("an evaluation tells the least possible loss of the very sequences it judges",
          "[training][threads]") {
  const Ngrams task({.length = 30, .context = 2});
  const auto model = small_ntm(task);
  // The sequences as Evaluator's contract has them: stream "evaluation" of seed 0, a step for every 8.
  Batch batch;
  double expected = 0;
  for (const auto& [step, examples] : {std::pair{0U, 8U}, {1U, 8U}, {2U, 5U}}) {
    task.sample(RandomStream(0, "evaluation").step(step), examples, batch);
    expected += task.optimum(batch);
  }
  for (const std::size_t threads : {1U, 2U, 3U}) {
    Workers workers(threads);
    Evaluator evaluator(task, 21);
    const Evaluation found = evaluator.evaluate(*model, workers);
    CHECK(found.optimum == Approx(expected).epsilon(1e-12));
    CHECK(found.mean_optimum() == Approx(expected / 21).epsilon(1e-12));
    CHECK(found.loss > found.optimum);
    CHECK(evaluator.evaluate(*model, workers).optimum ==
          found.optimum);  // when it is not computed again either
  }
}

TEST_CASE("the least possible loss is asked for once a batch, not once an evaluation", "[training]") {
  const WithOptimum task([](const Batch& batch) { return static_cast<double>(batch_size(batch)); });
  const auto model = small_ntm(task);
  Workers workers(1);
  Evaluator evaluator(task, 20);
  for (int i = 0; i < 3; ++i) CHECK(evaluator.evaluate(*model, workers).mean_optimum() == 1);
  CHECK(task.asked == 3);
}

TEST_CASE("an evaluation that was stopped leaves the next one whole", "[training]") {
  const WithOptimum task([](const Batch& batch) { return static_cast<double>(batch_size(batch)); });
  const auto model = small_ntm(task);
  Workers workers(1);
  Evaluator evaluator(task, 40);
  int batches = 0;
  CHECK_FALSE(evaluator.evaluate(*model, workers, [&] { return ++batches > 2; }));
  const Evaluation whole = evaluator.evaluate(*model, workers);
  CHECK(whole.optimum == 40);
  CHECK(whole.loss == Evaluator(task, 40).evaluate(*model, workers).loss);
}

TEST_CASE("where the least possible loss is not known, an evaluation does not know it", "[training]") {
  const WithOptimum task([](const Batch&) { return std::nan(""); });
  const auto model = small_ntm(task);
  Workers workers(1);
  CHECK(std::isnan(Evaluator(task, 20).evaluate(*model, workers).mean_optimum()));
  const Score copying = Evaluator(kTask, 20).evaluate(*model, workers);
  CHECK(copying.loss == Evaluator(task, 20).evaluate(*model, workers).loss);
}
