#include "tasks/task_catalogue.hpp"

#include <algorithm>
#include <iterator>

#include "tasks/copy.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

template <class T>
class BuilderOf final : public TaskBuilder {
 public:
  void visit(SettingVisitor& visitor) override { options_.visit(visitor); }
  std::unique_ptr<Task> build() const override { return std::make_unique<T>(options_); }

 private:
  typename T::Options options_;
};

template <class T>
constexpr TaskEntry task(std::string_view name, std::string_view summary) {
  return {name, summary, [] { return std::unique_ptr<TaskBuilder>(std::make_unique<BuilderOf<T>>()); }};
}

constexpr TaskEntry kTasks[] = {
    task<Copy>("copy", "repeat a random binary sequence (Graves et al. 2014, section 4.1)"),
};

}  // namespace

std::span<const TaskEntry> task_catalogue() { return kTasks; }

const TaskEntry* find_task(std::string_view name) {
  const auto* const found = std::ranges::find(kTasks, name, &TaskEntry::name);
  return found != std::end(kTasks) ? found : nullptr;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
