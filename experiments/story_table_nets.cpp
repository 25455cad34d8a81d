#include "experiments/story_table_nets.hpp"

#include <algorithm>
#include <cstdlib>

#include "experiments/evaluation.hpp"
#include "experiments/reproduction_runs.hpp"
#include "experiments/trained_net.hpp"
#include "framework/io/durable_file.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/io/sha256.hpp"
#include "framework/training/evaluator.hpp"
#include "tasks/babi/babi.hpp"
#include "tasks/babi/story_files.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

constexpr double kPercent = 100;
constexpr std::size_t kDigits = 16, kDigitsOfName = 8;

std::string digest(const std::string& bytes) { return sha256_hex(bytes).substr(0, kDigits); }

std::string bytes_of(const fs::path& file) {
  const std::vector<std::byte> bytes = read_bytes(file);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool has_files(const std::vector<fs::path>& directories, std::size_t task) {
  try {
    task_files(directories, task);
    return true;
  } catch (const UnavailableError&) {
    return false;
  }
}

// Where files may be that the directories named have not.
std::vector<fs::path> other_directories(const std::vector<fs::path>& named) {
  constexpr std::string_view kLarge = "-10k";
  std::vector<fs::path> others;
  if (const char* const variable = std::getenv("TAPEHEAD_BABI"); variable != nullptr && *variable != '\0')
    others = story_directories("");
  for (const fs::path& directory : named) {
    std::string path = directory.lexically_normal().string();
    while (path.ends_with('/')) path.pop_back();
    std::error_code ignored;
    if (path.ends_with(kLarge) && fs::is_directory(path.erase(path.size() - kLarge.size()), ignored))
      others.emplace_back(path);
  }
  return others;
}

std::vector<fs::path> directories_of(const StoryTable& table, const std::string& data) {
  std::vector<fs::path> directories;
  const auto add = [&](const fs::path& directory) {
    const fs::path absolute = fs::absolute(directory);
    if (std::ranges::find(directories, absolute) == directories.end()) directories.push_back(absolute);
  };
  for (const fs::path& directory : story_directories(data)) add(directory);
  const auto lacks = [&](std::size_t task) { return !has_files(directories, task); };
  if (std::ranges::any_of(table.not_judged, lacks)) {
    for (const fs::path& directory : other_directories(directories)) {
      if (std::ranges::any_of(table.not_judged, lacks)) add(directory);
    }
  }
  return directories;
}

// A line with a tab is a question.
std::size_t count_questions(const TaskFiles& files) {
  std::string text = bytes_of(files.train);
  if (files.validation) text += "\n" + bytes_of(*files.validation);
  std::size_t questions = 0;
  for (std::size_t at = text.find('\t'); at != std::string::npos; at = text.find('\t', at)) {
    ++questions;
    at = std::min(text.find('\n', at), text.size());
  }
  return questions;
}

double last_of(const MetricsTable& table, const char* column) {
  const MetricsColumn* const found = table.find(column);
  return found == nullptr || found->values.empty() ? RestartRecord::kNone : found->values.back();
}

// The tasks one by one, also where there is one alone.
std::vector<Variation> by_task(const WantedNet& wanted) {
  if (wanted.tasks.size() == 1) return {Variation{}};
  std::vector<Variation> variations;
  for (const std::size_t task : wanted.tasks) variations.push_back({{{"task", task}}});
  return variations;
}

}  // namespace

std::string WantedNet::name() const {
  const std::string task = variant->joint ? "" : "-task-" + std::to_string(tasks.front());
  return variant->name + task + "-" + stories.substr(0, kDigitsOfName) + "-s" + std::to_string(seed);
}

bool WantedNet::is_of(const RestartRecord& record) const {
  return record.variant == variant->name && record.seed == seed && record.settings_hash == hash &&
         record.stories == stories && std::ranges::find(tasks, record.task) != tasks.end();
}

StorySource::StorySource(const StoryTable& table, const std::string& data, bool quick)
    : directories_(directories_of(table, data)) {
  for (std::size_t task = 1; task <= kStoryTasks; ++task) {
    const TaskFiles files = task_files(directories_, task);
    digests_.push_back(digest(bytes_of(files.train) + bytes_of(files.test)));
    if (quick || table.questions == 0 || !table.judges(task)) continue;
    const std::size_t questions = count_questions(files);
    if (questions == table.questions) continue;
    throw DataError(files.train.string() + ": expected " + std::to_string(table.questions) +
                    " questions, got " + std::to_string(questions) + "; " + table.id() +
                    " is about such stories: name their directory as --task.data=DIR");
  }
}

std::string StorySource::text() const { return directory_list(directories_); }

std::string StorySource::digest_of_all() const {
  std::string all;
  for (const std::string& one : digests_) all += one;
  return digest(all);
}

std::vector<RestartRecord> records_of(const WantedNet& net, const fs::path& run_directory, bool diverged) {
  const RunReader run(run_directory);
  const RunContents& contents = run.contents();
  RestartRecord common{.variant = net.variant->name,
                       .preset = net.variant->preset,
                       .seed = net.seed,
                       .settings_hash = net.hash,
                       .stories = net.stories,
                       .status = diverged ? "diverged" : "finished"};
  common.wall_seconds = contents.metrics.wall_seconds;
  common.revision = revision_of(contents);
  common.cpu = cpu_of(contents);
  std::vector<RestartRecord> records;
  for (const std::size_t task : net.tasks) {
    records.push_back(common);
    records.back().task = task;
  }
  if (diverged) return records;
  Arguments named;
  named.positional = {run_directory.string()};
  if (net.variant->best) named.options["checkpoint"] = "best";
  TrainedNet trained = load_net(named);
  if (!net.variant->best) expect_last(run, trained);
  const std::vector<Variation> variations = by_task(net);
  const auto results = evaluate_variations(trained, variations, 1, 1);
  record_results(trained, results);
  const auto fresh = dynamic_cast<const Babi&>(*trained.task).without_leaks();
  Workers alone(1);
  for (std::size_t i = 0; i < records.size(); ++i) {
    RestartRecord& record = records[i];
    record.parameters = trained.model->parameters().count();
    // The last row is of the last epoch, where presets log every epoch: with what noise there was in training.
    record.training_error = kPercent * last_of(contents.metrics.train, "error");
    if (trained.task->size(Split::validation) > 0)
      record.validation_error = kPercent * last_of(contents.metrics.eval, "error");
    record.test_error = kPercent * results[i].wrong;
    const std::unique_ptr<Task> whole = variations[i].of(*trained.task), part = variations[i].of(*fresh);
    const Task& of_task = whole ? *whole : *trained.task;
    const Task& of_fresh = part ? *part : *fresh;
    record.questions = static_cast<double>(of_task.size(Split::train) + of_task.size(Split::validation));
    if (of_fresh.size(Split::test) > 0)
      record.new_test_error =
          kPercent * Evaluator(of_fresh, 1, Split::test).evaluate(*trained.model, alone).mean_wrong();
  }
  return records;
}

}  // namespace tapehead
