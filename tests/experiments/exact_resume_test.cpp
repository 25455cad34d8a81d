// A run that was stopped and resumed is the one that was never stopped, for whatever there is to train.
#include <array>
#include <bit>
#include <filesystem>
#include <limits>

#include "experiments/checkpoint_state.hpp"
#include "tests/experiments/combinations.hpp"
#include "tests/io/fixtures.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

constexpr std::uint64_t kNever = ~std::uint64_t{0};
// In a row's window, on a checkpoint, on an evaluation, in between, and on the last update.
constexpr std::array<std::uint64_t, 5> kStops = {1, 12, 15, 29, 40};

// A task whose training draws hold a NaN at some steps. Pure, as a task has to be.
class WithNans final : public Task {
 public:
  WithNans(std::unique_ptr<Task> task, std::uint64_t seed, const std::vector<std::uint64_t>& steps)
      : task_(std::move(task)) {
    for (const std::uint64_t step : steps)
      spoiled_.push_back(mark(RandomStream(seed, "train").step(step - 1)));
  }

  void sample(const RandomStream& stream, std::size_t batch, Batch& into) const override {
    task_->sample(stream, batch, into);
    if (std::ranges::find(spoiled_, mark(stream)) == spoiled_.end()) return;
    if (auto* const sequences = std::get_if<SequenceBatch>(&into))
      sequences->inputs.fill(std::numeric_limits<Real>::quiet_NaN());
  }
  std::size_t input_size() const override { return task_->input_size(); }
  std::size_t target_size() const override { return task_->target_size(); }
  Loss loss() const override { return task_->loss(); }
  std::string_view name() const override { return task_->name(); }
  std::string picture() const override { return task_->picture(); }
  StoryShape story_shape() const override { return task_->story_shape(); }
  std::size_t size(Split split) const override { return task_->size(split); }
  void take(Split split, std::size_t first, std::size_t count, Batch& into) const override {
    task_->take(split, first, count, into);
  }

 private:
  static std::uint32_t mark(const RandomStream& stream) { return stream.draws().bits(); }

  std::unique_ptr<Task> task_;
  std::vector<std::uint32_t> spoiled_;
};

// Keeps what run.h5 would.
struct Rows final : TrainingObserver {
  RunMetrics metrics;

  static void append(MetricsTable& table, std::uint64_t step,
                     const std::vector<std::pair<const char*, double>>& values) {
    const std::size_t row = table.row(static_cast<std::int64_t>(step));
    for (const auto& [name, value] : values) table.values({.name = name})[row] = value;
  }
  void on_row(const Trainer&, const TrainingRow& row) override {
    append(metrics.train, row.step,
           {{"loss", row.loss},
            {"error", row.error},
            {"grad_norm", row.grad_norm},
            {"learning_rate", row.learning_rate},
            {"sequences", static_cast<double>(row.sequences)}});
  }
  void on_evaluation(const Trainer&, const EvaluationRow& row) override {
    append(metrics.eval, row.step,
           {{"loss", row.loss}, {"error", row.error}, {"best", row.best ? 1.0 : 0.0}});
  }
};

// All that a run has come to.
struct End {
  Checkpoint checkpoint;
  Trainer::Progress progress;  // with what a checkpoint might forget
};

// One process' part of a run.
struct Part {
  const RunSettings& settings;
  std::unique_ptr<Task> task;
  std::unique_ptr<Model> model;
  Trainer trainer;
  Rows rows;

  Part(const RunSettings& of, std::size_t threads, const std::vector<std::uint64_t>& nans = {})
      : settings(of),
        task(std::make_unique<WithNans>(of.make_task(), of.seed(), nans)),
        model(of.make_model(*task)),
        trainer(*model, *task, of.training(), of.seed(), threads) {}

  void go_on_from(const std::filesystem::path& path) {
    Checkpoint checkpoint = read_checkpoint(path);
    restore(checkpoint, path, trainer);
    rows.metrics = std::move(checkpoint.metrics);
  }
  End run_until(std::uint64_t step) {
    const std::array<TrainingObserver*, 1> observers = {&rows};
    trainer.run(observers, [&] { return trainer.progress().step >= step; });
    return {capture(trainer, settings, "id", rows.metrics), trainer.progress()};
  }
};

End never_stopped(const RunSettings& settings, const std::vector<std::uint64_t>& nans = {}) {
  return Part(settings, 1, nans).run_until(kNever);
}

End stopped_and_resumed(const RunSettings& settings, std::size_t threads,
                        const std::vector<std::uint64_t>& nans = {}) {
  const io_test::TemporaryDirectory place;
  const std::filesystem::path path = place / "checkpoint.h5";
  auto part = std::make_unique<Part>(settings, threads, nans);
  for (const std::uint64_t stop : kStops) {
    write_checkpoint(path, part->run_until(stop).checkpoint);
    part = std::make_unique<Part>(settings, threads, nans);
    part->go_on_from(path);
  }
  return part->run_until(kNever);
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

void check_same(const std::vector<NamedTensor>& expected, const std::vector<NamedTensor>& found) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(expected[i].path);
    CHECK(found[i].path == expected[i].path);
    CHECK(std::ranges::equal(found[i].values, expected[i].values, same_bits));
  }
}

void check_same(const MetricsTable& expected, const MetricsTable& found) {
  CHECK(found.step == expected.step);
  REQUIRE(found.columns.size() == expected.columns.size());
  for (std::size_t i = 0; i < expected.columns.size(); ++i) {
    INFO(expected.columns[i].column.name);
    CHECK(found.columns[i].column.name == expected.columns[i].column.name);
    CHECK(std::ranges::equal(found.columns[i].values, expected.columns[i].values, same_bits));
  }
}

// Every field, also those that are added later.
auto bits(const Trainer::Progress& progress) {
  static_assert(sizeof(progress) % sizeof(std::uint64_t) == 0);
  return std::bit_cast<std::array<std::uint64_t, sizeof(progress) / sizeof(std::uint64_t)>>(progress);
}

void check_same(const End& expected, const End& found) {
  CHECK(bits(found.progress) == bits(expected.progress));
  CHECK(found.checkpoint.step == expected.checkpoint.step);
  CHECK(found.checkpoint.counters == expected.checkpoint.counters);
  check_same(expected.checkpoint.model, found.checkpoint.model);
  check_same(expected.checkpoint.optimizer, found.checkpoint.optimizer);
  check_same(expected.checkpoint.metrics.train, found.checkpoint.metrics.train);
  check_same(expected.checkpoint.metrics.eval, found.checkpoint.metrics.eval);
}

void check_resuming(const std::vector<Combination>& of) {
  for (const Combination& combination : of) {
    INFO(combination.name);
    const End whole = never_stopped(*combination.settings);
    CHECK(whole.progress.step == 40);
    CHECK(whole.checkpoint.metrics.train.step.size() == 5);  // every 7
    CHECK(whole.checkpoint.metrics.eval.step == std::vector<std::int64_t>{15, 30, 40});
    for (const std::size_t threads : {1U, 2U, 4U}) {
      INFO(threads << " threads");
      check_same(whole, stopped_and_resumed(*combination.settings, threads));
    }
  }
}

void check_resuming_with_nans(const std::vector<Combination>& of) {
  // Beside a stop, three times in a row, and at the last step.
  const std::vector<std::uint64_t> nans = {2, 12, 13, 14, 40};
  for (const Combination& combination : of) {
    if (combination.settings->make_task()->story_shape().words > 0) continue;  // words are never NaN
    for (const char* const on_nan : {"skip", "rollback"}) {
      INFO(combination.name << ", " << on_nan);
      const auto settings = stored_settings(combination.settings->text(), "settings.ini",
                                            std::vector<Assignment>{{"training.on_nan", on_nan, ""}});
      const End whole = never_stopped(*settings, nans);
      CHECK(whole.progress.lost_steps >= nans.size());
      check_same(whole, stopped_and_resumed(*settings, 2, nans));
    }
  }
}

}  // namespace

TEST_CASE("every model, task and optimiser goes on to the bit from five stops, with 1, 2 and 4 threads",
          "[threads]") {
  check_resuming(combinations(Which::each));
}

TEST_CASE("every combination of them goes on to the bit from five stops, with 1, 2 and 4 threads", "[slow]") {
  check_resuming(combinations(Which::all));
}

TEST_CASE("a resumed run skips and rolls back what is not finite as one that never stopped") {
  check_resuming_with_nans(combinations(Which::each));
}

TEST_CASE(
    "a resumed run of any combination skips and rolls back what is not finite as one that never stopped",
    "[slow]") {
  check_resuming_with_nans(combinations(Which::all));
}

TEST_CASE("no model, task, controller or optimiser is left out of what is resumed") {
  const std::vector<Combination> all = combinations(Which::each);
  const auto has = [&](const std::string& key, std::string_view value) {
    INFO(key << " = " << value);
    CHECK(std::ranges::any_of(all, [&](const Combination& one) {
      const Settings::Entry* const entry = one.settings->settings().find(key);
      return entry != nullptr && std::get<std::string>(value_of(entry->field)) == value;
    }));
  };
  for (const ModelEntry& model : model_catalogue()) has("model.name", model.name);
  for (const TaskEntry& task : task_catalogue()) has("task.name", task.name);
  for (const char* const key : {"model.controller", "training.optimizer"}) {
    for (const Combination& one : all) {
      for (const std::string& choice : choices_of(one.settings->settings(), key)) {
        if (!choice.empty()) has(key, choice);
      }
    }
  }
  CHECK(all.size() >= 12);
}
