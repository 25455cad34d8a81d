#include "framework/io/run_revision.hpp"

#include <algorithm>

#include "framework/io/revise_run.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

void write_traces(const std::filesystem::path& run_directory, const std::string& probe,
                  const TraceSet& traces) {
  traces.check();
  revise_run(run_directory, [&](StartingRun& run) {
    std::vector<ProbeTraces>& probes = run.probes;
    const auto same =
        std::find_if(probes.begin(), probes.end(), [&](const ProbeTraces& p) { return p.name == probe; });
    if (same != probes.end()) {
      same->traces = traces;
    } else {
      probes.push_back({.name = probe, .traces = traces});
    }
  });
}

void add_eval_columns(const std::filesystem::path& run_directory, std::int64_t step,
                      const std::vector<Measurement>& measurements) {
  revise_run(run_directory, [&](StartingRun& run) {
    MetricsTable& eval = run.contents.metrics.eval;
    const std::size_t row = eval.row(step);
    for (const Measurement& measurement : measurements)
      eval.values(measurement.column)[row] = measurement.value;
  });
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
