#include "experiments/reproduction_record.hpp"

#include <cmath>
#include <sstream>

#include "experiments/reproduction_catalogue.hpp"
#include "experiments/reproduction_runs.hpp"
#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

SeedRecord example() {
  return {.paper = "ntm2014",
          .result = "copy",
          .row = "copy-ntm-ff",
          .preset = "ntm2014/copy-ntm-ff",
          .seed = 3,
          .settings_hash = "0123456789abcdef",
          .status = "finished",
          .sequences = 250000,
          .share_of_paper = 0.25,
          .final_loss = 0.0123,
          .best_loss = 0.001,
          .late_loss = 0.011,
          .threshold = 0.1,
          .sequences_to_threshold = 35000,
          .optimum = 0,
          .evaluations = {{"bits_length_20", 1.5}, {"wrong_bits_length_20", 0.25}},
          .wall_seconds = 12.34,
          .parameters = 17162,
          .revision = "abc1234+",
          .cpu = "A processor, fast"};
}

CsvTable through_text(const CsvTable& table) {
  std::stringstream text;
  write_csv(text, table);
  return read_csv(text, "r.csv");
}

// Halves at every step: 1, 1/2, 1/4, …
std::vector<CurvePoint> halving(std::size_t points) {
  std::vector<CurvePoint> curve;
  for (std::size_t i = 0; i < points; ++i) {
    curve.push_back({1000.0 * static_cast<double>(i + 1), std::pow(0.5, static_cast<double>(i))});
  }
  return curve;
}

std::size_t count_of(const std::vector<CurvePoint>& curve, double sequences) {
  return static_cast<std::size_t>(
      std::ranges::count(curve, sequences, [](const CurvePoint& point) { return point.sequences; }));
}

}  // namespace

TEST_CASE("a record comes back from its line as it was") {
  CsvTable table;
  add_record(table, example());
  const std::vector<SeedRecord> records = read_records(through_text(table));
  REQUIRE(records.size() == 1);
  const SeedRecord& record = records.front();
  CHECK(same_training(record, example()));
  CHECK(record.sequences == 250000);
  CHECK(record.final_loss == 0.0123);
  CHECK(record.late_loss == 0.011);
  CHECK(record.sequences_to_threshold == 35000);
  CHECK(record.evaluations == example().evaluations);
  CHECK(record.wall_seconds == 12.3);
  CHECK(record.parameters == 17162);
  CHECK(record.revision == "abc1234+");
  CHECK(record.cpu == "A processor, fast");
  CHECK_FALSE(record.diverged());
}

TEST_CASE("a seed that diverged has no losses, and its cost is infinite") {
  SeedRecord record = example();
  record.status = "diverged";
  record.final_loss = record.late_loss = record.sequences_to_threshold = SeedRecord::kNone;
  CsvTable table;
  add_record(table, record);
  const std::vector<SeedRecord> records = read_records(through_text(table));
  CHECK(records.front().diverged());
  CHECK(std::isinf(records.front().compared_loss(false)));
  CHECK(std::isnan(records.front().sequences_to_threshold));
}

TEST_CASE("a column that is not known stays where it is") {
  CsvTable table;
  add_record(table, example());
  table.columns.push_back("remark");
  table.rows.front().cells.push_back("by hand");
  SeedRecord other = example();
  other.seed = 4;
  add_record(table, other);
  const CsvTable back = through_text(table);
  CHECK(back.cell(back.rows[0], "remark") == "by hand");
  CHECK(back.cell(back.rows[1], "remark").empty());
  CHECK(read_records(back).size() == 2);
}

TEST_CASE("a cell that is not what its column holds is refused with its line") {
  const auto refused = [](const std::string& column, const std::string& value) {
    CsvTable table;
    add_record(table, example());
    table.rows.front().cells[*table.find(column)] = value;
    return through_text(table);
  };
  CHECK_THROWS_WITH(read_records(refused("seed", "three")),
                    "r.csv:2: column 'seed': expected a number, got 'three'");
  CHECK_THROWS_WITH(read_records(refused("seed", "1.5")),
                    "r.csv:2: column 'seed': expected a whole number, got '1.5'");
  CHECK_THROWS_WITH(read_records(refused("seed", "")),
                    "r.csv:2: column 'seed': expected a whole number, got ''");
  CHECK_THROWS_WITH(read_records(refused("status", "done")),
                    "r.csv:2: column 'status': expected finished or diverged, got 'done'");
  CHECK_THROWS_WITH(read_records(refused("late_loss", "")),
                    "r.csv:2: column 'late_loss': a finished seed has one, got ''");
  CHECK_THROWS_WITH(read_records(refused("row", "")), "r.csv:2: column 'row' is empty");
  CsvTable other = through_text(refused("seed", "1"));
  other.columns.front() = "article";
  CHECK_THROWS_WITH(read_records(other), "r.csv:1: there is no column 'paper'");
}

TEST_CASE("a curve is measured as its definitions say") {
  ReproductionResult result;
  result.threshold = 0.1;
  SeedRecord record;
  measure_curve(record, result, halving(20));
  CHECK(record.final_loss == std::pow(0.5, 19));
  CHECK(record.best_loss == std::pow(0.5, 19));
  CHECK(record.late_loss == (std::pow(0.5, 18) + std::pow(0.5, 19)) / 2);  // of the last 2 of 20
  CHECK(record.sequences_to_threshold == 5000);                            // 1/16 is the first below 0.1
  result.above_optimum = true;
  record.optimum = 0.2;
  measure_curve(record, result, halving(20));
  CHECK(record.threshold == Approx(0.3));
  CHECK(record.sequences_to_threshold == 3000);
  result.above_optimum = false;
  result.threshold = 1e-9;
  SeedRecord never;
  measure_curve(never, result, halving(20));
  CHECK(std::isnan(never.sequences_to_threshold));
}

TEST_CASE("a thinned curve keeps its ends, its lowest point and where it crosses the threshold") {
  std::vector<CurvePoint> curve = halving(1000);
  for (CurvePoint& point : curve) point.loss = 1;
  curve[501].loss = 0.05;
  curve[777].loss = 0.01;
  const auto thin = thinned(curve, 0.1, 50);
  CHECK(thin.size() <= 55);
  CHECK(thin.size() >= 40);
  for (const double index : {0, 500, 501, 502, 776, 777, 778, 999}) {
    INFO(index);
    CHECK(count_of(thin, 1000 * (index + 1)) == 1);
  }
  CHECK(std::ranges::is_sorted(thin, {}, &CurvePoint::sequences));
  CHECK(thinned(halving(30), 0.1, 50).size() == 30);
}

TEST_CASE("each seed finds its own curve") {
  CsvTable table;
  SeedRecord other = example();
  other.seed = 4;
  add_curve(table, example(), halving(3));
  add_curve(table, other, halving(2));
  const CsvTable back = through_text(table);
  CHECK(find_curve(back, example()).size() == 3);
  REQUIRE(find_curve(back, other).size() == 2);
  CHECK(find_curve(back, other)[1].loss == 0.5);
  CsvTable less = back;
  remove_curve(less, example());
  CHECK(less.rows.size() == 2);
  CHECK_FALSE(same_training(example(), other));
  other.settings_hash = "another";
  CHECK(find_curve(back, other).empty());
}
