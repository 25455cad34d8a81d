// Models of the catalogue at sizes that finite differences can afford, and batches for them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "framework/models/model_catalogue.hpp"
#include "framework/tensor/random.hpp"
#include "tests/support/settings_by_name.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

struct ModelVariant {
  std::string description;
  std::vector<std::pair<std::string, std::string>> settings;
};

/// How a model is to be tried: as it is, or, if it has a controller, with each kind of it.
inline std::vector<ModelVariant> variants_of(const ModelEntry& entry) {
  testing::SettingsByName names;
  entry.configure()->visit_model(names);
  for (const std::string& name : names.names()) {
    if (name != "controller") continue;
    return {{"with an LSTM", {{"controller", "lstm"}}},
            {"with two layers of LSTM", {{"controller", "lstm"}, {"controller_layers", "2"}}},
            {"with a feedforward network", {{"controller", "feedforward"}}},
            {"with two feedforward layers", {{"controller", "feedforward"}, {"controller_layers", "2"}}}};
  }
  return {{"", {}}};
}

/// A few units and a few slots.
inline std::unique_ptr<Model> small_model(const ModelEntry& entry, const ModelVariant& variant,
                                          const TaskShape& task) {
  testing::SettingsByName settings;
  for (const auto& [name, value] : {std::pair{"controller_size", "4"},
                                    {"units", "4"},
                                    {"layers", "3"},
                                    {"slots", "7"},
                                    {"width", "3"},
                                    {"initial_scale", "0.5"}}) {
    settings.set(name, value);
  }
  for (const auto& [name, value] : variant.settings) settings.set(name, value);
  const auto builder = entry.configure();
  builder->visit_model(settings);
  builder->visit_memory(settings);
  return builder->build(task, 1);
}

/// Random inputs; targets are random bits, or random classes one-hot; the loss counts at `scored` steps, but for the
/// second example not at the first of them.
inline Batch random_sequences(const TaskShape& task, std::size_t steps, std::size_t examples,
                              const std::vector<std::size_t>& scored) {
  Batch batch;
  auto& sequence = as<SequenceBatch>(batch);
  reset(sequence, steps, examples, task.input_size, task.target_size);
  Draws draws = RandomStream(1, "sequences").draws();
  for (Real& input : sequence.inputs) input = static_cast<Real>(draws.normal());
  for (std::size_t t = 0; t < steps; ++t) {
    for (std::size_t b = 0; b < examples; ++b) {
      const std::size_t chosen = draws.below(task.target_size);
      for (std::size_t i = 0; i < task.target_size; ++i) {
        const bool bit = draws.below(2) == 1;
        sequence.targets(t, b, i) = (task.loss == Loss::bits ? bit : i == chosen) ? 1 : 0;
      }
    }
  }
  for (const std::size_t t : scored) {
    for (std::size_t b = 0; b < examples; ++b)
      sequence.mask(t, b) = b == 1 && t == scored[0] && scored.size() > 1 ? 0 : 1;
  }
  return batch;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
