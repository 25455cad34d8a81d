#include "experiments/reproduction_reference.hpp"

#include <algorithm>
#include <cmath>

#include "experiments/run_directory.hpp"

namespace tapehead {
namespace {

constexpr double kThousand = 1000;  // the curves' x is in thousands of sequences

std::vector<CurvePoint> curve_of(const CsvTable& curves, const std::string& figure,
                                 const std::string& variant) {
  std::vector<CurvePoint> points;
  for (const CsvRow& row : curves.rows) {
    if (curves.cell(row, "table") != figure || curves.cell(row, "variant") != variant) continue;
    points.push_back({kThousand * curves.number(row, "x"), curves.number(row, "value")});
  }
  std::ranges::stable_sort(points, {}, &CurvePoint::sequences);
  return points;
}

double parameters_of(const CsvTable& tables, const std::string& task, const std::string& variant) {
  for (const CsvRow& row : tables.rows) {
    if (tables.cell(row, "task") == task && tables.cell(row, "variant") == variant &&
        tables.cell(row, "metric") == "parameters") {
      return tables.number(row, "value");
    }
  }
  return PublishedRow::kNone;
}

// Whether a row is of these sizes: the first stands in the column x, others in columns of their own. Digitised sizes are
// not quite whole.
bool has_sizes(const CsvTable& table, const CsvRow& row, const Variation& variation) {
  constexpr double kNear = 0.1;
  for (std::size_t i = 0; i < variation.quantities.size(); ++i) {
    const auto& [quantity, size] = variation.quantities[i];
    const double published = table.number(row, i == 0 ? "x" : std::string_view(quantity));
    if (!(std::abs(published - static_cast<double>(size)) < kNear)) return false;
  }
  return true;
}

double value_at(const CsvTable& table, const PublishedGeneralisation& where, const Variation& variation) {
  for (const CsvRow& row : table.rows) {
    if (table.cell(row, "table") == where.table && table.cell(row, "variant") == where.variant &&
        has_sizes(table, row, variation)) {
      return table.number(row, "value");
    }
  }
  return PublishedRow::kNone;
}

std::vector<double> variations_of(const ReproductionResult& result, const ReproductionRow& row,
                                  const std::filesystem::path& directory) {
  std::vector<double> values(result.variations.size(), PublishedRow::kNone);
  if (row.generalisation.file.empty()) return values;
  const CsvTable table = read_csv_file(directory / row.generalisation.file);
  table.expect_columns({"table", "variant", "x", "value"});
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = value_at(table, row.generalisation, result.variations[i]);
  }
  return values;
}

}  // namespace

double PublishedRow::loss_at(double sequences) const {
  if (curve.empty() || sequences < curve.front().sequences) return kNone;
  const double floor = std::isnan(optimum) ? 0 : optimum;
  const auto after = std::ranges::upper_bound(curve, sequences, {}, &CurvePoint::sequences);
  if (after == curve.end()) return curve.back().loss - floor;
  const CurvePoint& left = *(after - 1);
  const double weight = (sequences - left.sequences) / (after->sequences - left.sequences);
  return left.loss + weight * (after->loss - left.loss) - floor;
}

double PublishedRow::first_below(double threshold) const {
  const double floor = std::isnan(optimum) ? 0 : optimum;
  const auto found =
      std::ranges::find_if(curve, [&](const CurvePoint& point) { return point.loss - floor < threshold; });
  return found == curve.end() ? kNone : found->sequences;
}

std::vector<PublishedRow> published_rows(const ReproductionResult& result,
                                         const std::filesystem::path& reference_directory) {
  const CsvTable curves = read_csv_file(reference_directory / (result.paper + "_learning_curves.csv"));
  curves.expect_columns({"table", "variant", "x", "value"});
  const CsvTable tables = read_csv_file(reference_directory / (result.paper + "_tables.csv"));
  tables.expect_columns({"variant", "task", "metric", "value"});
  std::vector<PublishedRow> rows;
  for (const ReproductionRow& row : result.rows) {
    PublishedRow published;
    published.curve = curve_of(curves, result.figure, row.curve);
    if (result.above_optimum) {
      const auto optimum = curve_of(curves, result.figure, result.optimum_curve);
      if (!optimum.empty()) published.optimum = optimum.front().loss;
    }
    published.parameters = parameters_of(tables, result.task, row.table);
    published.variations = variations_of(result, row, reference_directory);
    rows.push_back(std::move(published));
  }
  return rows;
}

std::filesystem::path reference_directory() { return source_directory() / "results" / "reference"; }

}  // namespace tapehead
