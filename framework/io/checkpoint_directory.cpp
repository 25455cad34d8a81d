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

struct PassedOver {
  std::filesystem::path path;
  std::string reason;
  bool damaged;  // and not just unreadable
};

/// What a warning says of it.
std::string pass_over(const PassedOver& passed, bool set_aside) {
  if (!passed.damaged || !set_aside) return passed.reason + "; skipped";
  const std::filesystem::path aside = free_name_aside(passed.path);
  std::error_code error;
  std::filesystem::rename(passed.path, aside, error);
  return passed.reason + (error ? "; skipped" : "; set aside as " + aside.string());
}

/// All checkpoints, best.h5 behind the others.
std::vector<std::filesystem::path> all_checkpoints(const std::filesystem::path& run_directory) {
  std::vector<std::filesystem::path> paths = list_checkpoints(run_directory);
  const std::filesystem::path best = best_checkpoint_path(run_directory);
  std::error_code error;
  if (std::filesystem::exists(best, error)) paths.push_back(best);
  return paths;
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
  std::vector<PassedOver> passed;
  std::optional<FoundCheckpoint> newest;
  for (const std::filesystem::path& path : all_checkpoints(run_directory)) {
    if (newest && path != best_checkpoint_path(run_directory)) continue;
    try {
      FoundCheckpoint found{.path = path, .checkpoint = read_checkpoint(path)};
      accept(found);
      if (!newest || found.checkpoint.step > newest->checkpoint.step) newest = std::move(found);
    } catch (const DataError& reason) {
      passed.push_back({path, reason.what(), true});
    } catch (const IoError& unreadable) {
      passed.push_back({path, unreadable.what(), false});
    }
  }
  const bool set_aside = newest && bad == BadCheckpoint::set_aside;
  for (const PassedOver& one : passed) warnings.push_back(pass_over(one, set_aside));
  return newest;
}

std::vector<std::string> checkpoint_run_ids(const std::filesystem::path& run_directory) {
  std::vector<std::string> ids;
  for (const std::filesystem::path& path : all_checkpoints(run_directory)) {
    try {
      ids.push_back(read_checkpoint(path).run_id);
    } catch (const Error&) {
      // Whether it can be used is asked elsewhere.
    }
  }
  return ids;
}

void prune_checkpoints(const std::filesystem::path& run_directory, std::int64_t step, std::size_t keep) {
  std::vector<std::filesystem::path> paths = list_checkpoints(run_directory);
  std::erase_if(paths, [&](const std::filesystem::path& path) { return *step_of(path) > step; });
  for (std::size_t i = keep; i < paths.size(); ++i) {
    std::error_code error;
    std::filesystem::remove(paths[i], error);
    if (error) throw IoError(paths[i].string() + ": remove failed: " + error.message());
  }
}

std::filesystem::path free_name_aside(const std::filesystem::path& path) {
  std::filesystem::path aside = path.string() + schema::kSetAside;
  for (int i = 2; std::filesystem::exists(aside); ++i)
    aside = path.string() + "." + std::to_string(i) + schema::kSetAside;
  return aside;
}

std::filesystem::path keep_aside(const std::filesystem::path& file) {
  const std::filesystem::path aside = free_name_aside(file);
  std::error_code error;
  std::filesystem::create_hard_link(file, aside, error);
  // Not every file system has links.
  if (error) std::filesystem::copy_file(file, aside, error);
  if (error) throw IoError(aside.string() + ": create failed: " + error.message());
  return aside;
}

void sweep_temporaries(const std::filesystem::path& run_directory) {
  sweep_partial(run_directory);
  sweep_partial(directory_of(run_directory));
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
