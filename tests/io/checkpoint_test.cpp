// Checkpoints: whole or refused.
#include "framework/io/checkpoint.hpp"

#include <algorithm>
#include <utility>

#include "framework/io/checkpoint_directory.hpp"
#include "framework/tensor/error.hpp"
#include "tests/io/fixtures.hpp"
#include "tests/support/catch.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {
namespace {

void check_same(const std::vector<NamedTensor>& a, const std::vector<NamedTensor>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].path == b[i].path);
    CHECK(a[i].shape == b[i].shape);
    CHECK(a[i].values == b[i].values);
  }
}

void make_checkpoints(const std::filesystem::path& run, std::initializer_list<std::int64_t> steps) {
  std::filesystem::create_directories(run / "checkpoints");
  for (const std::int64_t step : steps) {
    write_checkpoint(checkpoint_path(run, step), example_checkpoint(std::min<std::int64_t>(step, 100)));
  }
}

}  // namespace

TEST_CASE("a checkpoint is read back as it was written", "[io]") {
  const TemporaryDirectory directory;
  const Checkpoint written = example_checkpoint(3);
  write_checkpoint(directory / "a.h5", written);
  const Checkpoint read = read_checkpoint(directory / "a.h5");
  CHECK(read.step == 3);
  CHECK(read.run_id == written.run_id);
  CHECK(read.settings == written.settings);
  CHECK(read.config == written.config);
  CHECK(read.counters == written.counters);
  check_same(read.model, written.model);
  check_same(read.optimizer, written.optimizer);
  CHECK(read.metrics.train.step == written.metrics.train.step);
  CHECK(read.metrics.train.columns[0].values == written.metrics.train.columns[0].values);
  CHECK(read.metrics.eval.columns[0].column.name == "loss");
  CHECK(read.metrics.summary[0].value == 0.125);
  CHECK(read.metrics.wall_seconds == 12.5);
  CHECK(file_names(directory) == std::vector<std::string>{"a.h5"});
}

TEST_CASE("equal checkpoints have equal bytes", "[io]") {
  const TemporaryDirectory directory;
  write_checkpoint(directory / "a.h5", example_checkpoint(3));
  write_checkpoint(directory / "b.h5", example_checkpoint(3));
  CHECK(file_bytes(directory / "a.h5") == file_bytes(directory / "b.h5"));
}

TEST_CASE("a checkpoint with any one byte changed is refused", "[io]") {
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory / "a.h5";
  write_checkpoint(path, example_checkpoint(2));
  const std::string good = file_bytes(path);
  // All of the trailer, and a spread of bytes before it.
  for (std::size_t at = 0; at < good.size(); at += at + 80 < good.size() ? 97 : 1) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    replace_bytes(path, bad);
    INFO("byte " << at << " of " << good.size());
    CHECK_THROWS_AS(read_checkpoint(path), DataError);
  }
}

TEST_CASE("a checkpoint that is cut off, extended or zeroed is refused", "[io]") {
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory / "a.h5";
  write_checkpoint(path, example_checkpoint(2));
  const std::string good = file_bytes(path);
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{10}, good.size() / 2, good.size() - 56, good.size() - 1}) {
    replace_bytes(path, good.substr(0, length));
    CHECK_THROWS_AS(read_checkpoint(path), DataError);
  }
  replace_bytes(path, good + '\0');
  CHECK_THROWS_AS(read_checkpoint(path), DataError);
  std::string zeroed = good;
  std::fill_n(zeroed.begin() + 4096, 4096, '\0');
  replace_bytes(path, zeroed);
  CHECK_THROWS_WITH(read_checkpoint(path), Catch::Contains("SHA-256"));
  CHECK_THROWS_AS(read_checkpoint(directory / "missing.h5"), IoError);
}

TEST_CASE("a checkpoint that cannot be written leaves the old one alone", "[io]") {
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory / "a.h5";
  write_checkpoint(path, example_checkpoint(2));
  const std::string before = file_bytes(path);
  std::filesystem::create_directory(directory / "a.h5.partial");  // in the way of the temporary file
  CHECK_THROWS_WITH(write_checkpoint(path, example_checkpoint(3)),
                    Catch::Contains("a.h5.partial: create failed"));
  CHECK(file_bytes(path) == before);
  CHECK_THROWS_AS(write_checkpoint(directory / "none" / "a.h5", example_checkpoint(3)), IoError);
  Checkpoint wrong = example_checkpoint(3);
  wrong.model[0].values.pop_back();
  CHECK_THROWS_AS(write_checkpoint(path, wrong), std::invalid_argument);
}

TEST_CASE("tensors of another model are told by path and shape", "[io]") {
  const Checkpoint checkpoint = example_checkpoint(1);
  CHECK(find_tensor(checkpoint.model, "memory/start", {1}, "a.h5").values.size() == 1);
  CHECK_THROWS_WITH(find_tensor(checkpoint.model, "memory/heads/weight", {3, 2}, "a.h5"),
                    "a.h5: memory/heads/weight has shape [2, 3], expected [3, 2]");
  CHECK_THROWS_WITH(find_tensor(checkpoint.model, "other", {1}, "a.h5"), "a.h5: it has no other");
}

TEST_CASE("checkpoints are listed newest first, and the last two are kept", "[io]") {
  const TemporaryDirectory run;
  CHECK(list_checkpoints(run).empty());
  make_checkpoints(run, {5, 1000000000, 20, 3});
  write_checkpoint(best_checkpoint_path(run), example_checkpoint(5));
  CHECK(checkpoint_path(run, 20).filename() == "step-000000020.h5");
  REQUIRE(list_checkpoints(run).size() == 4);
  CHECK(list_checkpoints(run)[0] == checkpoint_path(run, 1000000000));
  prune_checkpoints(run, 1000000000);
  CHECK(file_names(run / "checkpoints") ==
        std::vector<std::string>{"best.h5", "step-000000020.h5", "step-1000000000.h5"});
}

TEST_CASE("checkpoints later than the one just written neither count nor go", "[io]") {
  const TemporaryDirectory run;
  make_checkpoints(run, {10, 20, 30, 900, 1000});
  prune_checkpoints(run, 30);
  CHECK(file_names(run / "checkpoints") == std::vector<std::string>{"step-000000020.h5", "step-000000030.h5",
                                                                    "step-000000900.h5",
                                                                    "step-000001000.h5"});
}

TEST_CASE("a bad checkpoint is set aside and the next older good one used", "[io]") {
  const TemporaryDirectory run;
  make_checkpoints(run, {5, 10, 15});
  replace_bytes(checkpoint_path(run, 15), "damaged");
  std::vector<std::string> warnings;
  const auto of_another_model = [](const FoundCheckpoint& found) {
    if (found.checkpoint.step == 10) throw DataError(found.path.string() + ": another model");
  };
  const auto skipping = newest_good_checkpoint(run, BadCheckpoint::skip, warnings, of_another_model);
  REQUIRE(skipping.has_value());
  CHECK(skipping->checkpoint.step == 5);
  CHECK(std::exchange(warnings, {}).size() == 2);
  CHECK(list_checkpoints(run).size() == 3);
  const auto found = newest_good_checkpoint(run, BadCheckpoint::set_aside, warnings, of_another_model);
  REQUIRE(found.has_value());
  CHECK(found->path == checkpoint_path(run, 5));
  CHECK(found->checkpoint.step == 5);
  CHECK(warnings.size() == 2);
  CHECK(file_names(run / "checkpoints") ==
        std::vector<std::string>{"step-000000005.h5", "step-000000010.h5.bad", "step-000000015.h5.bad"});
}

TEST_CASE("without any good checkpoint nothing is set aside", "[io]") {
  const TemporaryDirectory run;
  make_checkpoints(run, {5, 10});
  for (const std::int64_t step : {5, 10}) replace_bytes(checkpoint_path(run, step), "damaged");
  std::vector<std::string> warnings;
  CHECK_FALSE(newest_good_checkpoint(run, BadCheckpoint::set_aside, warnings).has_value());
  CHECK(warnings.size() == 2);
  CHECK(file_names(run / "checkpoints") ==
        std::vector<std::string>{"step-000000005.h5", "step-000000010.h5"});
}

TEST_CASE("what was set aside before is not written over", "[io]") {
  const TemporaryDirectory run;
  for (const char* const content : {"first", "second", "third"}) {
    make_checkpoints(run, {5, 10});
    replace_bytes(checkpoint_path(run, 10), content);
    std::vector<std::string> warnings;
    CHECK(newest_good_checkpoint(run, BadCheckpoint::set_aside, warnings).has_value());
  }
  const std::filesystem::path aside = checkpoint_path(run, 10);
  CHECK(file_bytes(aside.string() + ".bad") == "first");
  CHECK(file_bytes(aside.string() + ".2.bad") == "second");
  CHECK(file_bytes(aside.string() + ".3.bad") == "third");
}

TEST_CASE("the best checkpoint is gone on from when it is the newest", "[io]") {
  const TemporaryDirectory run;
  make_checkpoints(run, {5, 10});
  const auto step = [&] {
    std::vector<std::string> warnings;
    return newest_good_checkpoint(run, BadCheckpoint::skip, warnings)->checkpoint.step;
  };
  write_checkpoint(best_checkpoint_path(run), example_checkpoint(7));
  CHECK(step() == 10);
  replace_bytes(checkpoint_path(run, 10), "damaged");
  CHECK(step() == 7);
}

TEST_CASE("what killed writers left half written is swept away", "[io]") {
  const TemporaryDirectory run;
  make_checkpoints(run, {5});
  replace_bytes(run / "run.h5.partial", "half");
  replace_bytes(checkpoint_path(run, 6).string() + ".partial", "half");
  sweep_temporaries(run);
  CHECK(file_names(run) == std::vector<std::string>{"checkpoints"});
  CHECK(file_names(run / "checkpoints") == std::vector<std::string>{"step-000000005.h5"});
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::io_test
