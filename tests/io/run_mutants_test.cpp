// run.h5 with bytes changed: some of them crash HDF5, or keep it busy for ever. Neither may reach us.
#include <cmath>
#include <random>

#include "framework/io/run_lock.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/io/run_repair.hpp"
#include "framework/io/run_revision.hpp"
#include "framework/tensor/error.hpp"
#include "tests/io/written_runs.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {
namespace {

constexpr std::int64_t kRows = 300;

/// A byte to change: any, or one of the texts' heap, which HDF5 trusts most.
std::size_t place(const std::string& bytes, std::mt19937_64& random) {
  const std::size_t anywhere = random() % bytes.size();
  if (random() % 2 == 0) return anywhere;
  const std::size_t heap = bytes.find("GCOL", anywhere);
  return heap == std::string::npos ? anywhere : std::min(bytes.size() - 1, heap + random() % 4096);
}

/// How many values of a column are not what was written. HDF5 has no checksum for them: one byte, one value.
std::size_t wrong_values(const RunContents& contents) {
  const MetricsTable& train = contents.metrics.train;
  std::size_t wrong = 0;
  for (std::size_t row = 0; row < train.step.size(); ++row) {
    const auto step = static_cast<std::int64_t>(row + 1);
    wrong += train.step[row] != step;
    for (std::size_t i = 0; i < train.columns.size(); ++i)
      wrong += train.columns[i].values[row] != example_row(step)[i];
  }
  return wrong;
}

/// Nothing is lost without a word: all rows are there, or an error says that they are not.
void check_complete(const RunContents& contents) {
  REQUIRE(contents.metrics.train.step.size() == kRows);
  REQUIRE(contents.metrics.train.columns.size() == 2);
  REQUIRE(contents.metrics.eval.step.size() == 1);
  REQUIRE(wrong_values(contents) <= 1);
}

struct Counts {
  int whole = 0, mended = 0, rebuilt = 0;
};

/// Changes one byte, then reads, repairs and, where that is refused, rebuilds.
void try_mutant(const std::filesystem::path& run, const std::string& bytes, Counts& counts) {
  std::filesystem::remove(run / "run.h5");
  replace_bytes(run / "run.h5", bytes);
  const RunLock lock(run);
  try {
    const Repair repair = repair_run(lock, run);
    check_complete(repair.contents);
    ++(repair.lost.empty() ? counts.whole : counts.mended);
  } catch (const DataError& damaged) {
    REQUIRE_THAT(damaged.what(), Catch::StartsWith((run / "run.h5").string() + ": damaged"));
    const RunDescription description = example_description();
    RunContents contents;
    contents.info = description.info;
    contents.metrics = example_checkpoint(20).metrics;
    contents.metrics.eval = MetricsTable::with(description.eval);
    rebuild_run(lock, run, contents, 20);
    REQUIRE(file_bytes(run / "run.h5.bad") == bytes);
    ++counts.rebuilt;
  }
  const RunReader reader(run);
  REQUIRE(reader.ordinary());
  REQUIRE(reader.contents().metrics.train.step.size() >= 20);
  for (const std::string& probe : reader.probes()) reader.traces(probe);
  std::filesystem::remove(run / "run.h5.bad");
}

void check_mutants(int count) {
  const TemporaryDirectory run;
  KilledProcess([&](auto&& ready) { write_rows_and_wait(run, kRows, ready); }).kill();
  const std::string killed = file_bytes(run / "run.h5");
  write_traces(run, "length_5", example_traces());
  const std::string traced = file_bytes(run / "run.h5");
  std::mt19937_64 random(20260101);
  Counts counts;
  for (int i = 0; i < count; ++i) {
    std::string bytes = i % 2 == 0 ? killed : traced;
    const std::size_t at = place(bytes, random);
    const auto difference = static_cast<int>(1 + random() % 255);
    bytes[at] = static_cast<char>(bytes[at] ^ difference);
    INFO("mutant " << i << ": byte " << at << " ^ " << difference);
    try_mutant(run, bytes, counts);
  }
  // All three happen, or this is no test of them.
  CHECK(counts.whole > 0);
  CHECK(counts.mended > 0);
  CHECK(counts.rebuilt > 0);
}

}  // namespace

TEST_CASE("a run.h5 with any byte changed is read, mended or rebuilt, and crashes nothing", "[io]") {
  check_mutants(60);
}

TEST_CASE("of 2000 changed run.h5 each is read, mended or rebuilt, and crashes nothing", "[io][slow]") {
  check_mutants(2000);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::io_test
