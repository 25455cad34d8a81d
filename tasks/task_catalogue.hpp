// The tasks a run can name. A new task is one pair of files and one line in task_catalogue.cpp.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "framework/data/task.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// A task that is being configured: its options can be read and set by name before it is built.
class TaskBuilder {
 public:
  virtual ~TaskBuilder() = default;

  /// Walks over the options (section "task").
  virtual void visit(SettingVisitor& visitor) = 0;

  /// The task with the options as they stand. Throws UsageError if they make no task.
  virtual std::unique_ptr<Task> build() const = 0;
};

/// One line of the catalogue.
struct TaskEntry {
  std::string_view name;                        // the value of task.name
  std::string_view summary;                     // one line, lower case, with its source
  std::unique_ptr<TaskBuilder> (*configure)();  // options at their defaults
};

/// All tasks, in the order in which they are listed.
std::span<const TaskEntry> task_catalogue();

/// The entry of that name, or nullptr.
const TaskEntry* find_task(std::string_view name);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
