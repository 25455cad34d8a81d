#include "framework/io/run_repair.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <system_error>
#include <type_traits>
#include <utility>

#include "framework/io/checkpoint_directory.hpp"
#include "framework/io/reading_apart.hpp"
#include "framework/io/run_file.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/io/schema.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

/// How a run stands, as its file says.
struct Standing {
  RunStatus status = RunStatus::running;
  double end_unix_time = 0, wall_seconds = 0;
};

template <class Archive>
void pack(Archive& archive, Standing& standing) {
  pack_all(archive, standing.status, standing.end_unix_time, standing.wall_seconds);
}

/// Reads a run.h5 piece by piece, and keeps account of what cannot be read.
class Salvage {
 public:
  Salvage(std::filesystem::path file, std::vector<std::string>& lost) : file_(std::move(file)), lost_(lost) {}

  /// What `read` makes of the open file, in a child process. Nothing, with an entry among what is lost, if that fails.
  template <class Read, class Piece = std::invoke_result_t<Read, const hdf5::File&>>
  std::optional<Piece> piece(const std::string& name, Read&& read) {
    try {
      return hdf5::reading_apart(file_, "run file", [&] { return read(hdf5::open_run(file_)); });
    } catch (const DataError& reason) {
      lost_.push_back(name + ": " + reason.what());
      return std::nullopt;
    }
  }

  bool opens() {
    return piece("what only the damaged file had", [](const hdf5::File&) { return true; }).has_value();
  }

  std::vector<ProbeTraces> probes(const std::vector<std::string>& names) {
    std::vector<ProbeTraces> whole;
    for (const std::string& name : names) {
      auto probe = piece("trace '" + name + "'", [&](const hdf5::File& file) {
        return hdf5::read_probe(hdf5::open_group(file, schema::kTraces), name);
      });
      if (probe) whole.push_back(std::move(*probe));
    }
    return whole;
  }

  std::vector<std::byte> additions() {
    return piece("what was added to it", hdf5::additions_in).value_or(std::vector<std::byte>());
  }

  std::optional<MetricsTable> table(const char* name) {
    return piece(std::string("metrics/") + name, [&](const hdf5::File& file) {
      return hdf5::read_table(hdf5::open_group(file, schema::kMetrics), name);
    });
  }

 private:
  std::filesystem::path file_;
  std::vector<std::string>& lost_;
};

/// Puts a new file in the place of the old one, which is kept aside if so told.
void replace(const std::filesystem::path& file, bool keep, const std::vector<ProbeTraces>& probes,
             std::span<const std::byte> additions, Repair& repair) {
  if (keep) repair.old_file = keep_aside(file);
  try {
    hdf5::replace_run_file(file, repair.contents, probes, additions);
  } catch (...) {
    std::error_code ignored;
    if (!repair.old_file.empty()) std::filesystem::remove(repair.old_file, ignored);
    throw;
  }
  for (const ProbeTraces& probe : probes) repair.probes.push_back(probe.name);
}

/// What a table has after a step.
MetricsTable rows_after(std::int64_t step, const MetricsTable& table) {
  MetricsTable later;
  for (std::size_t row = 0; row < table.step.size(); ++row) {
    if (table.step[row] <= step) continue;
    const std::size_t at = later.row(table.step[row]);
    for (const MetricsColumn& column : table.columns) later.values(column.column)[at] = column.values[row];
  }
  return later;
}

/// Adds to what a checkpoint knows whatever the damaged file still tells of the run.
void add_from(Salvage& old, std::int64_t step, RunContents& contents) {
  if (const auto train = old.table(schema::kTrain))
    contents.metrics.train.fill_from(rows_after(step, *train));
  if (const auto eval = old.table(schema::kEval)) contents.metrics.eval.fill_from(*eval);
  if (auto summary = old.piece("summary", [](const hdf5::File& file) { return hdf5::read_summary(file); }))
    contents.metrics.summary = std::move(*summary);
  auto facts = old.piece("provenance", [](const hdf5::File& file) {
    return hdf5::read_attributes(hdf5::open_group(file, schema::kProvenance));
  });
  if (facts) contents.info.provenance = std::move(*facts);
  const auto standing = old.piece("status", [](const hdf5::File& file) {
    RunContents read;
    hdf5::read_ending(file, read);
    return Standing{read.status, read.end_unix_time, read.metrics.wall_seconds};
  });
  if (!standing) return;
  contents.status = standing->status;
  contents.end_unix_time = standing->end_unix_time;
  contents.metrics.wall_seconds = std::max(contents.metrics.wall_seconds, standing->wall_seconds);
}

}  // namespace

Repair repair_run(const RunLock&, const std::filesystem::path& run_directory) {
  const RunReader old(run_directory);
  Repair repair;
  repair.contents = old.contents();
  Salvage salvage(old.file(), repair.lost);
  const std::vector<ProbeTraces> probes = salvage.probes(old.probes());
  const std::vector<std::byte> additions = salvage.additions();
  if (repair.lost.empty() && old.ordinary()) {
    repair.probes = old.probes();
    return repair;
  }
  replace(old.file(), !repair.lost.empty(), probes, additions, repair);
  repair.done = Repair::Done::made_ordinary;
  return repair;
}

Repair repair_run(const std::filesystem::path& run_directory) {
  if (!std::filesystem::is_directory(run_directory)) {
    throw DataError(run_directory.string() + ": there is no such run directory");
  }
  return repair_run(RunLock(run_directory), run_directory);
}

Repair rebuild_run(const RunLock&, const std::filesystem::path& run_directory, const RunContents& checkpoint,
                   std::int64_t step) {
  const std::filesystem::path file = run_directory / schema::kRunFile;
  Repair repair;
  repair.done = Repair::Done::rebuilt;
  repair.contents = checkpoint;
  std::vector<ProbeTraces> probes;
  std::vector<std::byte> additions;
  Salvage salvage(file, repair.lost);
  const bool there = std::filesystem::exists(file);
  if (there && salvage.opens()) {
    add_from(salvage, step, repair.contents);
    const auto names = salvage.piece("traces", hdf5::probe_names);
    probes = salvage.probes(names.value_or(std::vector<std::string>()));
    additions = salvage.additions();
  }
  replace(file, there, probes, additions, repair);
  return repair;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
