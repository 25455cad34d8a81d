#include "framework/io/checkpoint_directory.hpp"

#include <algorithm>
#include <string_view>

#include "framework/io/durable_file.hpp"
#include "framework/io/schema.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr int kDigits = 9;

std::filesystem::path directory_of(const std::filesystem::path& run_directory) {
  return run_directory / schema::kCheckpointDirectory;
}

/// The step in a checkpoint's name; nothing for any other file.
std::optional<std::int64_t> step_of(const std::filesystem::path& path) {
  const std::string name = path.stem().string();
  const std::string_view prefix = schema::kCheckpointPrefix;
  if (path.extension() != schema::kFileSuffix || !name.starts_with(prefix)) return std::nullopt;
  const std::string digits = name.substr(prefix.size());
  const bool number = digits.size() >= kDigits && digits.size() <= 18 &&
                      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!number) return std::nullopt;
  return std::stoll(digits);
}

/// What a warning says of it.
std::string pass_over(const std::filesystem::path& path, BadCheckpoint bad) {
  if (bad == BadCheckpoint::skip) return "; skipped";
  const std::filesystem::path aside = path.string() + schema::kSetAside;
  std::error_code error;
  std::filesystem::rename(path, aside, error);
  return error ? "; skipped" : "; set aside as " + aside.string();
}

}  // namespace

std::filesystem::path checkpoint_path(const std::filesystem::path& run_directory, std::int64_t step) {
  std::string digits = std::to_string(step);
  if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
  return directory_of(run_directory) / (schema::kCheckpointPrefix + digits + schema::kFileSuffix);
}

std::filesystem::path best_checkpoint_path(const std::filesystem::path& run_directory) {
  return directory_of(run_directory) / schema::kBestCheckpoint;
}

std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& run_directory) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_of(run_directory), error)) {
    if (step_of(entry.path())) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end(),
            [](const auto& a, const auto& b) { return *step_of(a) > *step_of(b); });
  return paths;
}

std::optional<FoundCheckpoint> newest_good_checkpoint(
    const std::filesystem::path& run_directory, BadCheckpoint bad, std::vector<std::string>& warnings,
    const std::function<void(const FoundCheckpoint&)>& accept) {
  const auto usable = [&](const std::filesystem::path& path) -> std::optional<FoundCheckpoint> {
    try {
      FoundCheckpoint found{.path = path, .checkpoint = read_checkpoint(path)};
      accept(found);
      return found;
    } catch (const DataError& reason) {
      warnings.push_back(reason.what() + pass_over(path, bad));
    } catch (const IoError& unreadable) {
      warnings.push_back(std::string(unreadable.what()) + "; skipped");
    }
    return std::nullopt;
  };
  std::optional<FoundCheckpoint> newest;
  for (const std::filesystem::path& path : list_checkpoints(run_directory)) {
    newest = usable(path);
    if (newest) break;
  }
  if (std::filesystem::exists(best_checkpoint_path(run_directory))) {
    std::optional<FoundCheckpoint> best = usable(best_checkpoint_path(run_directory));
    if (best && (!newest || best->checkpoint.step > newest->checkpoint.step)) return best;
  }
  return newest;
}

void prune_checkpoints(const std::filesystem::path& run_directory, std::size_t keep) {
  const std::vector<std::filesystem::path> paths = list_checkpoints(run_directory);
  for (std::size_t i = keep; i < paths.size(); ++i) {
    std::error_code error;
    std::filesystem::remove(paths[i], error);
    if (error) throw IoError(paths[i].string() + ": remove failed: " + error.message());
  }
}

void sweep_temporaries(const std::filesystem::path& run_directory) {
  sweep_partial(run_directory);
  sweep_partial(directory_of(run_directory));
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
