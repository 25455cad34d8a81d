// The names a user may have meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tapehead {

/// The least number of inserted, deleted, replaced and swapped neighbouring characters that turns `a` into `b`
/// (optimal string alignment distance).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// At most `limit` of the candidates that look like `name`, nearest first. A dotted or slashed candidate is also
/// compared by its last part alone ("learning_rate" finds "training.learning_rate"), and one that begins with `name`
/// counts as near.
std::vector<std::string> near_names(std::string_view name, std::span<const std::string> candidates,
                                    std::size_t limit = 3);

/// "; did you mean 'a', 'b' or 'c'?", or nothing if no candidate looks like `name`.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates,
                         std::size_t limit = 1);

}  // namespace tapehead
