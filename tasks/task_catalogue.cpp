#include "tasks/task_catalogue.hpp"

#include <algorithm>
#include <iterator>

#include "tasks/add.hpp"
#include "tasks/associative_recall.hpp"
#include "tasks/babi/babi.hpp"
#include "tasks/copy.hpp"
#include "tasks/ngrams.hpp"
#include "tasks/priority_sort.hpp"
#include "tasks/repeat_copy.hpp"
#include "tasks/reverse.hpp"
#include "tasks/sort.hpp"

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
    task<RepeatCopy>("repeat_copy", "repeat it a given number of times (Graves et al. 2014, section 4.2)"),
    task<AssociativeRecall>("associative_recall",
                            "say the item that came after a given one (Graves et al. 2014, section 4.3)"),
    task<Ngrams>("ngrams",
                 "predict bits whose statistics are new each time (Graves et al. 2014, section 4.4)"),
    task<PrioritySort>("priority_sort", "say vectors by falling priority (Graves et al. 2014, section 4.5)"),
    task<Sort>("sort", "say binary numbers in ascending order"),
    task<Reverse>("reverse", "say a random binary sequence backwards"),
    task<Add>("add", "add two binary numbers, lowest bit first"),
    task<Babi>("babi", "answer questions about short stories (Weston et al. 2015, arXiv:1502.05698)"),
};

}  // namespace

std::span<const TaskEntry> task_catalogue() { return kTasks; }

const TaskEntry* find_task(std::string_view name) {
  const auto* const found = std::ranges::find(kTasks, name, &TaskEntry::name);
  return found != std::end(kTasks) ? found : nullptr;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
