#include "framework/io/run_writer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

#include "framework/io/run_file.hpp"
#include "framework/io/schema.hpp"
#include "framework/io/starting_run.hpp"
#include "framework/io/table_appender.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kFlushInterval = std::chrono::milliseconds(500);  // half of what is promised
constexpr std::uint64_t kMetadataRoom = 1 << 18;                 // bytes: indices and headers of one flush

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory / schema::kCheckpointDirectory, error);
  if (error) throw IoError(directory.string() + ": create failed: " + error.message());
}

SummaryScalar* find(std::vector<SummaryScalar>& summary, std::string_view name) {
  const auto found = std::find_if(summary.begin(), summary.end(),
                                  [&](const SummaryScalar& scalar) { return scalar.column.name == name; });
  return found == summary.end() ? nullptr : &*found;
}

}  // namespace

class RunWriter::Impl {
 public:
  Impl(RunLock lock, const std::filesystem::path& directory, const RunDescription& description,
       const StartingRun& start)
      : lock_(std::move(lock)),
        path_(directory / schema::kRunFile),
        started_(Clock::now()),
        flushed_(started_),
        earlier_seconds_(start.contents.metrics.wall_seconds),
        summary_(start.contents.metrics.summary) {
    file_ = hdf5::start_run_file(path_, start.contents, start.probes, start.additions);
    try {
      hdf5::writing(path_, [&] { open_datasets(start.contents.metrics, description); });
    } catch (...) {
      abandon();
      throw;
    }
  }

  ~Impl() {
    if (!file_ || abandoned_) return;
    try {
      finish(RunStatus::failed);
    } catch (const std::exception&) {
      // What led here is being reported already.
    }
  }

  void append(hdf5::TableAppender& table, std::int64_t step, std::span<const double> values) {
    if (table.full()) flush();
    table.append(step, values);
  }

  void set_summary(std::string_view name, double value) {
    SummaryScalar* scalar = find(summary_, name);
    if (scalar == nullptr) throw std::invalid_argument("RunWriter: no summary '" + std::string(name) + "'");
    scalar->value = value;
  }

  void flush_if_due() {
    if (Clock::now() - flushed_ >= kFlushInterval) flush();
  }

  void flush() {
    if (abandoned_) throw IoError(path_.string() + ": writing it has failed before");
    // Where this fails, HDF5 has been handed nothing, and the file can still be closed in good order.
    hdf5::writing(path_, [&] { file_.need(train_->bytes_needed() + eval_->bytes_needed() + kMetadataRoom); });
    try {
      hdf5::writing(path_, [&] { write_rows(); });
    } catch (...) {
      abandon();
      throw;
    }
    flushed_ = Clock::now();
  }

  RunMetrics metrics() {
    flush();
    return hdf5::writing(path_, [&] {
      return RunMetrics{.train = train_->read(),
                        .eval = eval_->read(),
                        .summary = summary_,
                        .wall_seconds = wall_seconds()};
    });
  }

  double wall_seconds() const {
    return earlier_seconds_ + std::chrono::duration<double>(Clock::now() - started_).count();
  }

  void finish(RunStatus status) {
    std::exception_ptr failure;
    try {
      flush();
    } catch (const IoError&) {
      if (abandoned_) throw;
      failure = std::current_exception();
      status = RunStatus::failed;
      for (hdf5::TableAppender* table : tables()) table->drop();
    }
    try {
      hdf5::writing(path_, [&] { close(status); });
    } catch (...) {
      abandon();
      throw;
    }
    check_closed(status);
    lock_.reset();
    if (failure) std::rethrow_exception(failure);
  }

  hdf5::TableAppender& train() { return *train_; }
  hdf5::TableAppender& eval() { return *eval_; }

 private:
  std::array<hdf5::TableAppender*, 2> tables() { return {train_.get(), eval_.get()}; }

  void open_datasets(const RunMetrics& metrics, const RunDescription& description) {
    const hdf5::Group provenance = hdf5::open_group(*file_, schema::kProvenance);
    status_ = hdf5::open_dataset(provenance, schema::kStatus);
    wall_seconds_ = hdf5::open_dataset(provenance, schema::kWallSeconds);
    end_unix_time_ = hdf5::open_dataset(provenance, schema::kEndUnixTime);
    const hdf5::Group tables_group = hdf5::open_group(*file_, schema::kMetrics);
    train_ = std::make_unique<hdf5::TableAppender>(tables_group, schema::kTrain, metrics.train,
                                                   description.train.size());
    eval_ = std::make_unique<hdf5::TableAppender>(tables_group, schema::kEval, metrics.eval,
                                                  description.eval.size());
    const hdf5::Group summary = hdf5::open_group(*file_, schema::kSummary);
    for (const SummaryScalar& scalar : summary_) {
      summary_datasets_.push_back(hdf5::open_dataset(summary, scalar.column.name));
    }
  }

  void close(RunStatus status) {
    hdf5::write_scalar(status_, static_cast<std::int8_t>(status));
    hdf5::write_scalar(end_unix_time_, unix_time());
    file_->flush();
    for (hdf5::TableAppender* table : tables()) table->close();
    for (hdf5::Dataset& dataset : summary_datasets_) dataset.close();
    for (hdf5::Dataset* dataset : {&status_, &wall_seconds_, &end_unix_time_}) dataset->close();
    file_.close();
  }

  void write_rows() {
    write_scalars();
    for (hdf5::TableAppender* table : tables()) table->write_columns();
    file_->flush();
    for (hdf5::TableAppender* table : tables()) table->write_steps();
    file_->flush();
    for (hdf5::TableAppender* table : tables()) table->written();
  }

  void abandon() {
    // Where a dataset is not open, its offset is none that anything can be written at.
    static_assert(std::endian::native == std::endian::little, "as numbers are in the file");
    const auto status = static_cast<std::int8_t>(RunStatus::failed);
    const double end = unix_time();
    const std::array last_words = {
        hdf5::Overwrite{H5Dget_offset(status_), std::as_bytes(std::span(&status, 1))},
        hdf5::Overwrite{H5Dget_offset(end_unix_time_), std::as_bytes(std::span(&end, 1))}};
    file_.abandon(last_words);
    abandoned_ = true;
  }

  void write_scalars() {
    for (std::size_t i = 0; i < summary_.size(); ++i)
      hdf5::write_scalar(summary_datasets_[i], summary_[i].value);
    hdf5::write_scalar(wall_seconds_, wall_seconds());
  }

  void check_closed(RunStatus status) {
    hdf5::writing(path_, [&] {
      const RunContents read_back = hdf5::read_run(hdf5::File::open(path_, false));
      if (read_back.status != status)
        throw hdf5::Failure("reading it back after closing it gave another status");
      train_->check_against(read_back.metrics.train);
      eval_->check_against(read_back.metrics.eval);
    });
  }

  std::optional<RunLock> lock_;
  std::filesystem::path path_;
  Clock::time_point started_, flushed_;
  double earlier_seconds_;
  std::vector<SummaryScalar> summary_;
  hdf5::OpenRunFile file_;
  bool abandoned_ = false;
  // Closed before the file is.
  std::unique_ptr<hdf5::TableAppender> train_, eval_;
  hdf5::Dataset status_, wall_seconds_, end_unix_time_;
  std::vector<hdf5::Dataset> summary_datasets_;
};

RunWriter::RunWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RunWriter::RunWriter(RunWriter&&) noexcept = default;
RunWriter::~RunWriter() = default;

RunWriter RunWriter::create(const std::filesystem::path& run_directory, const RunDescription& description) {
  make_directory(run_directory);
  return create(RunLock(run_directory), run_directory, description);
}

RunWriter RunWriter::create(RunLock lock, const std::filesystem::path& run_directory,
                            const RunDescription& description) {
  make_directory(run_directory);
  if (std::filesystem::exists(run_directory / schema::kRunFile)) {
    throw UsageError(run_directory.string() + ": there is a run in it already");
  }
  return RunWriter(std::make_unique<Impl>(std::move(lock), run_directory, description, new_run(description)));
}

RunWriter RunWriter::resume(RunLock lock, const std::filesystem::path& run_directory,
                            const RunDescription& description, const RunMetrics& metrics, std::int64_t step,
                            std::vector<std::string>& warnings) {
  make_directory(run_directory);
  return RunWriter(std::make_unique<Impl>(std::move(lock), run_directory, description,
                                          resumed_run(run_directory, description, metrics, step, warnings)));
}

void RunWriter::append_train(std::int64_t step, std::span<const double> values) {
  impl_->append(impl_->train(), step, values);
}
void RunWriter::append_eval(std::int64_t step, std::span<const double> values) {
  impl_->append(impl_->eval(), step, values);
}
void RunWriter::set_summary(std::string_view name, double value) { impl_->set_summary(name, value); }
void RunWriter::flush_if_due() { impl_->flush_if_due(); }
void RunWriter::flush() { impl_->flush(); }
RunMetrics RunWriter::metrics() { return impl_->metrics(); }
double RunWriter::wall_seconds() const { return impl_->wall_seconds(); }
void RunWriter::finish(RunStatus status) { impl_->finish(status); }

}  // namespace tapehead::inline TAPEHEAD_PRECISION
