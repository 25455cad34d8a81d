#include "tests/benchmarks/peer_ntm_torch.hpp"

#include <malloc.h>
#include <torch/torch.h>

#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "framework/memory/ntm_heads.hpp"

// What was tried, and by how many per cent of CPU time each is slower than the form below, at batch 1 / 16 /
// 64 (Debian's libtorch 1.13 over OpenBLAS 0.3.21 with its SkylakeX kernels; lower quartiles of interleaved
// rounds, which repeat to about 3 %; some were measured before others of these choices were made; the last
// three rows compare alternating processes):
//
//   memory [batch, slots, width] instead of [batch, width, slots]        2    2   -1
//   batch axis kept at batch 1, bmm instead of mm                        5    -    -
//   product of r and one of h instead of one of [h r]                   17    5   -2
//   LSTM gates activated one by one, not i, f, o together                0    0    0
//   head columns grouped by activation over both heads, not by head      4    1   -3
//   norms by linalg norm instead of squares, sum and rsqrt               3   22   23
//   keys compared by multiply and sum instead of bmm                     3    4    6
//   shift by roll and addcmul at batch 1, by a matrix above              2   18   11
//   shift by circular padding and slices                                 6    4    1
//   shift by circular padding, unfold and bmm                            8    5    6
//   shift by a grouped conv1d                                           36   18    7
//   sharpening by pow and a division instead of log and softmax         13   10    5
//   read by bmm instead of multiply and sum                              0   16   17
//   write by two addcmul, one op less                                    0    5    3
//   write as M (1 - w e) + w a                                           2    5    6
//   ATEN_CPU_CAPABILITY avx512 instead of avx2                           7    7    9
//   ATEN_CPU_CAPABILITY default instead of avx2                         10   48   44
//   glibc's malloc as it comes: memory goes back after every step        -    6   -6
//
// At batch 1 it is the number of ops that counts: about 3 us for each, forward and backward.
namespace tapehead::bench {

namespace {

using at::Tensor;

constexpr std::int64_t kN = kSlots, kD = kWidth, kH = kUnits;
constexpr std::int64_t kHeadParameters = kD + 3 + kShifts;  // of one head, without erase and add

/// Keep logarithms finite where a weighting has underflowed, and norms where a row is 0 (as NtmMemory's
/// default).
constexpr double kTiny = 1e-30, kNormEpsilon = 1e-16;

/// For every column of a matrix as the peer holds it, the column of NtmCopyParameters it comes from.
using Columns = std::vector<std::int64_t>;

void append(Columns& columns, std::size_t first, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) columns.push_back(static_cast<std::int64_t>(first + i));
}

// i, f, o, g: what has the same activation stands together.
Columns gate_columns() {
  Columns columns;
  append(columns, 0, 2 * kUnits);
  append(columns, 3 * kUnits, kUnits);
  append(columns, 2 * kUnits, kUnits);
  return columns;
}

// For each head its key, key strength, sharpening, gate and shifts; then erase and add.
Columns head_columns() {
  const HeadLayout layout;
  Columns columns;
  for (std::size_t head = 0; head < kHeads; ++head) {
    append(columns, layout.key(head), kWidth);
    append(columns, layout.key_strength(head), 1);
    append(columns, layout.sharpening(head), 1);
    append(columns, layout.gate(head), 1);
    append(columns, layout.shift(head), kShifts);
  }
  append(columns, layout.erase(), kWidth);
  append(columns, layout.add(), kWidth);
  return columns;
}

Tensor take_columns(const Tensor& matrix, const Columns& columns) {
  return matrix.index_select(1, torch::tensor(columns, torch::kInt64));
}

Tensor put_columns(const Tensor& matrix, const Columns& columns) {
  return torch::empty_like(matrix).index_copy_(1, torch::tensor(columns, torch::kInt64), matrix);
}

Tensor tensor_of(const std::vector<float>& values, at::IntArrayRef shape) {
  return torch::tensor(values).view(shape);
}

std::vector<float> values_of(const Tensor& tensor) {
  const Tensor dense = tensor.contiguous();
  return {dense.data_ptr<float>(), dense.data_ptr<float>() + dense.numel()};
}

Tensor with_bias(const Tensor& weight, const Tensor& bias) { return torch::cat({weight, bias.unsqueeze(0)}); }

}  // namespace

class TorchNtmCopy::Network {
 public:
  Network(std::int64_t batch, std::int64_t length) : batch_(batch), length_(length), steps_(2 * length + 2) {
    const Tensor stay = torch::eye(kN);
    shifts_ = torch::cat({torch::roll(stay, -1, 1), stay, torch::roll(stay, 1, 1)}, 1).contiguous();
    tiny_ = torch::full({1, 1, 1}, kTiny);
  }

  void set_parameters(const NtmCopyParameters& from) {
    const Tensor controller =
        take_columns(tensor_of(from.controller, {kControllerRows, kGates}), gate_columns());
    const Tensor heads = take_columns(tensor_of(from.heads, {kH + 1, kHeadColumns}), head_columns());
    const Tensor output = tensor_of(from.output, {kOutputRows, kOutputs});
    recurrent_weight_ = leaf(controller.narrow(0, 0, kH + kD));
    input_weight_ = leaf(controller.narrow(0, kH + kD, kInputs));
    gate_bias_ = leaf(controller[kControllerRows - 1]);
    head_weight_ = leaf(heads.narrow(0, 0, kH));
    head_bias_ = leaf(heads[kH]);
    output_weight_ = leaf(output.narrow(0, 0, kH + kD));
    output_bias_ = leaf(output[kOutputRows - 1]);
    hidden_ = leaf(tensor_of(from.hidden, {1, kH}));
    cell_ = leaf(tensor_of(from.cell, {1, kH}));
    focus_ = leaf(tensor_of(from.head_weights, {kHeads, kN}));
    memory_ = leaf(tensor_of(from.memory, {kD, kN}));
    read_ = leaf(tensor_of(from.read, {1, kD}));
  }

  NtmCopyParameters gradients() const {
    const Tensor gates = torch::cat({recurrent_weight_.grad(), input_weight_.grad()});
    const Tensor heads = with_bias(head_weight_.grad(), head_bias_.grad());
    return {.controller = values_of(put_columns(with_bias(gates, gate_bias_.grad()), gate_columns())),
            .hidden = values_of(hidden_.grad()),
            .cell = values_of(cell_.grad()),
            .heads = values_of(put_columns(heads, head_columns())),
            .head_weights = values_of(focus_.grad()),
            .memory = values_of(memory_.grad()),
            .read = values_of(read_.grad()),
            .output = values_of(with_bias(output_weight_.grad(), output_bias_.grad()))};
  }

  double forward_backward(std::span<const float> inputs, std::span<const float> targets) {
    const auto tensor = [&](std::span<const float> values, std::int64_t width) {
      if (values.size() != static_cast<std::size_t>(steps_ * batch_ * width)) {
        throw std::invalid_argument("TorchNtmCopy: " + std::to_string(values.size()) + " values, expected " +
                                    std::to_string(steps_ * batch_ * width));
      }
      return torch::from_blob(const_cast<float*>(values.data()), {steps_ * batch_, width});
    };
    const Tensor bits = cost(tensor(inputs, kInputs), tensor(targets, kOutputs));
    for (Tensor* parameter : {&recurrent_weight_, &input_weight_, &gate_bias_, &head_weight_, &head_bias_,
                              &output_weight_, &output_bias_, &hidden_, &cell_, &focus_, &memory_, &read_}) {
      parameter->mutable_grad().reset();
    }
    bits.backward();
    return bits.item<double>();
  }

 private:
  // Axes in brackets; there is no batch axis when the batch is 1.
  struct State {
    Tensor hidden;  // [batch, units]
    Tensor read;    // [batch, width]
    Tensor cell;    // [batch, units]
    Tensor focus;   // [batch, 2, slots], weightings of the read and the write head
    Tensor memory;  // [batch, width, slots]
  };

  static Tensor leaf(const Tensor& value) { return value.clone().contiguous().requires_grad_(true); }

  bool single() const { return batch_ == 1; }

  c10::SmallVector<std::int64_t, 3> matrices(std::int64_t rows, std::int64_t columns) const {
    if (single()) return {rows, columns};
    return {batch_, rows, columns};
  }

  Tensor cost(const Tensor& inputs, const Tensor& targets) const {
    // The inputs' share of the gates, with the bias, for all steps at once.
    const std::vector<Tensor> gates =
        torch::addmm(gate_bias_, inputs, input_weight_).view({steps_, batch_, kGates}).unbind(0);
    State state{.hidden = hidden_.expand({batch_, kH}),
                .read = read_.expand({batch_, kD}),
                .cell = cell_.expand({batch_, kH}),
                .focus = torch::softmax(focus_, 1).expand(matrices(kHeads, kN)),
                .memory = memory_.expand(matrices(kD, kN))};
    const std::int64_t first_answer = length_ + 2;
    std::vector<Tensor> hidden, read;
    for (std::int64_t t = 0; t < steps_; ++t) {
      step(gates[static_cast<std::size_t>(t)], state);
      if (t < first_answer) continue;
      hidden.push_back(state.hidden);
      read.push_back(state.read);
    }
    const Tensor seen = torch::cat({torch::cat(hidden), torch::cat(read)}, 1);
    const Tensor logits = torch::addmm(output_bias_, seen, output_weight_);
    const Tensor answer = targets.narrow(0, first_answer * batch_, length_ * batch_);
    const Tensor nats = torch::binary_cross_entropy_with_logits(logits, answer, {}, {}, at::Reduction::Sum);
    return nats * (1 / (std::log(2.0) * static_cast<double>(batch_)));
  }

  void step(const Tensor& input_gates, State& state) const {
    const Tensor gates =
        torch::addmm(input_gates, torch::cat({state.hidden, state.read}, 1), recurrent_weight_);
    const auto gate_parts = gates.unsafe_split_with_sizes({3 * kH, kH}, 1);
    const auto gate = torch::sigmoid(gate_parts[0]).unsafe_chunk(3, 1);  // i, f, o
    state.cell = torch::addcmul(gate[1] * state.cell, gate[0], torch::tanh(gate_parts[1]));
    state.hidden = gate[2] * torch::tanh(state.cell);

    const Tensor raw = torch::addmm(head_bias_, state.hidden, head_weight_);
    const auto raw_parts = raw.unsafe_split_with_sizes({kHeads * kHeadParameters, kD, kD}, 1);
    const auto head =
        raw_parts[0].view(matrices(kHeads, kHeadParameters)).unsafe_split_with_sizes({kD, 2, 1, 3}, -1);
    const auto positive = torch::softplus(head[1]).unsafe_chunk(2, -1);  // key strength; sharpening less 1

    const Tensor& memory = state.memory;
    const Tensor gated =
        torch::lerp(state.focus, content(torch::tanh(head[0]), positive[0], memory), torch::sigmoid(head[2]));
    const Tensor log = torch::log(shifted(gated, torch::softmax(head[3], -1)));
    state.focus = torch::softmax(torch::addcmul(log, log, positive[1]), -1);

    const auto focus = state.focus.unsafe_chunk(2, -2);
    const Tensor erase = torch::sigmoid(raw_parts[1]).view(matrices(kD, 1));
    const Tensor add = torch::tanh(raw_parts[2]).view(matrices(kD, 1));
    state.read = (memory * focus[0]).sum(-1).view({batch_, kD});
    state.memory = torch::addcmul(memory, add - memory * erase, focus[1]);  // M (1 - w e) + w a
  }

  // Content weightings [batch, 2, slots] of key [batch, 2, width], key strength [batch, 2, 1].
  Tensor content(const Tensor& key, const Tensor& strength, const Tensor& memory) const {
    const Tensor scaled = key * (strength * torch::rsqrt((key * key).sum(-1, true) + kNormEpsilon));
    const Tensor norm = torch::rsqrt((memory * memory).sum(-2, true) + kNormEpsilon);
    return torch::softmax((single() ? torch::mm(scaled, memory) : torch::bmm(scaled, memory)) * norm, -1);
  }

  // gated [batch, 2, slots] moved by shift [batch, 2, 3] for -1, 0, +1; never 0.
  Tensor shifted(const Tensor& gated, const Tensor& shift) const {
    if (single()) {
      const Tensor moved = torch::mm(gated, shifts_).view({kHeads, kShifts, kN});
      return torch::baddbmm(tiny_, shift.unsqueeze(1), moved).squeeze(1);
    }
    const auto by = shift.unsafe_chunk(kShifts, -1);
    const Tensor moved = torch::addcmul(gated * by[1], by[2], torch::roll(gated, 1, -1));
    return torch::addcmul(moved, by[0], torch::roll(gated, -1, -1)) + kTiny;
  }

  std::int64_t batch_, length_, steps_;
  Tensor shifts_;  // [slots, 3 · slots]: a weighting moved by -1, 0 and +1, side by side
  Tensor tiny_;    // [1, 1, 1]
  Tensor recurrent_weight_, input_weight_, gate_bias_, head_weight_, head_bias_, output_weight_, output_bias_;
  Tensor hidden_, cell_, focus_, memory_, read_;
};

TorchNtmCopy::TorchNtmCopy(std::size_t batch, std::size_t length) {
  at::set_num_threads(1);
  // Its allocator asks glibc anew for every tensor: let glibc keep what the last step used.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 1 << 26);
  network_ = std::make_unique<Network>(static_cast<std::int64_t>(batch), static_cast<std::int64_t>(length));
}

TorchNtmCopy::~TorchNtmCopy() = default;

void TorchNtmCopy::set_parameters(const NtmCopyParameters& parameters) {
  network_->set_parameters(parameters);
}

double TorchNtmCopy::forward_backward(std::span<const float> inputs, std::span<const float> targets) {
  return network_->forward_backward(inputs, targets);
}

NtmCopyParameters TorchNtmCopy::gradients() const { return network_->gradients(); }

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
