// Which answers a net gave to questions about stories, as /answers/<set> of run.h5 holds it: its confusion matrix.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// How often an answer was given where one was right: an element of a task's confusion matrix. Answers are words of
/// /vocabulary/word by their number, from 1; 0 is what is not among them.
struct AnswerCount {
  std::int64_t task;
  std::int64_t right_answer;
  std::int64_t answer;
  std::int64_t count;  // questions

  bool operator==(const AnswerCount&) const = default;
};

/// The answers to a set of questions: "test", "test_task_2".
struct AnswerCounts {
  std::string set;
  std::int64_t step = 0;          // training steps done
  std::vector<AnswerCount> rows;  // none 0; by task, right answer, answer, ascending
};

/// Adds /answers/<set> to a run that nobody is writing, in place of an earlier one of that name. The file is the old or
/// the new one at each moment. Throws IoError if the run is being written or the new file cannot be, DataError if the
/// old one is damaged, std::invalid_argument if there is no row.
void write_answer_counts(const std::filesystem::path& run_directory, const std::vector<AnswerCounts>& sets);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
