#include "framework/io/revise_run.hpp"

#include "framework/io/run_file.hpp"
#include "framework/io/run_lock.hpp"
#include "framework/io/run_reader.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

void revise_run(const std::filesystem::path& run_directory, const std::function<void(StartingRun&)>& change) {
  if (!std::filesystem::is_directory(run_directory)) {
    throw DataError(run_directory.string() + ": there is no such run directory");
  }
  const RunLock lock(run_directory);
  const RunReader old(run_directory);
  StartingRun run{.contents = old.contents(), .additions = old.additions()};
  for (const std::string& name : old.probes())
    run.probes.push_back({.name = name, .traces = old.traces(name)});
  change(run);
  hdf5::replace_run_file(old.file(), run.contents, run.probes, run.additions);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
