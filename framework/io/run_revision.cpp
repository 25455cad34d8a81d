#include "framework/io/run_revision.hpp"

#include <algorithm>

#include "framework/io/run_file.hpp"
#include "framework/io/run_lock.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/io/schema.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

/// Reads the run, lets `change` work on contents and probes, and puts the result in its place.
template <class Change>
void revise(const std::filesystem::path& run_directory, Change&& change) {
  if (!std::filesystem::is_directory(run_directory)) {
    throw DataError(run_directory.string() + ": there is no such run directory");
  }
  const RunLock lock(run_directory);
  const RunReader old(run_directory);
  RunContents contents = old.contents();
  std::vector<ProbeTraces> probes;
  for (const std::string& name : old.probes()) probes.push_back({.name = name, .traces = old.traces(name)});
  change(contents, probes);
  hdf5::replace_run_file(old.file(), contents, probes, old.additions());
}

}  // namespace

void write_traces(const std::filesystem::path& run_directory, const std::string& probe,
                  const TraceSet& traces) {
  traces.check();
  revise(run_directory, [&](RunContents&, std::vector<ProbeTraces>& probes) {
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
  revise(run_directory, [&](RunContents& contents, std::vector<ProbeTraces>&) {
    MetricsTable& eval = contents.metrics.eval;
    const std::size_t row = eval.row(step);
    for (const Measurement& measurement : measurements)
      eval.values(measurement.column)[row] = measurement.value;
  });
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
