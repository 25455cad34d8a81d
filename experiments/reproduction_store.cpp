#include "experiments/reproduction_store.hpp"

#include <algorithm>
#include <map>

#include "experiments/run_directory.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCurvePoints = 200;  // of a seed, about

CsvTable read_if_there(const fs::path& path) { return fs::exists(path) ? read_csv_file(path) : CsvTable{}; }

}  // namespace

ReproductionStore::ReproductionStore(const ReproductionResult& result, const fs::path& results,
                                     const fs::path& runs, std::span<const RowPlan> plans)
    : records_file(results / (result.file_name() + ".csv")),
      curves_file(results / (result.file_name() + "-curves.csv")),
      table_file(results / (result.file_name() + "-table.csv")),
      figure_file(results / (result.file_name() + ".png")),
      summary_file(runs / (result.file_name() + ".h5")),
      name_(result.file_name()),
      runs_(runs),
      plans_(plans) {}

bool ReproductionStore::counts(const SeedRecord& record) const {
  return std::ranges::any_of(plans_, [&](const RowPlan& plan) {
    return plan.row->name == record.row && plan.hash == record.settings_hash;
  });
}

std::vector<SeedRecord> ReproductionStore::records() const {
  std::vector<SeedRecord> kept;
  for (SeedRecord& record : read_records(read_if_there(records_file))) {
    if (!counts(record)) continue;
    std::erase_if(kept, [&](const SeedRecord& other) { return same_training(other, record); });
    kept.push_back(std::move(record));
  }
  return kept;
}

CsvTable ReproductionStore::curves() const { return read_if_there(curves_file); }

std::vector<std::string> ReproductionStore::left_out() const {
  std::map<std::string, std::size_t> others;
  std::size_t counted = 0;
  for (const SeedRecord& record : read_records(read_if_there(records_file))) {
    if (counts(record)) {
      ++counted;
    } else {
      ++others[record.row + " with settings " + record.settings_hash];
    }
  }
  std::vector<std::string> sentences;
  const std::string file = shown(records_file) + ": left out, for ";
  for (const auto& [what, number] : others) {
    sentences.push_back(file + "their settings are not today's: " + std::to_string(number) +
                        (number == 1 ? " seed of " : " seeds of ") + what);
  }
  if (const std::size_t again = counted - records().size(); again > 0) {
    sentences.push_back(file + "their seeds stand there again later: " + std::to_string(again) +
                        (again == 1 ? " line" : " lines"));
  }
  return sentences;
}

// The curve first: without its record it is not looked at, and written again. With its record there it is of the run
// that the record is of, and stays.
void ReproductionStore::keep(const TrainedSeed& trained) const {
  const SeedRecord& record = trained.record;
  const auto is_in = [&](const CsvTable& table) {
    return std::ranges::any_of(read_records(table),
                               [&](const SeedRecord& other) { return same_training(other, record); });
  };
  update_csv_file(curves_file, [&](CsvTable& table) {
    if (is_in(read_if_there(records_file))) return;
    remove_curve(table, record);
    add_curve(table, record, thinned(trained.curve, record.threshold, kCurvePoints));
  });
  update_csv_file(records_file, [&](CsvTable& table) {
    if (!is_in(table)) add_record(table, record);
  });
}

std::optional<fs::path> ReproductionStore::drawable() const {
  const std::vector<SeedRecord> kept = records();
  const CsvTable all = curves();
  CsvTable rows, some;
  for (const SeedRecord& record : kept) {
    add_record(rows, record);
    add_curve(some, record, find_curve(all, record));
  }
  if (some.rows.empty()) return std::nullopt;
  if (read_if_there(records_file).rows.size() == kept.size()) return records_file;
  const fs::path copy = runs_ / (name_ + "-drawn.csv");
  write_csv_file(copy, rows);
  write_csv_file(runs_ / (name_ + "-drawn-curves.csv"), some);
  return copy;
}

}  // namespace tapehead
