#include "framework/io/run_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "framework/io/durable_file.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {
namespace {

constexpr std::uint64_t kBaseRoom = 1 << 20;        // bytes: headers and texts of any run
constexpr std::uint64_t kRoomPerDataset = 1 << 14;  // a metrics chunk, a header and an index

std::uint64_t room_for(const MetricsTable& table) {
  return (table.columns.size() + 1) * (kRoomPerDataset + table.step.size() * sizeof(double));
}

/// No less than writing it all can take.
std::uint64_t room_for(const RunContents& contents, const std::vector<ProbeTraces>& probes) {
  std::uint64_t bytes = kBaseRoom + room_for(contents.metrics.train) + room_for(contents.metrics.eval);
  bytes += 2 * contents.info.settings.size() + kRoomPerDataset * contents.metrics.summary.size();
  for (const std::string& word : contents.info.vocabulary) bytes += 2 * (word.size() + 64);
  for (const ProbeTraces& probe : probes) {
    for (const TraceTensor& tensor : probe.traces.tensors) {
      // Chunks at the edge are stored whole, so an axis can double.
      bytes += kRoomPerDataset * (1 + tensor.axes.size()) + 2 * sizeof(float) * tensor.values.size();
      for (const std::size_t extent : tensor.shape) bytes += sizeof(std::int64_t) * extent;
    }
  }
  return bytes;
}

/// Does something with a file that is not published yet, which is removed if it fails.
template <class Action>
auto or_remove(const std::filesystem::path& path, Action&& action) {
  try {
    return writing(path, action);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(partial_path(path), ignored);
    throw;
  }
}

}  // namespace

OpenRunFile::OpenRunFile(const std::filesystem::path& path, const RunContents& contents,
                         const std::vector<ProbeTraces>& probes, std::span<const std::byte> additions)
    : path_(path), open_as_(partial_path(path)) {
  sweep_partial(path.has_parent_path() ? path.parent_path() : ".");
  file_ = File::create(open_as_);
  space_.emplace(file_.descriptor(), path_);
  need(room_for(contents, probes) + 2 * additions.size());
  write_run(file_, contents, probes);
  if (!additions.empty()) copy_additions(File::open_image(additions), file_);
  file_.flush();
}

OpenRunFile::OpenRunFile(OpenRunFile&& other) noexcept = default;
OpenRunFile& OpenRunFile::operator=(OpenRunFile&& other) noexcept = default;

void OpenRunFile::need(std::uint64_t more_bytes) {
  hsize_t size = 0;
  check(H5Fget_filesize(file_, &size), "measuring the file");
  space_->need(size + more_bytes);
}

void OpenRunFile::publish() {
  sync_file(open_as_);
  tapehead::publish(path_);
  open_as_ = path_;
}

void OpenRunFile::close() {
  file_.close();
  release_space(open_as_);
  sync_file(open_as_);
}

void OpenRunFile::abandon(std::span<const Overwrite> last_words) noexcept {
  try {
    const int descriptor = file_.descriptor();
    for (const Overwrite& words : last_words) overwrite(descriptor, words.at, words.bytes);
    // HDF5 keeps its descriptor, which now leads to a file in memory.
    const int nowhere = ::memfd_create("abandoned", MFD_CLOEXEC);
    if (nowhere < 0) return;
    ::dup2(nowhere, descriptor);
    ::close(nowhere);
  } catch (const Failure&) {
    // There is no descriptor to be found; what led here is being reported already.
  }
}

OpenRunFile start_run_file(const std::filesystem::path& path, const RunContents& contents,
                           const std::vector<ProbeTraces>& probes, std::span<const std::byte> additions) {
  return or_remove(path, [&] {
    OpenRunFile file(path, contents, probes, additions);
    check(H5Fstart_swmr_write(*file), "starting SWMR");
    file->flush();
    file.publish();
    return file;
  });
}

void replace_run_file(const std::filesystem::path& path, const RunContents& contents,
                      const std::vector<ProbeTraces>& probes, std::span<const std::byte> additions) {
  or_remove(path, [&] {
    OpenRunFile file(path, contents, probes, additions);
    file.close();
    const RunContents read_back = read_run(File::open(partial_path(path), false));
    if (read_back.metrics.train.step != contents.metrics.train.step ||
        read_back.metrics.eval.step != contents.metrics.eval.step) {
      throw Failure("reading it back gave other rows than were written");
    }
    file.publish();
  });
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
