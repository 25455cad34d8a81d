#include "framework/data/task.hpp"

#include <cmath>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

// The least a task has to say.
class Silence final : public Task {
 public:
  void sample(const RandomStream&, std::size_t batch, Batch& into) const override {
    reset(as<SequenceBatch>(into), 1, batch, input_size(), target_size());
  }
  std::size_t input_size() const override { return 1; }
  std::size_t target_size() const override { return 1; }
  Loss loss() const override { return Loss::bits; }
  std::string_view name() const override { return "silence"; }
  std::string picture() const override { return "time  0\n"; }
};

}  // namespace

TEST_CASE("a task that says no more has no probes, nothing to choose, and an unknown chance and optimum",
          "[task]") {
  const Silence task;
  CHECK(std::isnan(task.chance()));
  CHECK(std::isnan(task.optimum(SequenceBatch{})));
  CHECK(task.quantities().empty());
  CHECK(task.probes().empty());
}

TEST_CASE("asking a length of a task without lengths names the task", "[task]") {
  CHECK_THROWS_AS(Silence().with_length(3), UsageError);
  CHECK_THROWS_WITH(Silence().with_length(3), Catch::Contains("silence") && Catch::Contains("task.length"));
}

TEST_CASE("asking any other quantity names it, and the setting that was given", "[task]") {
  CHECK_THROWS_AS(Silence().with("repeats", 3), UsageError);
  CHECK_THROWS_WITH(Silence().with("repeats", 3), "task 'silence' has no repeats to choose (task.repeats)");
}
