#include "experiments/reproduction_record.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>

namespace tapehead {
namespace {

constexpr std::array<std::string_view, 5> kCurveColumns = {"row", "seed", "settings_hash", "sequences",
                                                           "loss"};
constexpr std::array<std::string_view, 4> kMeasures = {"bits_", "wrong_bits_", "nats_", "wrong_classes_"};

bool is_evaluation(std::string_view column) {
  return column.starts_with("optimum_") || std::ranges::any_of(kMeasures, [&](std::string_view measure) {
           return column.starts_with(measure);
         });
}

std::string text(const CsvTable& table, const CsvRow& row, std::string_view column) {
  const std::string& cell = table.cell(row, column);
  if (cell.empty()) table.refuse(row, "column '" + std::string(column) + "' is empty");
  return cell;
}

SeedRecord record_of(const CsvTable& table, const CsvRow& row) {
  SeedRecord record;
  record.paper = text(table, row, "paper");
  record.result = text(table, row, "result");
  record.row = text(table, row, "row");
  record.preset = text(table, row, "preset");
  record.seed = table.whole_number(row, "seed");
  record.settings_hash = text(table, row, "settings_hash");
  record.status = text(table, row, "status");
  if (record.status != "finished" && record.status != "diverged") {
    table.refuse(row, "column 'status': expected finished or diverged, got '" + record.status + "'");
  }
  record.sequences = table.whole_number(row, "sequences");
  record.share_of_paper = table.number(row, "share_of_paper");
  record.final_loss = table.number(row, "final_loss");
  record.best_loss = table.number(row, "best_loss");
  record.late_loss = table.number(row, "late_loss");
  if (!record.diverged() && !std::isfinite(record.late_loss)) {
    table.refuse(row,
                 "column 'late_loss': a finished seed has one, got '" + table.cell(row, "late_loss") + "'");
  }
  record.threshold = table.number(row, "threshold");
  record.sequences_to_threshold = table.number(row, "sequences_to_threshold");
  record.optimum = table.number(row, "optimum");
  for (const std::string& column : table.columns) {
    if (is_evaluation(column) && !table.cell(row, column).empty()) {
      record.evaluations.emplace_back(column, table.number(row, column));
    }
  }
  record.wall_seconds = table.number(row, "wall_seconds");
  record.parameters = table.whole_number(row, "parameters");
  record.revision = table.cell(row, "revision");
  record.cpu = table.cell(row, "cpu");
  return record;
}

// Points that may not be left out.
std::set<std::size_t> telling_points(const std::vector<CurvePoint>& curve, double threshold) {
  constexpr std::size_t kMostCrossings = 20;
  std::set<std::size_t> kept = {0, curve.size() - 1};
  std::size_t crossings = 0;
  for (std::size_t i = 1; i < curve.size() && crossings < kMostCrossings; ++i) {
    if ((curve[i - 1].loss < threshold) == (curve[i].loss < threshold)) continue;
    kept.insert({i - 1, i});
    ++crossings;
  }
  const auto lowest = std::ranges::min_element(curve, {}, &CurvePoint::loss);
  kept.insert(static_cast<std::size_t>(lowest - curve.begin()));
  return kept;
}

// Whether a row of the curves is of that seed.
bool belongs(const CsvTable& curves, const CsvRow& row, const SeedRecord& record) {
  return curves.cell(row, "row") == record.row && curves.cell(row, "seed") == std::to_string(record.seed) &&
         curves.cell(row, "settings_hash") == record.settings_hash;
}

}  // namespace

double SeedRecord::compared_loss(bool above_optimum) const {
  if (diverged()) return std::numeric_limits<double>::infinity();
  return above_optimum ? late_loss - optimum : late_loss;
}

void add_record(CsvTable& table, const SeedRecord& record) {
  std::vector<std::pair<std::string, std::string>> cells = {
      {"paper", record.paper},
      {"result", record.result},
      {"row", record.row},
      {"preset", record.preset},
      {"seed", std::to_string(record.seed)},
      {"settings_hash", record.settings_hash},
      {"status", record.status},
      {"sequences", std::to_string(record.sequences)},
      {"share_of_paper", csv_number(record.share_of_paper)},
      {"final_loss", csv_number(record.final_loss)},
      {"best_loss", csv_number(record.best_loss)},
      {"late_loss", csv_number(record.late_loss)},
      {"threshold", csv_number(record.threshold)},
      {"sequences_to_threshold", csv_number(record.sequences_to_threshold)},
      {"optimum", csv_number(record.optimum)}};
  for (const auto& [name, value] : record.evaluations) cells.emplace_back(name, csv_number(value));
  cells.emplace_back("wall_seconds", csv_number(std::round(10 * record.wall_seconds) / 10));
  cells.emplace_back("parameters", std::to_string(record.parameters));
  cells.emplace_back("revision", record.revision);
  cells.emplace_back("cpu", record.cpu);
  table.add(cells);
}

std::vector<SeedRecord> read_records(const CsvTable& table) {
  if (table.columns.empty()) return {};
  table.expect_columns({"paper", "result", "row", "preset", "seed", "settings_hash", "status", "sequences",
                        "final_loss", "best_loss", "late_loss", "sequences_to_threshold", "parameters"});
  std::vector<SeedRecord> records;
  for (const CsvRow& row : table.rows) records.push_back(record_of(table, row));
  return records;
}

bool same_training(const SeedRecord& one, const SeedRecord& other) {
  return one.row == other.row && one.preset == other.preset && one.seed == other.seed &&
         one.settings_hash == other.settings_hash;
}

std::vector<CurvePoint> thinned(const std::vector<CurvePoint>& curve, double threshold, std::size_t most) {
  if (curve.size() <= most) return curve;
  std::set<std::size_t> kept = telling_points(curve, threshold);
  const std::size_t even = most > kept.size() + 1 ? most - kept.size() : 2;
  for (std::size_t i = 0; i < even; ++i) kept.insert(i * (curve.size() - 1) / (even - 1));
  std::vector<CurvePoint> points;
  for (const std::size_t index : kept) points.push_back(curve[index]);
  return points;
}

void add_curve(CsvTable& table, const SeedRecord& record, const std::vector<CurvePoint>& curve) {
  // A seed that diverged before its first evaluation has no rows; a file without columns would be damaged.
  if (table.columns.empty()) table.columns.assign(kCurveColumns.begin(), kCurveColumns.end());
  for (const CurvePoint& point : curve) {
    table.add({{"row", record.row},
               {"seed", std::to_string(record.seed)},
               {"settings_hash", record.settings_hash},
               {"sequences", csv_number(point.sequences)},
               {"loss", csv_number(point.loss)}});
  }
}

void remove_curve(CsvTable& table, const SeedRecord& record) {
  std::erase_if(table.rows, [&](const CsvRow& row) { return belongs(table, row, record); });
}

std::vector<CurvePoint> find_curve(const CsvTable& table, const SeedRecord& record) {
  std::vector<CurvePoint> curve;
  if (table.columns.empty()) return curve;
  table.expect_columns({kCurveColumns.begin(), kCurveColumns.end()});
  for (const CsvRow& row : table.rows) {
    if (belongs(table, row, record))
      curve.push_back({table.number(row, "sequences"), table.number(row, "loss")});
  }
  return curve;
}

}  // namespace tapehead
