#include "experiments/reproduction_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <ostream>
#include <utility>
#include <vector>

#include "experiments/progress.hpp"
#include "framework/io/table_file.hpp"

namespace tapehead {
namespace {

constexpr const char* kUnknown = "-";

std::string number(double value) {
  if (std::isnan(value)) return kUnknown;
  return std::isinf(value) ? "diverged" : short_number(value);
}

std::string count(double value) {
  return std::isnan(value) ? kUnknown : grouped(static_cast<std::uint64_t>(std::llround(value)));
}

std::string percent(double share) {
  if (std::isnan(share)) return kUnknown;
  constexpr double kLeast = 0.001;
  return share < kLeast ? "less than 0.1 %" : short_number(std::round(1000 * share) / 10) + " %";
}

std::string beside_paper(const std::string& ours, const std::string& papers) {
  return ours + (papers == kUnknown ? "" : " (" + papers + ")");
}

std::string of_seeds(std::size_t some, std::size_t all) {
  return std::to_string(some) + " of " + std::to_string(all);
}

std::string seeds_text(const RowSummary& row) {
  return std::to_string(row.records.size()) +
         (row.diverged > 0 ? ", " + std::to_string(row.diverged) + " diverged" : "");
}

std::string converged_text(const RowSummary& row) {
  const std::string text = of_seeds(row.converged, row.records.size());
  return row.crossed <= row.converged ? text : text + " (" + std::to_string(row.crossed) + " at some time)";
}

std::string sequences_to_threshold(const RowSummary& row) {
  const std::string ours = row.median_sequences ? count(*row.median_sequences) : "not reached";
  return beside_paper(ours, count(row.paper_sequences));
}

// A line of the table: what it says, and how it says it of a row.
using Line = std::pair<std::string, std::function<std::string(const RowSummary&)>>;

std::vector<Line> lines_of(const ReproductionResult& result) {
  const std::string threshold = short_number(result.threshold) + " bit";
  std::vector<Line> lines = {
      {"paper, after as many sequences", [](const RowSummary& row) { return number(row.paper_loss); }},
      {"ours, median", [](const RowSummary& row) { return number(row.loss.median); }},
      {"  quartiles",
       [](const RowSummary& row) {
         return number(row.loss.lower_quartile) + " to " + number(row.loss.upper_quartile);
       }},
      {"  best seed", [](const RowSummary& row) { return number(row.best); }},
      {"seeds", seeds_text},
      {"below " + threshold + " at the end", converged_text},
      {"sequences to " + threshold + " (paper)", sequences_to_threshold}};
  if (result.above_optimum) {
    lines.emplace_back("optimum (paper)", [](const RowSummary& row) {
      return beside_paper(number(row.optimum), number(row.published.optimum));
    });
  }
  for (std::size_t i = 0; i < result.variations.size(); ++i) {
    const std::string measure = result.variation_measure == "bits" ? "bits" : "wrong bits";
    lines.emplace_back(measure + ", " + result.variations[i].text() + " (paper)", [i](const RowSummary& row) {
      return beside_paper(number(row.variations[i]), number(row.published.variations[i]));
    });
  }
  lines.emplace_back("sequences trained", [](const RowSummary& row) { return count(row.sequences); });
  lines.emplace_back("  of the paper's", [](const RowSummary& row) { return percent(row.share_of_paper); });
  lines.emplace_back("wall time of a seed", [](const RowSummary& row) {
    return std::isnan(row.wall_seconds) ? kUnknown : clock_time(row.wall_seconds);
  });
  lines.emplace_back("  of all seeds", [](const RowSummary& row) {
    return std::isnan(row.all_wall_seconds) ? kUnknown : clock_time(row.all_wall_seconds);
  });
  lines.emplace_back("parameters (paper)", [](const RowSummary& row) {
    return beside_paper(count(row.parameters), count(row.published.parameters));
  });
  lines.emplace_back("target", [&result](const RowSummary& row) {
    const std::string text = target_text(result, row.row->target);
    return text.empty() ? std::string(kUnknown) : text;
  });
  lines.emplace_back("verdict", [](const RowSummary& row) { return row.verdict; });
  return lines;
}

// Which revisions of the program made the seeds, if they are not all of one.
std::string revisions_text(std::span<const RowSummary> rows) {
  constexpr std::size_t kDigits = 10;
  std::map<std::string, std::size_t> seeds;
  for (const RowSummary& row : rows) {
    for (const SeedRecord& record : row.records) {
      const bool changed = record.revision.ends_with('+');
      std::string name =
          record.revision.substr(0, std::min(kDigits, record.revision.size() - (changed ? 1 : 0)));
      if (name.empty()) name = "unknown";
      ++seeds[name + (changed ? "+" : "")];
    }
  }
  std::string text;
  for (const auto& [name, count] : seeds) {
    text += (text.empty() ? "" : ", ") + name + " (" + std::to_string(count) +
            (count == 1 ? " seed)" : " seeds)");
  }
  return seeds.size() > 1 ? "revisions: " + text : "";
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()) + 2, ' ');
}

void write_lines(std::ostream& out, const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) text += padded(line[i], widths[i]);
    text.erase(text.find_last_not_of(' ') + 1);
    out << "  " << text << "\n";
  }
}

std::vector<std::pair<std::string, std::string>> cells_of(const ReproductionResult& result,
                                                          const RowSummary& row) {
  const bool any = !row.records.empty();
  const auto whole = [&](std::size_t n) { return any ? std::to_string(n) : std::string(); };
  std::vector<std::pair<std::string, std::string>> cells = {
      {"paper", result.paper},
      {"result", result.name},
      {"row", row.row->name},
      {"label", row.row->label},
      {"quantity", result.above_optimum ? "cost above the optimum" : "cost"},
      {"paper_loss", csv_number(row.paper_loss)},
      {"median_loss", csv_number(row.loss.median)},
      {"lower_quartile", csv_number(row.loss.lower_quartile)},
      {"upper_quartile", csv_number(row.loss.upper_quartile)},
      {"best_loss", csv_number(row.best)},
      {"seeds", std::to_string(row.records.size())},
      {"diverged", whole(row.diverged)},
      {"threshold", csv_number(result.threshold)},
      {"converged", whole(row.converged)},
      {"share_converged",
       any ? csv_number(static_cast<double>(row.converged) / static_cast<double>(row.records.size())) : ""},
      {"ever_below_threshold", whole(row.crossed)},
      {"median_sequences_to_threshold", row.median_sequences ? csv_number(*row.median_sequences) : ""},
      {"paper_sequences_to_threshold", csv_number(row.paper_sequences)},
      {"optimum", csv_number(row.optimum)},
      {"paper_optimum", csv_number(row.published.optimum)}};
  for (std::size_t i = 0; i < result.variations.size(); ++i) {
    const std::string column = result.variation_measure + "_" + result.variations[i].name();
    cells.emplace_back(column, csv_number(row.variations[i]));
    cells.emplace_back("paper_" + column, csv_number(row.published.variations[i]));
  }
  cells.emplace_back("sequences", csv_number(row.sequences));
  cells.emplace_back("share_of_paper", csv_number(row.share_of_paper));
  cells.emplace_back("wall_seconds", csv_number(row.wall_seconds));
  cells.emplace_back("all_wall_seconds", csv_number(row.all_wall_seconds));
  cells.emplace_back("parameters", csv_number(row.parameters));
  cells.emplace_back("paper_parameters", csv_number(row.published.parameters));
  cells.emplace_back("target", target_text(result, row.row->target));
  cells.emplace_back("verdict", row.verdict);
  return cells;
}

bool is_text(const std::string& column) {
  constexpr std::array kTexts = {"paper", "result", "row", "label", "quantity", "target", "verdict"};
  return std::ranges::find(kTexts, column) != kTexts.end();
}

Table table_of(const CsvTable& csv) {
  Table table{.name = "table", .columns = {}};
  for (const std::string& column : csv.columns) {
    if (is_text(column)) {
      std::vector<std::string> texts;
      for (const CsvRow& row : csv.rows) texts.push_back(csv.cell(row, column));
      table.columns.push_back({{.name = column}, texts});
    } else {
      std::vector<double> values;
      for (const CsvRow& row : csv.rows) values.push_back(csv.number(row, column));
      table.columns.push_back({{.name = column}, values});
    }
  }
  return table;
}

Table curves_of(const RowSummary& row, const CsvTable& curves) {
  std::vector<double> seed, sequences, loss;
  for (const SeedRecord& record : row.records) {
    for (const CurvePoint& point : find_curve(curves, record)) {
      seed.push_back(static_cast<double>(record.seed));
      sequences.push_back(point.sequences);
      loss.push_back(point.loss);
    }
  }
  return {.name = "curves/" + row.row->name,
          .columns = {{{.name = "seed"}, seed},
                      {{.name = "sequences", .long_name = "training sequences seen"}, sequences},
                      {{.name = "loss", .units = "bit", .long_name = "evaluation loss per sequence"}, loss}}};
}

Table survival_of(const RowSummary& row) {
  std::vector<double> sequences, surviving;
  for (const SurvivalStep& step : row.survival) {
    sequences.push_back(step.time);
    surviving.push_back(step.surviving);
  }
  return {.name = "survival/" + row.row->name,
          .columns = {
              {{.name = "sequences", .long_name = "training sequences seen"}, sequences},
              {{.name = "surviving", .long_name = "share of seeds not below the threshold yet"}, surviving}}};
}

}  // namespace

void write_reproduction_table(std::ostream& out, const ReproductionResult& result,
                              std::span<const RowSummary> rows) {
  out << result.title << ": " << result.source << "\n"
      << (result.above_optimum ? "Bits per sequence above the optimum" : "Bits per sequence")
      << "; a seed's cost is the median of the last tenth of its evaluations\n\n";
  std::vector<std::vector<std::string>> lines = {{""}};
  for (const RowSummary& row : rows) {
    if (!row.records.empty()) lines.front().push_back(row.row->label);
  }
  if (lines.front().size() == 1) {
    out << "  no seeds yet\n";
    return;
  }
  for (const auto& [name, text] : lines_of(result)) {
    lines.push_back({name});
    for (const RowSummary& row : rows) {
      if (!row.records.empty()) lines.back().push_back(text(row));
    }
  }
  write_lines(out, lines);
  if (const std::string revisions = revisions_text(rows); !revisions.empty())
    out << "\n  " << revisions << "\n";
  for (const RowSummary& row : rows) {
    if (row.other_threshold == 0) continue;
    out << "\n  " << row.row->label << ": " << of_seeds(row.other_threshold, row.records.size())
        << " seeds were measured at another threshold, and are left out of the sequences to "
        << short_number(result.threshold) << " bit\n";
  }
}

CsvTable reproduction_table(const ReproductionResult& result, std::span<const RowSummary> rows) {
  CsvTable table;
  for (const RowSummary& row : rows) table.add(cells_of(result, row));
  return table;
}

void write_reproduction_file(const std::filesystem::path& path, const ReproductionResult& result,
                             std::span<const RowSummary> rows, const CsvTable& curves) {
  std::vector<Table> tables = {table_of(reproduction_table(result, rows))};
  for (const RowSummary& row : rows) {
    if (row.records.empty()) continue;
    tables.push_back(curves_of(row, curves));
    tables.push_back(survival_of(row));
  }
  write_tables(path, result.title + ": " + result.source, tables);
}

}  // namespace tapehead
