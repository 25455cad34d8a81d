#include <malloc.h>

#include <cmath>
#include <stdexcept>

#include "tests/benchmarks/peer_lstm_torch.hpp"
#include "tests/benchmarks/peer_ntm_torch.hpp"
#include "tests/benchmarks/peer_torch.hpp"
#include "tests/benchmarks/torch_tools.hpp"

namespace tapehead::bench {

using at::Tensor;

void prepare_torch() {
  at::set_num_threads(1);
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 1 << 26);
}

Tensor take_columns(const Tensor& matrix, const Columns& columns) {
  return matrix.index_select(1, torch::tensor(columns, torch::kInt64));
}

Tensor put_columns(const Tensor& matrix, const Columns& columns) {
  return torch::empty_like(matrix).index_copy_(1, torch::tensor(columns, torch::kInt64), matrix);
}

Tensor tensor_of(const std::vector<float>& values, at::IntArrayRef shape, at::ScalarType type) {
  return torch::tensor(values).view(shape).to(type);
}

std::vector<float> values_of(const Tensor& tensor) {
  const Tensor dense = tensor.contiguous().to(torch::kFloat);
  return {dense.data_ptr<float>(), dense.data_ptr<float>() + dense.numel()};
}

Tensor leaf(const Tensor& value) { return value.clone().contiguous().requires_grad_(true); }

void forget_gradients(const std::vector<Tensor>& parameters) {
  for (const Tensor& parameter : parameters) parameter.mutable_grad().reset();
}

GravesUpdate::GravesUpdate(const std::vector<Tensor>& parameters)
    : parameters_(parameters),
      optimizer_(parameters,
                 torch::optim::RMSpropOptions(1e-4).alpha(0.95).eps(1e-4).momentum(0.9).centered(true)) {}

void GravesUpdate::apply() {
  constexpr double kLimit = 10;
  torch::nn::utils::clip_grad_value_(parameters_, kLimit);
  optimizer_.step();
}

Tensor with_bias(const Tensor& weight, const Tensor& bias) { return torch::cat({weight, bias.unsqueeze(0)}); }

Tensor rows_of(std::span<const float> values, std::int64_t rows, std::int64_t width, at::ScalarType type) {
  if (values.size() != static_cast<std::size_t>(rows * width)) {
    throw std::invalid_argument("TorchPeer: " + std::to_string(values.size()) + " values, expected " +
                                std::to_string(rows * width));
  }
  return torch::from_blob(const_cast<float*>(values.data()), {rows, width}).to(type);
}

Tensor bits_of(const Tensor& logits, const Tensor& targets, std::int64_t batch) {
  const Tensor answer = targets.narrow(0, targets.size(0) - logits.size(0), logits.size(0));
  const Tensor nats = torch::binary_cross_entropy_with_logits(logits, answer, {}, {}, at::Reduction::Sum);
  return nats * (1 / (std::log(2.0) * static_cast<double>(batch)));
}

std::unique_ptr<TorchPeer> torch_peer(const Network& network, std::size_t batch, Precision precision) {
  prepare_torch();
  const auto examples = static_cast<std::int64_t>(batch);
  return network.has_memory() ? torch_ntm(network, examples, precision)
                              : torch_lstm(network, examples, precision);
}

std::string torch_description() {
  // at::show_config() has one fact a line: "  - CPU capability usage: AVX2".
  const std::string config = at::show_config(), label = "CPU capability usage: ";
  const std::size_t at = config.find(label);
  const std::string kernels =
      at == std::string::npos ? "unknown"
                              : config.substr(at + label.size(), config.find('\n', at) - at - label.size());
  return std::string("libtorch ") + TORCH_VERSION + ", " + kernels + " code, " +
         std::to_string(at::get_num_threads()) + " thread";
}

}  // namespace tapehead::bench
