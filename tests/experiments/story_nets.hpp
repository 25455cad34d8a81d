// Nets of a table of errors by bAbI task, made up.
#pragma once

#include <string>
#include <vector>

#include "experiments/story_table.hpp"
#include "tests/support/catch.hpp"

namespace tapehead::testing {

/// A net of the variant pe.
inline RestartRecord net(std::size_t task, std::size_t seed, double training, double test) {
  return {.variant = "pe",
          .preset = "memn2n2015/pe",
          .task = task,
          .seed = seed,
          .settings_hash = "0123456789abcdef",
          .stories = "fedcba9876543210",
          .status = "finished",
          .training_error = training,
          .validation_error = 1,
          .test_error = test,
          .new_test_error = test + 1,
          .wall_seconds = 2,
          .parameters = 2000};
}

/// The twenty lines of a joint net; its error is the same on all tasks.
inline void add_joint(std::vector<RestartRecord>& records, const std::string& variant, std::size_t seed,
                      double training, double test) {
  for (std::size_t task = 1; task <= kStoryTasks; ++task) {
    records.push_back(net(task, seed, training, test));
    records.back().variant = variant;
  }
}

inline const StoryTable& table3() { return *find_story_tables("memn2n2015/table3").front(); }

inline const StoryTable& table1() { return *find_story_tables("memn2n2015/table1").front(); }

/// That of a variant.
inline const StoryColumn& column(const std::vector<StoryColumn>& columns, const std::string& name) {
  for (const StoryColumn& one : columns) {
    if (one.variant->name == name) return one;
  }
  FAIL("no column " << name);
  return columns.front();
}

}  // namespace tapehead::testing
