// Where the files of the bAbI tasks are.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// The files of one task: qa1_single-supporting-fact_train.txt, or qa1_train.txt, and so on.
struct TaskFiles {
  std::filesystem::path train, test;
  std::optional<std::filesystem::path> validation;  // the sets "en-valid" have one
};

/// The directories, separated by colons, that a setting names or, if it is empty, the environment variable TAPEHEAD_BABI.
/// Throws UnavailableError, which says where stories come from, if there is none or one is not a directory.
std::vector<std::filesystem::path> story_directories(const std::string& setting);

/// The same list as a setting: "DIR:DIR2".
std::string directory_list(const std::vector<std::filesystem::path>& directories);

/// The files of task `number`: each is that of the first directory that has it, but the validation questions are beside the
/// training questions. Throws UnavailableError if one is missing, or there are two in a directory.
TaskFiles task_files(const std::vector<std::filesystem::path>& directories, std::size_t number);

/// "1", "1,2,19", "1..5" or "all" (1 to 20), ascending. Throws UsageError, naming the setting, for what is none of them.
std::vector<std::size_t> parse_task_numbers(std::string_view text, std::string_view setting);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
