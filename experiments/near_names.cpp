#include "experiments/near_names.hpp"

#include <algorithm>
#include <utility>

namespace tapehead {
namespace {

// Longer than any name there is: what is longer is not compared, so that hostile input costs nothing.
constexpr std::size_t kLongestName = 200;

std::string_view last_part(std::string_view name) { return name.substr(name.find_last_of("./") + 1); }

// Small for names that look alike.
std::size_t unlikeness(std::string_view name, std::string_view candidate) {
  std::size_t distance = edit_distance(name, candidate);
  if (last_part(name) == name) distance = std::min(distance, edit_distance(name, last_part(candidate)));
  const bool begins = name.size() >= 2 && candidate.starts_with(name);
  return begins ? std::min<std::size_t>(distance, 1) : distance;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t columns = b.size() + 1;
  std::vector<std::size_t> before_last(columns), last(columns), row(columns);
  for (std::size_t j = 0; j < columns; ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j < columns; ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::vector<std::string> near_names(std::string_view name, std::span<const std::string> candidates,
                                    std::size_t limit) {
  if (name.empty() || name.size() > kLongestName) return {};
  const std::size_t furthest = std::max<std::size_t>(2, name.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = unlikeness(name, candidate);
    if (distance <= furthest) near.emplace_back(distance, candidate);
  }
  std::ranges::stable_sort(near, {}, &std::pair<std::size_t, std::string>::first);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(limit, near.size()); ++i) names.push_back(near[i].second);
  return names;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates, std::size_t limit) {
  const std::vector<std::string> near = near_names(name, candidates, limit);
  std::string text;
  for (std::size_t i = 0; i < near.size(); ++i) {
    text += i == 0 ? "; did you mean '" : i + 1 == near.size() ? " or '" : ", '";
    text += near[i] + "'";
  }
  return text.empty() ? text : text + "?";
}

}  // namespace tapehead
