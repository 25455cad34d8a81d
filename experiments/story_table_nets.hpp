// The nets of a table of errors by bAbI task: which stories each is trained on, and what is written down of it at the end.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "experiments/settings.hpp"
#include "experiments/story_table.hpp"

namespace tapehead {

/// A net that is wanted.
struct WantedNet {
  const StoryVariant* variant;
  std::vector<std::size_t> tasks;  // it is trained on and has a line for
  std::size_t seed;
  std::vector<Assignment> settings;  // over the preset's, without the seed
  std::string hash, stories;         // as in RestartRecord

  std::string name()
      const;  // "pe-ls-task-3-01234567-s1", "joint-lw-01234567-s1": a run of other stories is another run

  /// Whether it is what a line is about.
  bool is_of(const RestartRecord& record) const;
};

/// Where the stories of a table are; see reproduce_story_table(). Throws UnavailableError, IoError, DataError.
class StorySource {
 public:
  StorySource(const StoryTable& table, const std::string& data, bool quick);

  /// The directories as a setting.
  std::string text() const;

  /// 16 digits of the SHA-256 of the training and test questions' bytes; of several tasks, of those of each.
  const std::string& digest_of(std::size_t task) const { return digests_[task - 1]; }
  std::string digest_of_all() const;

 private:
  std::vector<std::filesystem::path> directories_;
  std::vector<std::string> digests_;
};

/// Evaluates a trained net on each of its tasks, and makes its lines. Throws DataError, IoError if the run cannot be read
/// or is not at its end.
std::vector<RestartRecord> records_of(const WantedNet& net, const std::filesystem::path& run_directory,
                                      bool diverged);

}  // namespace tapehead
