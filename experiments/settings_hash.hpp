// Which settings a result was computed with, in sixteen characters.
#pragma once

#include <string>
#include <string_view>

#include "experiments/run_settings.hpp"

namespace tapehead {

/// Whether a setting counts in hashed_settings() where it is not at its default.
bool is_hashed(std::string_view key);

/// The settings that change numbers, one "key=value\n" each, sorted by key: names of choices (model.name, task.name,
/// training.optimizer) always, others where they differ from their defaults beside these choices. Left out are the seed, the
/// preset's name, and how often a run writes (log_every, checkpoint_every) and what its summary calls solved
/// (threshold), which change no number, and where stories are (task.data): of these a result keeps a digest.
std::string hashed_settings(const RunSettings& settings);

/// The first 16 hexadecimal digits of the SHA-256 of hashed_settings().
std::string settings_hash(const RunSettings& settings);

}  // namespace tapehead
