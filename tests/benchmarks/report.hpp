// What a benchmark hands on beside its table: the entries of `tapehead bench --json FILE`.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace tapehead::bench {

/// One comparison. Without a peer the file has null for its three fields.
struct Entry {
  std::string name;
  std::size_t batch;
  double ms_per_sequence;  // of a product: per row of the batch
  struct Peer {
    std::string name;
    double ms_per_sequence;
  };
  std::optional<Peer> peer;

  double ratio() const { return peer->ms_per_sequence / ms_per_sequence; }  // above 1: we are faster
};

/// Writes one JSON array of {name, batch, ms_per_sequence, peer, peer_ms_per_sequence, ratio}. Throws
/// IoError.
void write_json(const std::string& path, const std::vector<Entry>& entries);

/// What the clock measures: the time the process computed, which other programs on the machine hardly
/// lengthen, or the time that went by, which is what counts for several threads.
enum class Clock { cpu, wall };

/// Collects the seconds of every repetition by the benchmark's name, instead of printing them.
class Timings final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override;

  /// The median over the repetitions, in seconds. Throws std::out_of_range if there is no such benchmark.
  double median(const std::string& name, Clock clock = Clock::cpu) const;

 private:
  std::map<std::string, std::vector<double>> cpu_;   // seconds of each repetition
  std::map<std::string, std::vector<double>> wall_;  // seconds of each repetition
};

/// Runs every registered benchmark several times in random order, so that what else the machine does falls on
/// all of them alike, and forgets them.
Timings run_interleaved();

/// Registers `step` under a name.
template <class F>
void register_step(const std::string& name, F step) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [step](benchmark::State& state) {
                                 for (auto _ : state) step();
                               })
      ->MeasureProcessCPUTime()
      ->UseRealTime();
}

}  // namespace tapehead::bench
