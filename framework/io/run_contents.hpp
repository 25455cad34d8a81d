// What run.h5 holds, as plain values: what a caller says of a run before it starts, and what a reader gets
// back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "framework/io/metrics.hpp"
#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// A setting or a fact about a run, with its type.
using AttributeValue = std::variant<bool, std::int64_t, double, std::string>;
struct Attribute {
  std::string name;
  AttributeValue value;
  bool operator==(const Attribute&) const = default;
};

/// The attribute's value, or nullptr if there is none of that name.
inline const AttributeValue* find_attribute(const std::vector<Attribute>& among, std::string_view name) {
  for (const Attribute& attribute : among) {
    if (attribute.name == name) return &attribute.value;
  }
  return nullptr;
}

/// How a run ended, as run.h5 has it; the numbers are those of its @flag_values.
enum class RunStatus : std::int8_t { running, finished, interrupted, diverged, failed };

/// What is known of a run before its first step.
struct RunInfo {
  std::string title;
  std::string run_id;
  std::string settings;                      // the settings file, re-runnable
  std::vector<Attribute> config;             // one per setting: "training.batch"
  std::vector<Attribute> provenance;         // "git_revision", "seed", "argv", …
  std::vector<std::string> vocabulary = {};  // words by id, for tasks that have words
};

/// A run that is about to start: what is known, and which columns and scalars it will write.
struct RunDescription {
  RunInfo info;
  std::vector<Column> train, eval;  // without `step`, which every table has
  std::vector<Column> summary;
};

/// What a run has measured so far; a checkpoint holds it too.
struct RunMetrics {
  MetricsTable train, eval;
  std::vector<SummaryScalar> summary;
  double wall_seconds = 0;

  /// The last step that a row is of; 0 without rows.
  std::int64_t last_step() const {
    std::int64_t last = 0;
    for (const MetricsTable* const table : {&train, &eval}) {
      if (!table->step.empty()) last = std::max(last, table->step.back());
    }
    return last;
  }
};

/// All of run.h5 except its traces.
struct RunContents {
  RunInfo info;
  RunMetrics metrics;
  RunStatus status = RunStatus::running;
  double end_unix_time = std::numeric_limits<double>::quiet_NaN();  // s, NaN until the run ended
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
