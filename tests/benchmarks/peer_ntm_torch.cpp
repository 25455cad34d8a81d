#include "tests/benchmarks/peer_ntm_torch.hpp"

#include <optional>

#include "tests/benchmarks/peer_columns.hpp"
#include "tests/benchmarks/torch_tools.hpp"

// What was tried, and by how many per cent of CPU time each is slower than the form below, at batch 1 / 16 /
// 64 for one head of each kind and an LSTM of one layer (Debian's libtorch 1.13 over OpenBLAS 0.3.21 with its SkylakeX kernels; lower quartiles of interleaved
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
// Several heads, against the loop of addcmul over the write heads (feedforward, 8 heads of each kind, 512 units, at
// batch 1 / 16; one run each, which repeat to about 4 %):
//
//   product of all heads' 1 - w e by prod (kept at batch 1)             -9    8
//   that product pair by pair, by halving                              -10    4
//   that product as the exponential of a sum of log1p                   -6   12
//   that product by multiplying one after the other                     -4    9
//   shift by roll and addcmul at batch 1                                 0    -
//
// At batch 1 it is the number of ops that counts: about 3 us for each, forward and backward.
namespace tapehead::bench {

namespace {

using at::Tensor;

constexpr std::int64_t kN = kSlots, kD = kWidth, kShifts = 3;
constexpr std::int64_t kHeadParameters = kD + 3 + kShifts;  // of one head, without erase and add

/// Keep logarithms finite where a weighting has underflowed, and norms where a row is 0 (as NtmMemory's
/// default).
constexpr double kTiny = 1e-30, kNormEpsilon = 1e-16;

// Our parameter [.. + inputs + 1, columns]: rows for what the last step left, for the inputs, and the bias.
struct Weight {
  Tensor recurrent, input, bias;
};

class TorchNtm final : public TorchPeer {
 public:
  TorchNtm(const Network& network, std::int64_t batch, Precision precision)
      : type_(precision == Precision::double_ ? torch::kDouble : torch::kFloat),
        batch_(batch),
        steps_(static_cast<std::int64_t>(network.steps)),
        answer_(static_cast<std::int64_t>(network.answer)),
        inputs_(static_cast<std::int64_t>(network.inputs)),
        outputs_(static_cast<std::int64_t>(network.outputs)),
        units_(static_cast<std::int64_t>(network.units)),
        writes_(static_cast<std::int64_t>(network.heads)),
        layers_(network.layers),
        lstm_(network.controller == ControllerKind::lstm),
        head_columns_(
            head_columns({.read_heads = network.heads, .write_heads = network.heads, .width = kWidth})) {
    if (lstm_) gate_columns_ = gate_columns(network.units);
    const Tensor stay = torch::eye(kN, type_);
    shifts_ = torch::cat({torch::roll(stay, -1, 1), stay, torch::roll(stay, 1, 1)}, 1).contiguous();
    tiny_ = torch::full({1, 1, 1}, kTiny, type_);
  }

  void set_parameters(const NamedValues& from) override {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const std::int64_t columns = lstm_ ? 4 * units_ : units_;
      Tensor all = tensor_of(from.at(path(l, "weight")), {-1, columns}, type_);
      if (lstm_) all = take_columns(all, gate_columns_);
      const std::int64_t rows = all.size(0) - inputs_ - 1;
      Layer& layer = layers_[l];
      layer.weight = {leaf(all.narrow(0, 0, rows)), leaf(all.narrow(0, rows, inputs_)),
                      leaf(all[rows + inputs_])};
      if (!lstm_) continue;
      layer.hidden = leaf(tensor_of(from.at(path(l, "initial_hidden")), {1, units_}, type_));
      layer.cell = leaf(tensor_of(from.at(path(l, "initial_cell")), {1, units_}, type_));
    }
    const Tensor heads =
        take_columns(tensor_of(from.at("memory/heads/weight"), {control() + 1, -1}, type_), head_columns_);
    const Tensor output = tensor_of(from.at("output/weight"), {-1, outputs_}, type_);
    head_weight_ = leaf(heads.narrow(0, 0, control()));
    head_bias_ = leaf(heads[control()]);
    output_weight_ = leaf(output.narrow(0, 0, output.size(0) - 1));
    output_bias_ = leaf(output[output.size(0) - 1]);
    focus_ = leaf(torch::cat({tensor_of(from.at("memory/initial_read_focus"), {writes_, kN}, type_),
                              tensor_of(from.at("memory/initial_write_focus"), {writes_, kN}, type_)}));
    memory_ = leaf(tensor_of(from.at("memory/initial"), {kD, kN}, type_));
    read_ = leaf(tensor_of(from.at("initial_read"), {1, writes_ * kD}, type_));
    parameters_ = {head_weight_, head_bias_, output_weight_, output_bias_, focus_, memory_, read_};
    for (const Layer& layer : layers_) {
      parameters_.insert(parameters_.end(), {layer.weight.recurrent, layer.weight.input, layer.weight.bias});
      if (lstm_) parameters_.insert(parameters_.end(), {layer.hidden, layer.cell});
    }
    update_.emplace(parameters_);
  }

  NamedValues gradients() const override {
    NamedValues result;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const Layer& layer = layers_[l];
      Tensor all = with_bias(torch::cat({layer.weight.recurrent.grad(), layer.weight.input.grad()}),
                             layer.weight.bias.grad());
      if (lstm_) all = put_columns(all, gate_columns_);
      result[path(l, "weight")] = values_of(all);
      if (!lstm_) continue;
      result[path(l, "initial_hidden")] = values_of(layer.hidden.grad());
      result[path(l, "initial_cell")] = values_of(layer.cell.grad());
    }
    result["memory/heads/weight"] =
        values_of(put_columns(with_bias(head_weight_.grad(), head_bias_.grad()), head_columns_));
    result["memory/initial_read_focus"] = values_of(focus_.grad().narrow(0, 0, writes_));
    result["memory/initial_write_focus"] = values_of(focus_.grad().narrow(0, writes_, writes_));
    result["memory/initial"] = values_of(memory_.grad());
    result["initial_read"] = values_of(read_.grad());
    result["output/weight"] = values_of(with_bias(output_weight_.grad(), output_bias_.grad()));
    return result;
  }

  double forward_backward(std::span<const float> inputs, std::span<const float> targets) override {
    const Tensor bits = cost(rows_of(inputs, steps_ * batch_, inputs_, type_),
                             rows_of(targets, steps_ * batch_, outputs_, type_));
    forget_gradients(parameters_);
    bits.backward();
    return bits.item<double>();
  }

  void update() override { update_->apply(); }

 private:
  struct Layer {
    Weight weight;
    Tensor hidden, cell;  // before the first step, [1, units]; an LSTM's only
  };

  // Axes in brackets; there is no batch axis when the batch is 1.
  struct State {
    std::vector<Tensor> hidden;  // of each layer, [batch, units]
    std::vector<Tensor> cell;    // [batch, units]
    Tensor control;              // [batch, control()]
    Tensor read;                 // [batch, heads · width]
    Tensor focus;                // [batch, 2 · heads, slots], weightings of read heads, then of write heads
    Tensor memory;               // [batch, width, slots]
  };

  static std::string path(std::size_t layer, const char* name) {
    return "controller/layer_" + std::to_string(layer + 1) + "/" + name;
  }

  bool single() const { return batch_ == 1; }
  std::int64_t heads() const { return 2 * writes_; }
  std::int64_t control() const { return lstm_ ? units_ * static_cast<std::int64_t>(layers_.size()) : units_; }

  c10::SmallVector<std::int64_t, 3> matrices(std::int64_t rows, std::int64_t columns) const {
    if (single()) return {rows, columns};
    return {batch_, rows, columns};
  }

  Tensor product(const Tensor& a, const Tensor& b) const {
    return single() ? torch::mm(a, b) : torch::bmm(a, b);
  }

  Tensor cost(const Tensor& inputs, const Tensor& targets) const {
    // The inputs' share of each layer, with the bias, for all steps at once.
    std::vector<std::vector<Tensor>> shares;
    State state;
    for (const Layer& layer : layers_) {
      shares.push_back(
          torch::addmm(layer.weight.bias, inputs, layer.weight.input).view({steps_, batch_, -1}).unbind(0));
      if (!lstm_) continue;
      state.hidden.push_back(layer.hidden.expand({batch_, units_}));
      state.cell.push_back(layer.cell.expand({batch_, units_}));
    }
    state.read = read_.expand({batch_, writes_ * kD});
    state.focus = torch::softmax(focus_, 1).expand(matrices(heads(), kN));
    state.memory = memory_.expand(matrices(kD, kN));
    std::vector<Tensor> controls, reads;
    for (std::int64_t t = 0; t < steps_; ++t) {
      drive(shares, static_cast<std::size_t>(t), state);
      address_and_access(state);
      if (t < steps_ - answer_) continue;
      controls.push_back(state.control);
      reads.push_back(state.read);
    }
    const Tensor seen = torch::cat({torch::cat(controls), torch::cat(reads)}, 1);
    return bits_of(torch::addmm(output_bias_, seen, output_weight_), targets, batch_);
  }

  // The controller.
  void drive(const std::vector<std::vector<Tensor>>& shares, std::size_t t, State& state) const {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const Tensor& share = shares[l][t];
      const Tensor& weight = layers_[l].weight.recurrent;
      if (!lstm_) {
        state.control = torch::tanh(torch::addmm(share, state.read, weight));
        continue;
      }
      const Tensor seen = l > 0 ? torch::cat({state.hidden[l - 1], state.hidden[l], state.read}, 1)
                                : torch::cat({state.hidden[l], state.read}, 1);
      const auto parts = torch::addmm(share, seen, weight).unsafe_split_with_sizes({3 * units_, units_}, 1);
      const auto gate = torch::sigmoid(parts[0]).unsafe_chunk(3, 1);  // i, f, o
      state.cell[l] = torch::addcmul(gate[1] * state.cell[l], gate[0], torch::tanh(parts[1]));
      state.hidden[l] = gate[2] * torch::tanh(state.cell[l]);
    }
    if (lstm_) state.control = state.hidden.size() > 1 ? torch::cat(state.hidden, 1) : state.hidden[0];
  }

  void address_and_access(State& state) const {
    const Tensor raw = torch::addmm(head_bias_, state.control, head_weight_);
    const auto raw_parts =
        raw.unsafe_split_with_sizes({heads() * kHeadParameters, writes_ * kD, writes_ * kD}, 1);
    const auto head = raw_parts[0]
                          .view(matrices(heads(), kHeadParameters))
                          .unsafe_split_with_sizes({kD, 2, 1, kShifts}, -1);
    const auto positive = torch::softplus(head[1]).unsafe_chunk(2, -1);  // key strength; sharpening less 1

    const Tensor& memory = state.memory;
    const Tensor gated =
        torch::lerp(state.focus, content(torch::tanh(head[0]), positive[0], memory), torch::sigmoid(head[2]));
    const Tensor log = torch::log(shifted(gated, torch::softmax(head[3], -1)));
    state.focus = torch::softmax(torch::addcmul(log, log, positive[1]), -1);

    const auto focus = state.focus.unsafe_chunk(2, -2);
    const Tensor erase = torch::sigmoid(raw_parts[1]), add = torch::tanh(raw_parts[2]);
    if (writes_ == 1) {
      const Tensor e = erase.view(matrices(kD, 1)), a = add.view(matrices(kD, 1));
      state.read = (memory * focus[0]).sum(-1).view({batch_, kD});
      state.memory = torch::addcmul(memory, a - memory * e, focus[1]);  // M (1 - w e) + w a
      return;
    }
    state.read = product(focus[0], memory.transpose(-1, -2)).view({batch_, writes_ * kD});
    const Tensor erases = erase.view(matrices(writes_, kD));
    Tensor kept = memory;
    if (single()) {
      kept = memory * (1 - erases.unsqueeze(-1) * focus[1].unsqueeze(-2)).prod(-3);
    } else {
      const auto weights = focus[1].unsafe_chunk(writes_, -2);
      const auto columns = erases.transpose(-1, -2).unsafe_chunk(writes_, -1);
      for (std::size_t h = 0; h < weights.size(); ++h) {
        kept = torch::addcmul(kept, kept * columns[h], weights[h], -1);
      }
    }
    const Tensor adds = add.view(matrices(writes_, kD)).transpose(-1, -2);
    state.memory = single() ? torch::addmm(kept, adds, focus[1]) : torch::baddbmm(kept, adds, focus[1]);
  }

  // Content weightings [batch, heads, slots] of key [batch, heads, width], key strength [batch, heads, 1].
  Tensor content(const Tensor& key, const Tensor& strength, const Tensor& memory) const {
    const Tensor scaled = key * (strength * torch::rsqrt((key * key).sum(-1, true) + kNormEpsilon));
    const Tensor norm = torch::rsqrt((memory * memory).sum(-2, true) + kNormEpsilon);
    return torch::softmax(product(scaled, memory) * norm, -1);
  }

  // gated [batch, heads, slots] moved by shift [batch, heads, 3] for -1, 0, +1; never 0.
  Tensor shifted(const Tensor& gated, const Tensor& shift) const {
    if (single()) {
      const Tensor moved = torch::mm(gated, shifts_).view({heads(), kShifts, kN});
      return torch::baddbmm(tiny_, shift.unsqueeze(1), moved).squeeze(1);
    }
    const auto by = shift.unsafe_chunk(kShifts, -1);
    const Tensor moved = torch::addcmul(gated * by[1], by[2], torch::roll(gated, 1, -1));
    return torch::addcmul(moved, by[0], torch::roll(gated, -1, -1)) + kTiny;
  }

  at::ScalarType type_;
  std::int64_t batch_, steps_, answer_, inputs_, outputs_, units_, writes_;
  std::vector<Layer> layers_;
  bool lstm_;
  Columns gate_columns_, head_columns_;
  Tensor shifts_;  // [slots, 3 · slots]: a weighting moved by -1, 0 and +1, side by side
  Tensor tiny_;    // [1, 1, 1]
  Tensor head_weight_, head_bias_, output_weight_, output_bias_;
  Tensor focus_, memory_, read_;  // before the first step
  std::vector<Tensor> parameters_;
  std::optional<GravesUpdate> update_;
};

}  // namespace

std::unique_ptr<TorchPeer> torch_ntm(const Network& network, std::int64_t batch, Precision precision) {
  return std::make_unique<TorchNtm>(network, batch, precision);
}

}  // namespace tapehead::bench
