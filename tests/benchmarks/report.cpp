#include "tests/benchmarks/report.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <string_view>

#include "framework/tensor/error.hpp"

namespace tapehead::bench {

namespace {

std::string json_string(std::string_view text) {
  std::ostringstream out;
  out << '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out << '\\' << c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out << "\\u" << std::hex << std::setw(4) << std::setfill('0') << static_cast<int>(c) << std::dec;
    } else {
      out << c;
    }
  }
  out << '"';
  return out.str();
}

std::string json_number(double value) {  // JSON has no NaN and no infinity
  if (!std::isfinite(value)) return "null";
  std::ostringstream out;
  out << std::setprecision(6) << value;
  return out.str();
}

}  // namespace

void write_json(const std::string& path, const std::vector<Entry>& entries) {
  std::ofstream out(path);
  out << '[';
  const char* separator = "\n";
  for (const Entry& entry : entries) {
    out << separator << "  {\"name\": " << json_string(entry.name) << ", \"batch\": " << entry.batch
        << ", \"ms_per_sequence\": " << json_number(entry.ms_per_sequence)
        << ", \"peer\": " << (entry.peer ? json_string(entry.peer->name) : "null")
        << ", \"peer_ms_per_sequence\": " << (entry.peer ? json_number(entry.peer->ms_per_sequence) : "null")
        << ", \"ratio\": " << (entry.peer ? json_number(entry.ratio()) : "null") << '}';
    separator = ",\n";
  }
  out << "\n]\n";
  out.close();
  if (!out) throw IoError("cannot write " + path);
}

void Timings::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
    const auto iterations = static_cast<double>(run.iterations);
    cpu_[run.run_name.function_name].push_back(run.cpu_accumulated_time / iterations);
    wall_[run.run_name.function_name].push_back(run.real_accumulated_time / iterations);
  }
}

double Timings::median(const std::string& name, Clock clock) const {
  std::vector<double> sorted = (clock == Clock::cpu ? cpu_ : wall_).at(name);
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

Timings run_interleaved() {
  Timings timings;
  benchmark::RunSpecifiedBenchmarks(&timings);
  benchmark::ClearRegisteredBenchmarks();
  return timings;
}

}  // namespace tapehead::bench
