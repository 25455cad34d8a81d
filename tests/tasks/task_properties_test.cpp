// What every task of the catalogue promises (framework/data/task.hpp), for random settings of it.
#include <algorithm>
#include <cmath>
#include <functional>

#include "framework/tensor/error.hpp"
#include "tasks/task_catalogue.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/for_all.hpp"

using namespace tapehead;
using testing::for_all;
using testing::Given;

namespace {

// Gives every number of a task's options a value of its range, as far as that is small.
class RandomOptions final : public SettingVisitor {
 public:
  explicit RandomOptions(Given& given) : given_(given) {}
  void operator()(const Setting& setting, std::size_t& field) override {
    const double least = std::isfinite(setting.minimum) ? setting.minimum : 0;
    const double most = std::min(setting.maximum, least + 12);
    field = given_.number(std::string(setting.name), static_cast<std::size_t>(least),
                          static_cast<std::size_t>(most));
  }
  void operator()(const Setting&, bool& field) override { field = given_.number("a switch", 0, 1) != 0; }
  void operator()(const Setting&, double&) override {}
  void operator()(const Setting& setting, std::string& field) override {
    if (setting.name == "tasks") field = "all";  // so that with() has a choice
    if (setting.choices.empty()) return;
    const std::size_t last = setting.choices.size() - 1;
    field = setting.choices[given_.number(std::string(setting.name), 0, last)];
  }

 private:
  Given& given_;
};

std::unique_ptr<Task> random_task(const TaskEntry& entry, Given& given) {
  const auto builder = entry.configure();
  RandomOptions options(given);
  builder->visit(options);
  try {
    return builder->build();
  } catch (const UsageError&) {
    given.other_settings();
  }
}

RandomStream random_stream(Given& given) {
  return RandomStream(given.seed(), "train").step(given.number("step", 0, 1000));
}

Batch sampled(const Task& task, const RandomStream& stream, std::size_t examples) {
  Batch batch;
  task.sample(stream, examples, batch);
  return batch;
}

// All that a batch holds, whatever its kind.
bool same(const Batch& a, const Batch& b) {
  const auto equal = [](const auto& x, const auto& y) {
    return std::ranges::equal(x.shape(), y.shape()) && std::ranges::equal(x.storage(), y.storage());
  };
  if (a.index() != b.index()) return false;
  if (const auto* const x = std::get_if<SequenceBatch>(&a)) {
    const auto& y = std::get<SequenceBatch>(b);
    return equal(x->inputs, y.inputs) && equal(x->targets, y.targets) && equal(x->mask, y.mask);
  }
  const auto &x = std::get<StoryBatch>(a), &y = std::get<StoryBatch>(b);
  return equal(x.sentences, y.sentences) && equal(x.sentence_lengths, y.sentence_lengths) &&
         equal(x.sentence_ages, y.sentence_ages) && equal(x.story_lengths, y.story_lengths) &&
         equal(x.questions, y.questions) && equal(x.question_lengths, y.question_lengths) &&
         equal(x.answers, y.answers) && equal(x.supporting_facts, y.supporting_facts) &&
         equal(x.supporting_counts, y.supporting_counts);
}

// The same examples, though one of two batches of sequences may have more steps, which are empty.
bool same_but_padding(const Batch& a, const Batch& b) {
  const auto* const x = std::get_if<SequenceBatch>(&a);
  if (x == nullptr) return same(a, b);
  const auto& y = std::get<SequenceBatch>(b);
  const auto equal = [](const auto& one, const auto& other) {
    const auto &p = one.storage(), &q = other.storage();
    const auto common = static_cast<std::ptrdiff_t>(std::min(p.size(), q.size()));
    const auto empty = [](Real value) { return value == 0; };
    return std::equal(p.begin(), p.begin() + common, q.begin()) &&
           std::all_of(p.begin() + common, p.end(), empty) && std::all_of(q.begin() + common, q.end(), empty);
  };
  return x->size() == y.size() && equal(x->inputs, y.inputs) && equal(x->targets, y.targets) &&
         equal(x->mask, y.mask);
}

using Property = std::function<std::string(const TaskEntry&, Given&)>;

void for_every_task(const Property& property) {
  for (const TaskEntry& entry : task_catalogue()) {
    INFO(entry.name);
    for_all([&](Given& given) { return property(entry, given); });
  }
}

}  // namespace

TEST_CASE("a task makes the same batch of the same stream, whatever the batch held before",
          "[tasks][property]") {
  for_every_task([](const TaskEntry& entry, Given& given) -> std::string {
    const auto task = random_task(entry, given);
    const RandomStream stream = random_stream(given);
    const std::size_t examples = given.number("batch", 1, 4);
    const Batch fresh = sampled(*task, stream, examples);
    if (!same(fresh, sampled(*task, stream, examples))) return "sampling again makes another batch";

    // One that another task has used, larger or smaller; one that this task has used; one of the other kind.
    const auto& tasks = task_catalogue();
    const auto other = tasks[given.number("other task", 0, tasks.size() - 1)].configure()->build();
    Batch used = sampled(*other, random_stream(given), given.number("other batch", 1, 9));
    task->sample(stream, examples, used);
    if (!same(fresh, used)) return "what task '" + std::string(other->name()) + "' left is still there";
    task->sample(stream.step(1001), 9, used);
    task->sample(stream, examples, used);
    if (!same(fresh, used)) return "what the task itself left is still there";
    used = StoryBatch{};
    task->sample(stream, examples, used);
    return same(fresh, used) ? "" : "a batch that held stories becomes another one";
  });
}

TEST_CASE("an example of a task does not depend on how many others there are", "[tasks][property]") {
  for_every_task([](const TaskEntry& entry, Given& given) -> std::string {
    const auto task = random_task(entry, given);
    const RandomStream stream = random_stream(given);
    const std::size_t few = given.number("few", 1, 3);
    const std::size_t many = few + given.number("more", 1, 6);
    Batch first;
    slice_examples(sampled(*task, stream, many), 0, few, first);
    return same_but_padding(first, sampled(*task, stream, few)) ? "" : "it does";
  });
}

TEST_CASE("other streams and other examples of a task are others", "[tasks]") {
  for (const TaskEntry& entry : task_catalogue()) {
    INFO(entry.name);
    const auto task = entry.configure()->build();
    const RandomStream stream(1, "train");
    const Batch batch = sampled(*task, stream.step(1), 2);
    CHECK_FALSE(same(batch, sampled(*task, stream.step(2), 2)));
    CHECK_FALSE(same(batch, sampled(*task, RandomStream(2, "train").step(1), 2)));
    CHECK_FALSE(same(batch, sampled(*task, RandomStream(1, "evaluation").step(1), 2)));
    Batch one, other;
    slice_examples(batch, 0, 1, one);
    slice_examples(batch, 1, 2, other);
    CHECK_FALSE(same(one, other));
  }
}

TEST_CASE("with() changes one quantity of a task and keeps everything else", "[tasks][property]") {
  for_every_task([](const TaskEntry& entry, Given& given) -> std::string {
    const auto task = random_task(entry, given);
    const RandomStream stream = random_stream(given);
    const Batch before = sampled(*task, stream, 2);
    std::vector<std::pair<std::string_view, std::size_t>> values;
    std::unique_ptr<Task> forwards, backwards;
    for (const std::string_view quantity : task->quantities())
      values.emplace_back(quantity, given.number(std::string(quantity), 2, 12));
    const auto vary = [&](std::unique_ptr<Task>& varied, const auto& value) {
      try {
        varied = (varied ? *varied : *task).with(value.first, value.second);
      } catch (const UsageError&) {
        given.other_settings();
      }
    };
    for (const auto& value : values) {
      vary(forwards, value);
      if (forwards->name() != task->name() || forwards->loss() != task->loss() ||
          forwards->input_size() != task->input_size() || forwards->target_size() != task->target_size() ||
          forwards->picture() != task->picture() || forwards->quantities() != task->quantities())
        return "it is another task";
      // A quantity that was given twice is the same as given once.
      const Batch once = sampled(*forwards, stream, 2);
      if (!same(once, sampled(*forwards->with(value.first, value.second), stream, 2)))
        return "given twice it is another task";
    }
    std::ranges::reverse(values);
    for (const auto& value : values) vary(backwards, value);
    if (forwards && !same(sampled(*forwards, stream, 2), sampled(*backwards, stream, 2)))
      return "the order matters";
    return same(before, sampled(*task, stream, 2)) ? "" : "the task itself has changed";
  });
}

TEST_CASE("a task refuses a quantity that it does not have, and one of 0, by name", "[tasks]") {
  for (const TaskEntry& entry : task_catalogue()) {
    const auto task = entry.configure()->build();
    CHECK_THROWS_AS(task->with("colour", 3), UsageError);
    CHECK_THROWS_WITH(task->with("colour", 3),
                      Catch::Contains(std::string(entry.name)) && Catch::Contains("task.colour"));
    for (const std::string_view quantity : task->quantities()) {
      CHECK_THROWS_AS(task->with(quantity, 0), UsageError);
      CHECK_THROWS_WITH(task->with(quantity, 0), Catch::Contains("task." + std::string(quantity)));
    }
  }
}

TEST_CASE("no loss of a task is negative, and the optimum of more examples is the sum of theirs",
          "[tasks][property]") {
  for_every_task([](const TaskEntry& entry, Given& given) -> std::string {
    const auto task = random_task(entry, given);
    const Batch batch = sampled(*task, random_stream(given), 3);
    const double whole = task->optimum(batch);
    if (std::isnan(whole)) return {};
    double sum = 0;
    for (std::size_t b = 0; b < 3; ++b) {
      Batch one;
      slice_examples(batch, b, b + 1, one);
      sum += task->optimum(one);
    }
    if (std::abs(sum - whole) > 1e-9 * whole) return "the sum is " + std::to_string(sum);
    return whole >= 0 && !(task->chance() <= 0) ? "" : "less than nothing";
  });
}
