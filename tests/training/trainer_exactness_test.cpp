// The bits of a run: independent of threads, of interruptions, and the same from one version to the next.
#include <cinttypes>
#include <cstdio>

#include "tests/support/catch.hpp"
#include "tests/training/small_run.hpp"

using namespace tapehead;

namespace {

bool same_rows(const std::vector<TrainingRow>& a, const std::vector<TrainingRow>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const TrainingRow& x, const TrainingRow& y) {
    return x.step == y.step && x.sequences == y.sequences && x.loss == y.loss && x.error == y.error &&
           x.grad_norm == y.grad_norm && x.learning_rate == y.learning_rate;
  });
}

bool same_evaluations(const std::vector<EvaluationRow>& a, const std::vector<EvaluationRow>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const EvaluationRow& x, const EvaluationRow& y) {
                      return x.step == y.step && x.sequences == y.sequences && x.loss == y.loss &&
                             x.error == y.error && x.best == y.best;
                    });
}

template <class Row>
void append(std::vector<Row>& to, const std::vector<Row>& rows) {
  to.insert(to.end(), rows.begin(), rows.end());
}

// FNV-1a, 64 bits.
std::uint64_t hash_of(std::span<const Real> values) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const std::byte byte : std::as_bytes(values))
    hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3;
  return hash;
}

// Of the parameters after 50 updates of a fixed run.
std::uint64_t signature(std::size_t threads) {
  TrainingOptions options = small_options();
  options.steps = 50;
  SmallRun run(options, threads);
  run.run();
  return hash_of(run.parameters());
}

}  // namespace

TEST_CASE("200 steps give the same bits for any number of threads", "[training][threads]") {
  for (const std::size_t shards : {0U, 5U, 1U}) {
    INFO(shards << " shards");
    TrainingOptions options = small_options();
    options.shards = shards;
    SmallRun one(options, 1);
    one.run();
    for (const std::size_t threads : {2U, 3U}) {
      SmallRun several(options, threads);
      several.run();
      CHECK(same_bits(one.parameters(), several.parameters()));
      CHECK(same_rows(one.rows, several.rows));
      CHECK(same_evaluations(one.evaluations, several.evaluations));
    }
  }
}

TEST_CASE("the seed decides the bits of a run", "[training]") {
  TrainingOptions options = small_options();
  options.steps = 5;
  SmallRun a(options, 1, 1), again(options, 1, 1), b(options, 1, 2);
  a.run();
  again.run();
  b.run();
  CHECK(same_bits(a.parameters(), again.parameters()));
  CHECK_FALSE(same_bits(a.parameters(), b.parameters()));
}

TEST_CASE("the gradient of a batch does not depend on its shards, rounding aside", "[training]") {
  const auto losses = [](std::size_t shards) {
    TrainingOptions options = small_options();
    options.steps = 10;
    options.log_every = 1;
    options.shards = shards;
    SmallRun run(options);
    run.run();
    return run.rows;
  };
  const auto one = losses(1);
  for (const std::size_t shards : {2U, 3U, 16U}) {
    const auto several = losses(shards);
    for (std::size_t i = 0; i < one.size(); ++i) {
      CHECK(several[i].loss == Approx(one[i].loss).epsilon(1e-4));
      CHECK(several[i].grad_norm == Approx(one[i].grad_norm).epsilon(1e-3));
    }
  }
}

TEST_CASE("a run stopped and restored gives the bits and rows of one that never stopped",
          "[training][threads]") {
  for (const char* const optimizer : {"rmsprop_graves", "adam"}) {
    INFO(optimizer);
    TrainingOptions options = small_options();
    options.optimizer.optimizer = optimizer;
    SmallRun whole(options, 2);
    whole.run();

    std::vector<TrainingRow> rows;
    std::vector<EvaluationRow> evaluations;
    auto part = std::make_unique<SmallRun>(options, 1);
    for (const std::uint64_t stop : {1U, 57U, 199U}) {
      CHECK(part->run(stop) == Ending::interrupted);
      append(rows, part->rows);
      append(evaluations, part->evaluations);
      // All that goes on: parameters, optimiser state and progress.
      auto next = std::make_unique<SmallRun>(options, stop == 57 ? 2 : 1);
      std::ranges::copy(part->parameters(), next->model->parameters().flat().begin());
      for (std::size_t i = 0; i < part->trainer.optimizer_state_names().size(); ++i) {
        std::ranges::copy(part->trainer.optimizer_state(i), next->trainer.optimizer_state(i).begin());
      }
      next->trainer.restore(part->trainer.progress());
      part = std::move(next);
    }
    CHECK(part->run() == Ending::finished);
    append(rows, part->rows);
    append(evaluations, part->evaluations);
    CHECK(same_bits(whole.parameters(), part->parameters()));
    for (std::size_t i = 0; i < whole.trainer.optimizer_state_names().size(); ++i) {
      CHECK(same_bits(whole.trainer.optimizer_state(i), part->trainer.optimizer_state(i)));
    }
    CHECK(same_rows(whole.rows, rows));
    CHECK(same_evaluations(whole.evaluations, evaluations));
  }
}

TEST_CASE("the signature of a fixed training run", "[training][threads]") {
  const std::uint64_t one = signature(1);
  CHECK(signature(2) == one);
  CHECK(signature(1) == one);
  std::printf("Signature: %016" PRIx64 "\n", one);
}
