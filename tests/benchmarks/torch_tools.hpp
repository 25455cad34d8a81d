// What the peers share. Includes torch's headers, half a minute of compile time.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

#include "tests/benchmarks/peer_columns.hpp"

namespace tapehead::bench {

/// One thread, and memory that glibc keeps: libtorch's allocator asks it anew for every tensor.
void prepare_torch();

at::Tensor take_columns(const at::Tensor& matrix, const Columns& columns);
at::Tensor put_columns(const at::Tensor& matrix, const Columns& columns);

at::Tensor tensor_of(const std::vector<float>& values, at::IntArrayRef shape, at::ScalarType type);
std::vector<float> values_of(const at::Tensor& tensor);

/// A parameter: a dense copy that gets a gradient.
at::Tensor leaf(const at::Tensor& value);

/// Before a backward pass: gradients are made anew, not added to.
void forget_gradients(const std::vector<at::Tensor>& parameters);

/// After one, as Graves et al. 2014 train (section 4.6): every element limited to 10, then centred RMSProp with momentum,
/// which libtorch has but for where epsilon stands.
class GravesUpdate {
 public:
  explicit GravesUpdate(const std::vector<at::Tensor>& parameters);
  void apply();

 private:
  std::vector<at::Tensor> parameters_;
  torch::optim::RMSprop optimizer_;
};

/// A matrix with one more row.
at::Tensor with_bias(const at::Tensor& weight, const at::Tensor& bias);

/// Rows, in float over the caller's memory. Throws std::invalid_argument if there are not rows · width values.
at::Tensor rows_of(std::span<const float> values, std::int64_t rows, std::int64_t width, at::ScalarType type);

/// The mean over the batch of the answer's cost in bits; logits [answer · batch, bits], targets [steps · batch, bits],
/// whose last rows are the answer.
at::Tensor bits_of(const at::Tensor& logits, const at::Tensor& targets, std::int64_t batch);

}  // namespace tapehead::bench
