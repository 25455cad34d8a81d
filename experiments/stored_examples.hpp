// Whether a task's stored examples are still those that a run was trained on: files change, and nets know words by number.
#pragma once

#include <filesystem>
#include <string>

#include "framework/data/task.hpp"
#include "framework/io/run_contents.hpp"

namespace tapehead {

/// The attribute of /provenance: @examples_sha256.
inline constexpr const char* kExamplesDigest = "examples_sha256";

/// SHA-256 of all words and all examples of every split, as nets read them, and of stories that are read word by word of
/// their words; nothing for a task whose examples are made.
std::string digest_of_examples(const Task& task);

/// Throws DataError naming the run if the task that its settings make today has other examples than it was trained on.
/// Runs that do not tell theirs are taken on trust. Comes before a look at checkpoints: with other words none fits.
void expect_same_examples(const std::filesystem::path& run, const RunInfo& info);

}  // namespace tapehead
