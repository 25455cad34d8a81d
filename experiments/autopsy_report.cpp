#include "experiments/autopsy_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "experiments/run_directory.hpp"

namespace tapehead {
namespace {

// So that it all fits on a screen.
constexpr std::size_t kMostInputs = 10;
constexpr std::size_t kMostOfChain = 6;
constexpr std::size_t kMostParameters = 4;

using Table = std::vector<std::vector<std::string>>;

std::string three_digits(double number) {
  if (std::isnan(number)) return "nan";  // whatever its sign
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", number);
  return text;
}

// In letters, not bytes: "…" is one.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void write_table(std::ostream& out, const Table& table) {
  std::vector<std::size_t> widths;
  for (const auto& row : table) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  for (const auto& row : table) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] + 2 - width_of(row[i]), ' ');
    }
    out << line << "\n";
  }
}

void write_more(std::ostream& out, std::size_t all, std::size_t shown) {
  if (all > shown) out << "  … and " << grouped(all - shown) << " more\n";
}

std::string share(const FiniteRange& range) {
  const double percent = 100 * static_cast<double>(range.not_finite) / static_cast<double>(range.values);
  return range.finite() ? "none" : three_digits(percent) + " %";
}

std::string made_by(const TensorState& state) {
  if (state.op.empty()) return "-";
  return (state.gradient ? "backward of " : "") + state.op;
}

std::string counted(std::uint64_t number, const char* one, const char* several) {
  return grouped(number) + " " + (number == 1 ? one : several);
}

void write_replay(std::ostream& out, const Autopsy& autopsy) {
  const std::uint64_t steps = autopsy.to > autopsy.from ? autopsy.to - autopsy.from : 0;
  out << "replayed " << counted(steps, "step", "steps") << " from "
      << (autopsy.checkpoint.empty() ? "the start of the run" : shown(autopsy.checkpoint)) << "; ";
  if (autopsy.rows_compared == 0) {
    out << "no row was logged on the way\n";
  } else if (autopsy.rows_different == 0) {
    out << counted(autopsy.rows_compared, "row that was logged on the way is",
                   "rows that were logged on the way are")
        << " the same to the bit\n";
  } else {
    out << grouped(autopsy.rows_different) << " of " << counted(autopsy.rows_compared, "row", "rows")
        << " that were logged on the way came out otherwise, "
        << "the first at step " << grouped(autopsy.first_different) << "\n";
  }
  if (!autopsy.other_program.empty()) {
    out << "the run was made by another program or machine: " << autopsy.other_program << "\n";
  }
}

void write_chain(std::ostream& out, const Diagnosis& diagnosis) {
  if (!diagnosis.inputs.empty()) {
    out << "\nwhat " << made_by(diagnosis.chain.front()) << " read\n";
    Table table = {{"tensor", "made by", "shape", "range"}};
    for (std::size_t i = 0; i < std::min(diagnosis.inputs.size(), kMostInputs); ++i) {
      const TensorState& state = diagnosis.inputs[i];
      table.push_back({state.title(), made_by(state), to_string(state.shape), range_text(state.range)});
    }
    write_table(out, table);
    write_more(out, diagnosis.inputs.size(), kMostInputs);
  }
  if (diagnosis.chain.empty()) return;
  out << "\nwhat is not finite, in the order in which it was made\n";
  Table table = {{"tensor", "made by", "shape", "not finite", "range of the rest"}};
  for (std::size_t i = 0; i < std::min(diagnosis.chain.size(), kMostOfChain); ++i) {
    const TensorState& state = diagnosis.chain[i];
    FiniteRange rest = state.range;
    rest.not_finite = 0;
    table.push_back(
        {state.title(), made_by(state), to_string(state.shape), share(state.range), range_text(rest)});
  }
  write_table(out, table);
  write_more(out, diagnosis.chain.size(), kMostOfChain);
}

// A row for a name: its range in each of the steps.
std::vector<std::string> row_of(const std::string& name, const std::vector<StepRanges>& steps,
                                std::vector<StepRanges::Named> StepRanges::*named) {
  std::vector<std::string> row = {name};
  for (const StepRanges& step : steps) {
    const auto& among = step.*named;
    const auto found = std::ranges::find(among, name, &StepRanges::Named::first);
    row.push_back(found == among.end() ? "-" : range_text(found->second));
  }
  return row;
}

void write_before(std::ostream& out, const std::vector<StepRanges>& steps) {
  if (steps.empty()) return;
  out << "\nranges on the way there\n";
  Table table = {{"step"}, {"loss"}, {"gradient norm"}};
  for (const StepRanges& step : steps) {
    table[0].push_back(grouped(step.step));
    table[1].push_back(three_digits(step.loss));
    table[2].push_back(three_digits(step.grad_norm));
  }
  const StepRanges& last = steps.back();
  for (const auto& [name, range] : last.recorded) table.push_back(row_of(name, steps, &StepRanges::recorded));
  // The parameters that reach farthest.
  std::vector<StepRanges::Named> parameters = last.parameters;
  const auto reach = [](const StepRanges::Named& named) {
    const FiniteRange& range = named.second;
    if (!range.finite()) return std::numeric_limits<double>::infinity();
    return std::max(std::abs(range.low), std::abs(range.high));
  };
  std::ranges::stable_sort(parameters, std::ranges::greater(), reach);
  for (std::size_t i = 0; i < std::min(parameters.size(), kMostParameters); ++i) {
    table.push_back(row_of(parameters[i].first, steps, &StepRanges::parameters));
  }
  write_table(out, table);
  if (parameters.size() > kMostParameters) {
    out << "  … and " << counted(parameters.size() - kMostParameters, "parameter", "parameters")
        << " that stayed smaller\n";
  }
}

}  // namespace

std::string range_text(const FiniteRange& range) {
  std::string text = "nothing finite";
  if (range.low <= range.high) {
    const std::string low = three_digits(range.low), high = three_digits(range.high);
    text = range.low == range.high ? low : "[" + low + ", " + high + "]";
  }
  return text + (range.finite() || range.low > range.high ? "" : " and nan");
}

void write_report(std::ostream& out, const Autopsy& autopsy) {
  const std::string at = "step " + grouped(autopsy.to);
  out << autopsy.run << ": ";
  if (autopsy.diagnosis) {
    out << at << " is not finite\n" << autopsy.diagnosis->what() << "\n";
    write_replay(out, autopsy);
    write_chain(out, *autopsy.diagnosis);
  } else if (!autopsy.recorded && autopsy.rows_different == 0) {
    out << at << " is finite\n";
    write_replay(out, autopsy);
  } else {
    out << "not reproduced\n";
    write_replay(out, autopsy);
    out << at << " came out finite now. What the run met there does not follow from its settings, seed and\n"
        << "checkpoint: look for another program or BLAS kernel, or for faulty memory or an overclocked "
           "processor.\n";
  }
  write_before(out, autopsy.before);
}

}  // namespace tapehead
