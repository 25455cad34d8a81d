#include "experiments/reproduction_runs.hpp"

#include <algorithm>
#include <cmath>

#include "experiments/evaluation.hpp"
#include "experiments/loss_names.hpp"
#include "experiments/settings_hash.hpp"
#include "experiments/statistics.hpp"
#include "experiments/sweep_claim.hpp"
#include "experiments/trained_net.hpp"
#include "framework/io/run_lock.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

std::string text_of(const RunContents& contents, const char* name) {
  const AttributeValue* const value = find_attribute(contents.info.provenance, name);
  const auto* const text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return text == nullptr ? "" : *text;
}

std::vector<CurvePoint> curve_of(const MetricsTable& evaluations, const fs::path& file) {
  const MetricsColumn* const loss = evaluations.find("loss");
  const MetricsColumn* const sequences = evaluations.find("sequences");
  if (loss == nullptr || sequences == nullptr) {
    throw DataError(file.string() + ": metrics/eval has no loss or no sequences");
  }
  std::vector<CurvePoint> curve;
  for (std::size_t i = 0; i < loss->values.size(); ++i) {
    // Rows of later evaluations have none.
    if (!std::isnan(loss->values[i])) curve.push_back({sequences->values[i], loss->values[i]});
  }
  return curve;
}

// Of the last evaluation that knew it; an evaluation's sequences are the same each time.
double optimum_of(const MetricsTable& evaluations) {
  const MetricsColumn* const optimum = evaluations.find("optimum");
  if (optimum == nullptr) return SeedRecord::kNone;
  const auto known = std::find_if(optimum->values.rbegin(), optimum->values.rend(),
                                  [](double value) { return !std::isnan(value); });
  return known == optimum->values.rend() ? SeedRecord::kNone : *known;
}

// Up to the last row, or to the step at which the run diverged.
std::uint64_t sequences_of(const RunMetrics& metrics, const std::vector<CurvePoint>& curve,
                           std::size_t batch) {
  double most = curve.empty() ? 0 : curve.back().sequences;
  const MetricsColumn* const sequences = metrics.train.find("sequences");
  if (sequences != nullptr && !sequences->values.empty()) most = std::fmax(most, sequences->values.back());
  for (const SummaryScalar& scalar : metrics.summary) {
    const double until = scalar.value * static_cast<double>(batch);
    if (scalar.column.name == "diverged_step") most = std::fmax(most, until);
  }
  return static_cast<std::uint64_t>(most);
}

// Measures the final net, not an older one that is left where its checkpoint is damaged. Returns whether it was not
// stopped.
bool evaluate(SeedRecord& record, const ReproductionResult& result, const RunReader& run,
              std::size_t sequences, const std::function<bool()>& stop) {
  Arguments named;
  named.positional = {run.directory().string()};
  TrainedNet net = load_net(named);
  expect_last(run, net);
  const auto results = evaluate_variations(net, result.variations, sequences, 1, stop);
  if (!results) return false;
  record_results(net, *results);
  const LossNames& names = names_of(net.settings->loss(*net.task));
  for (const VariationResult& one : *results) {
    record.evaluations.emplace_back(names.cost_column + ("_" + one.variation.name()), one.loss);
    record.evaluations.emplace_back(names.error_column + ("_" + one.variation.name()), one.wrong);
  }
  return true;
}

}  // namespace

std::string revision_of(const RunContents& contents) {
  const AttributeValue* const dirty = find_attribute(contents.info.provenance, "git_dirty");
  const auto* const changed = dirty == nullptr ? nullptr : std::get_if<bool>(dirty);
  return text_of(contents, "git_revision") + (changed != nullptr && *changed ? "+" : "");
}

std::string cpu_of(const RunContents& contents) { return text_of(contents, "cpu_model"); }

void expect_last(const RunReader& run, const TrainedNet& net) {
  if (net.step >= run.contents().metrics.last_step()) return;
  throw DataError(run.directory().string() +
                  ": its last checkpoint is damaged or gone; the newest good one is of step " +
                  std::to_string(net.step) + "; to train it again, remove the directory");
}

RowPlan plan_row(const ReproductionRow& row, const SeedRange& seeds, std::size_t divisor) {
  RowPlan plan{.row = &row, .changes = row.settings, .seeds = seeds};
  plan.sequences = preset_settings(row.preset, plan.changes)->training().sequences;
  if (divisor > 1) {
    plan.sequences = std::max<std::size_t>(1, plan.sequences / divisor);
    std::erase_if(plan.changes, [](const Assignment& a) { return a.key == "training.sequences"; });
    plan.changes.push_back({"training.sequences", std::to_string(plan.sequences), ""});
  }
  plan.hash = settings_hash(*preset_settings(row.preset, plan.changes));
  return plan;
}

SweepTask task_of(const RowPlan& plan, std::size_t seed, const fs::path& runs) {
  const std::string name = plan.row->name + "-s" + std::to_string(seed);
  SweepTask task{
      .name = name, .preset = plan.row->preset, .settings = plan.changes, .directory = runs / name};
  task.settings.push_back({"seed", std::to_string(seed), ""});
  return task;
}

std::optional<fs::path> set_aside(const SweepTask& task, const std::string& hash) {
  const fs::path file = task.directory / "settings.ini";
  if (!fs::exists(file)) return std::nullopt;
  const std::optional<TaskClaim> claim = TaskClaim::take(task);
  if (!claim || RunLock::held(task.directory)) return std::nullopt;
  std::string other;
  try {
    const SettingsText text = read_settings_file(file);
    other = settings_hash(RunSettings("unnamed", text, {}, RunSettings::Source::run));
  } catch (const UsageError&) {
    return std::nullopt;  // the sweep says what is wrong with it
  }
  if (other == hash) return std::nullopt;
  fs::path aside = task.directory.string() + "-" + other;
  for (int n = 2; fs::exists(aside); ++n) {
    aside = task.directory.string() + "-" + other + "-" + std::to_string(n);
  }
  std::error_code error;
  fs::rename(task.directory, aside, error);
  if (error) throw IoError(task.directory.string() + ": it cannot be set aside: " + error.message());
  fs::rename(task.directory.string() + ".log", aside.string() + ".log", error);  // there may be none
  return aside;
}

void measure_curve(SeedRecord& record, const ReproductionResult& result,
                   const std::vector<CurvePoint>& curve) {
  record.threshold = result.threshold + (result.above_optimum ? record.optimum : 0);
  if (curve.empty()) return;
  std::vector<double> late;
  for (std::size_t i = curve.size() - (curve.size() + 9) / 10; i < curve.size(); ++i) {
    late.push_back(curve[i].loss);
  }
  record.final_loss = curve.back().loss;
  record.best_loss = std::ranges::min_element(curve, {}, &CurvePoint::loss)->loss;
  record.late_loss = median(late);
  const auto crossing =
      std::ranges::find_if(curve, [&](const CurvePoint& point) { return point.loss < record.threshold; });
  if (crossing != curve.end()) record.sequences_to_threshold = crossing->sequences;
}

std::optional<TrainedSeed> read_trained_seed(const ReproductionResult& result, const RowPlan& plan,
                                             std::size_t seed, const fs::path& directory,
                                             std::size_t sequences, const std::function<bool()>& stop) {
  const RunReader run(directory);
  const std::string status = run.status();
  if (status != "finished" && status != "diverged") {
    throw DataError(run.file().string() + ": expected a finished run, got one that is " + status);
  }
  const RunContents& contents = run.contents();
  TrainedSeed trained{.record = {.paper = result.paper,
                                 .result = result.name,
                                 .row = plan.row->name,
                                 .preset = plan.row->preset,
                                 .seed = seed,
                                 .settings_hash = plan.hash,
                                 .status = status},
                      .curve = curve_of(contents.metrics.eval, run.file())};
  SeedRecord& record = trained.record;
  const auto settings = stored_settings(contents.info.settings, run.file().string(), {});
  record.sequences = sequences_of(contents.metrics, trained.curve, settings->training().batch);
  record.share_of_paper = static_cast<double>(record.sequences) / result.paper_sequences;
  record.optimum = optimum_of(contents.metrics.eval);
  if (status == "finished" && trained.curve.empty()) {
    throw DataError(run.file().string() + ": it was never evaluated");
  }
  if (status == "finished" && result.above_optimum && std::isnan(record.optimum)) {
    throw DataError(run.file().string() + ": its evaluations say nothing of the optimum");
  }
  measure_curve(record, result, trained.curve);
  record.parameters = settings->make_model(*settings->make_task())->parameters().count();
  record.wall_seconds = contents.metrics.wall_seconds;
  record.revision = revision_of(contents);
  record.cpu = cpu_of(contents);
  if (!record.diverged() && !evaluate(record, result, run, sequences, stop)) return std::nullopt;
  return trained;
}

}  // namespace tapehead
