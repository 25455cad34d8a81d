#include "experiments/checkpoint_state.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

using Progress = Trainer::Progress;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view kRollbackPrefix = "rollback/";

// Walks over the counters by name, so that saving and restoring cannot differ. `step` is the checkpoint's own.
template <class Counters, class Visit>
void visit_counters(Counters& counters, Visit&& visit) {
  visit("window_loss", counters.window_loss);
  visit("window_error", counters.window_error);
  visit("window_steps", counters.window_steps);
  visit("best_loss", counters.best_loss);
  visit("last_loss", counters.last_loss);
  visit("evaluations", counters.evaluations);
  visit("last_evaluation_step", counters.last_evaluation_step);
  visit("steps_to_threshold", counters.steps_to_threshold);
}

// Those that came later: a checkpoint may lack them, and they are 0 then.
template <class Counters, class Visit>
void visit_later_counters(Counters& counters, Visit&& visit) {
  visit("lost_steps", counters.lost_steps);
  visit("skipped_updates", counters.skipped_updates);
  visit("skipped_in_a_row", counters.skipped_in_a_row);
  visit("rollbacks", counters.rollbacks);
  visit("rollbacks_in_a_row", counters.rollbacks_in_a_row);
  visit("snapshot_updates", counters.snapshot_updates);
  visit("last_not_finite_step", counters.last_not_finite_step);
}

AttributeValue as_attribute(double value) { return value; }
AttributeValue as_attribute(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::vector<Attribute> counters_of(const Progress& progress) {
  std::vector<Attribute> counters;
  const auto keep = [&](const char* name, auto value) { counters.push_back({name, as_attribute(value)}); };
  visit_counters(progress, keep);
  visit_later_counters(progress, keep);
  return counters;
}

[[noreturn]] void refuse_counter(const std::filesystem::path& where, const std::string& name) {
  throw DataError(where.string() + ": counter '" + name + "' is missing or of another type");
}

struct CounterReader {
  const std::vector<Attribute>& counters;
  const std::filesystem::path& where;

  void operator()(const char* name, double& into) const {
    const auto* const value = find_attribute(counters, name);
    if (value == nullptr || !std::holds_alternative<double>(*value)) refuse_counter(where, name);
    into = std::get<double>(*value);
  }
  void operator()(const char* name, std::uint64_t& into) const {
    const auto* const value = find_attribute(counters, name);
    const auto* const number = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
    if (number == nullptr || *number < 0) refuse_counter(where, name);
    into = static_cast<std::uint64_t>(*number);
  }
};

Progress progress_of(const Checkpoint& checkpoint, const std::filesystem::path& where) {
  Progress progress;
  const CounterReader read{checkpoint.counters, where};
  visit_counters(progress, read);
  visit_later_counters(progress, [&](const char* name, std::uint64_t& into) {
    if (find_attribute(checkpoint.counters, name) != nullptr) read(name, into);
  });
  progress.step = static_cast<std::uint64_t>(checkpoint.step);
  return progress;
}

std::vector<std::size_t> extents_of(const Shape& shape) { return {shape.begin(), shape.end()}; }

// One tensor per parameter from a flat buffer laid out like the parameters.
std::vector<NamedTensor> tensors(const Parameters& parameters, const Real* flat, const std::string& prefix) {
  std::vector<NamedTensor> named;
  for (const Parameter& parameter : parameters.all()) {
    const Real* const first = flat + parameter.offset;
    named.push_back(
        {prefix + parameter.path, extents_of(parameter.shape), {first, first + parameter.shape.size()}});
  }
  return named;
}

void restore_tensors(const std::vector<NamedTensor>& from, const std::filesystem::path& where,
                     const Parameters& parameters, Real* flat, const std::string& prefix) {
  for (const Parameter& parameter : parameters.all()) {
    const NamedTensor& tensor =
        find_tensor(from, prefix + parameter.path, extents_of(parameter.shape), where);
    std::ranges::copy(tensor.values, flat + parameter.offset);
  }
}

void erase_row(MetricsTable& table, std::size_t row) {
  const auto at = static_cast<std::ptrdiff_t>(row);
  table.step.erase(table.step.begin() + at);
  for (MetricsColumn& column : table.columns) column.values.erase(column.values.begin() + at);
}

Progress reopened(Progress progress, const MetricsTable& evaluations, double threshold) {
  progress.evaluations = 0;
  progress.best_loss = progress.last_loss = 0;
  progress.last_evaluation_step = progress.steps_to_threshold = 0;
  const MetricsColumn* const loss = evaluations.find("loss");
  for (std::size_t row = 0; loss != nullptr && row < evaluations.step.size(); ++row) {
    const double value = loss->values[row];
    if (std::isnan(value)) continue;  // a row of another evaluation, of other lengths
    progress.best_loss = progress.evaluations++ == 0 ? value : std::min(progress.best_loss, value);
    progress.last_loss = value;
    progress.last_evaluation_step = static_cast<std::uint64_t>(evaluations.step[row]);
    if (value < threshold && progress.steps_to_threshold == 0) {
      progress.steps_to_threshold = progress.last_evaluation_step;
    }
  }
  return progress;
}

// The summary as the run would have it that stands where these counters do.
void summarise(const Progress& progress, RunMetrics& metrics) {
  const auto at = [&](std::uint64_t step, const char* name) {
    const MetricsColumn* const column = metrics.eval.find(name);
    const auto row = std::ranges::find(metrics.eval.step, static_cast<std::int64_t>(step));
    if (column == nullptr || row == metrics.eval.step.end()) return kUnknown;
    return column->values[static_cast<std::size_t>(row - metrics.eval.step.begin())];
  };
  const bool evaluated = progress.evaluations > 0, reached = progress.steps_to_threshold > 0;
  const std::pair<std::string_view, double> values[] = {
      {"best_loss", evaluated ? progress.best_loss : kUnknown},
      {"final_loss", evaluated ? progress.last_loss : kUnknown},
      {"final_error", evaluated ? at(progress.last_evaluation_step, "error") : kUnknown},
      {"steps_to_threshold", reached ? static_cast<double>(progress.steps_to_threshold) : kUnknown},
      {"sequences_to_threshold", reached ? at(progress.steps_to_threshold, "sequences") : kUnknown}};
  for (SummaryScalar& scalar : metrics.summary) {
    for (const auto& [name, value] : values) {
      if (scalar.column.name == name) scalar.value = value;
    }
  }
}

}  // namespace

std::vector<Attribute> config_attributes(const Settings& settings) {
  std::vector<Attribute> attributes;
  for (const Settings::Entry& entry : settings.entries()) {
    if (settings.counts(entry)) attributes.push_back({entry.key, value_of(entry.field)});
  }
  return attributes;
}

Checkpoint capture(const Trainer& trainer, const RunSettings& settings, const std::string& run_id,
                   RunMetrics metrics) {
  const Parameters& parameters = trainer.model().parameters();
  Checkpoint checkpoint{.step = static_cast<std::int64_t>(trainer.progress().step),
                        .run_id = run_id,
                        .settings = settings.text(),
                        .config = config_attributes(settings.settings()),
                        .counters = counters_of(trainer.progress()),
                        .model = {},
                        .optimizer = {},
                        .metrics = std::move(metrics)};
  for (std::uint32_t i = 0; i < parameters.all().size(); ++i) {
    const Parameter& parameter = parameters.all()[i];
    const std::span<const Real> values = parameters.values(Var{i});
    checkpoint.model.push_back({parameter.path, extents_of(parameter.shape), {values.begin(), values.end()}});
  }
  const auto names = trainer.optimizer_state_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::ranges::move(tensors(parameters, trainer.optimizer_state(i).data(), std::string(names[i]) + "/"),
                      std::back_inserter(checkpoint.optimizer));
  }
  return checkpoint;
}

void restore_parameters(const Checkpoint& checkpoint, const std::filesystem::path& where, Model& model) {
  restore_tensors(checkpoint.model, where, model.parameters(), model.parameters().flat().data(), "");
}

void restore(const Checkpoint& checkpoint, const std::filesystem::path& where, Trainer& trainer) {
  restore_parameters(checkpoint, where, trainer.model());
  // A run that has only now been told to roll back has nothing yet to return to but this.
  const bool complete = std::ranges::any_of(checkpoint.optimizer, [](const NamedTensor& tensor) {
    return tensor.path.starts_with(kRollbackPrefix);
  });
  const auto names = trainer.optimizer_state_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!complete && names[i].starts_with(kRollbackPrefix)) continue;
    restore_tensors(checkpoint.optimizer, where, trainer.model().parameters(),
                    trainer.optimizer_state(i).data(), std::string(names[i]) + "/");
  }
  trainer.restore(progress_of(checkpoint, where));
  if (!complete) trainer.take_snapshot();
}

void reopen(Checkpoint& checkpoint, const std::filesystem::path& where, const TrainingOptions& options) {
  MetricsTable& table = checkpoint.metrics.eval;
  if (table.step.empty() || table.step.back() != checkpoint.step) return;
  if (static_cast<std::uint64_t>(checkpoint.step) % options.evaluate_every == 0) return;
  erase_row(table, table.step.size() - 1);
  const Progress progress = reopened(progress_of(checkpoint, where), table, options.threshold);
  checkpoint.counters = counters_of(progress);
  summarise(progress, checkpoint.metrics);
}

}  // namespace tapehead
