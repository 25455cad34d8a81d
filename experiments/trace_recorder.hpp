// Keeps what a model records as traces.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "framework/io/traces.hpp"
#include "framework/models/model.hpp"

namespace tapehead {

/// An empty tensor [step 1, example, time, …].
TraceTensor tensor_of(std::string name, std::string long_name, std::size_t examples, std::size_t steps,
                      std::vector<std::string> axes, const std::vector<std::size_t>& extents);

class TraceRecorder final : public Recorder {
 public:
  TraceRecorder(std::size_t examples, std::size_t steps) : examples_(examples), steps_(steps) {}

  void record(const Tape& tape, std::size_t time, std::span<const Recording> recordings) override;

  /// Everything recorded, with axes [step, example, time, …].
  std::vector<TraceTensor> take() { return std::move(tensors_); }

 private:
  TraceTensor& tensor_for(const Recording& recording);

  std::size_t examples_;
  std::size_t steps_;
  std::vector<TraceTensor> tensors_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

/// A file keeps an axis under its name, beside the tensors: an axis that a memory named like one of them ("shift") gets
/// another name ("shift_index").
void separate_axes(std::vector<TraceTensor>& tensors);

}  // namespace tapehead
