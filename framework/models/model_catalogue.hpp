// The models a run can name. A new memory is one pair of files and one line in model_catalogue.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "framework/models/model.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// A model that is being configured: its options can be read and set by name before it is built.
class ModelBuilder {
 public:
  virtual ~ModelBuilder() = default;

  /// Walks over the options of section "model", without the model's name.
  virtual void visit_model(SettingVisitor& visitor) = 0;

  /// Walks over the options of section "memory"; there are none for a model without one.
  virtual void visit_memory(SettingVisitor& visitor) = 0;

  /// How the model is scored on a task that scores its outputs so: as the task says, or in a way of its own.
  virtual Loss loss(Loss of_task) const { return of_task; }

  /// The model with the options as they stand. Throws UsageError if they make none.
  virtual std::unique_ptr<Model> build(const TaskShape& task, std::uint64_t seed) const = 0;
};

/// One line of the catalogue.
struct ModelEntry {
  std::string_view name;                         // the value of model.name
  std::string_view summary;                      // one line, lower case, with its source
  std::unique_ptr<ModelBuilder> (*configure)();  // options at their defaults
};

/// All models, in the order in which they are listed.
std::span<const ModelEntry> model_catalogue();

/// The entry of that name, or nullptr.
const ModelEntry* find_model(std::string_view name);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
