// How a line of the model catalogue becomes a model.
#pragma once

#include <memory>

#include "framework/models/controller_memory.hpp"
#include "framework/models/model_catalogue.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// A controller joined to a memory.
template <MemoryModule Memory>
class MemoryModelBuilder final : public ModelBuilder {
 public:
  void visit_model(SettingVisitor& visitor) override { controller_.visit(visitor); }
  void visit_memory(SettingVisitor& visitor) override { memory_.visit(visitor); }
  std::unique_ptr<Model> build(const TaskShape& task, std::uint64_t seed) const override {
    return std::make_unique<ControllerMemory<Memory>>(task, controller_, memory_, seed);
  }

 private:
  Controller::Options controller_;
  typename Memory::Options memory_;
};

/// A model M(task, options, seed) without memory. One that is scored in a way of its own names it as M::kLoss.
template <class M>
class PlainModelBuilder final : public ModelBuilder {
 public:
  void visit_model(SettingVisitor& visitor) override { options_.visit(visitor); }
  void visit_memory(SettingVisitor&) override {}
  Loss loss(Loss of_task) const override {
    if constexpr (requires { M::kLoss; }) return M::kLoss;
    return of_task;
  }
  std::unique_ptr<Model> build(const TaskShape& task, std::uint64_t seed) const override {
    return std::make_unique<M>(task, options_, seed);
  }

 private:
  typename M::Options options_;
};

/// Lines of the catalogue.
template <MemoryModule Memory>
constexpr ModelEntry memory(std::string_view name, std::string_view summary) {
  return {name, summary,
          []() -> std::unique_ptr<ModelBuilder> { return std::make_unique<MemoryModelBuilder<Memory>>(); }};
}
template <class M>
constexpr ModelEntry model(std::string_view name, std::string_view summary) {
  return {name, summary,
          []() -> std::unique_ptr<ModelBuilder> { return std::make_unique<PlainModelBuilder<M>>(); }};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
