#include "tests/benchmarks/peer_lstm_torch.hpp"

#include <optional>

#include "tests/benchmarks/torch_tools.hpp"

// nn::LSTM has neither inputs to every layer nor outputs from every layer, so each layer is one of its own, which sees
// [hidden of the layer below, inputs]. It runs each over all steps in one call, as it is meant to be used. Its second
// bias, which ours has not, stays 0 and needs no gradient.
namespace tapehead::bench {

namespace {

using at::Tensor;

class TorchLstm final : public TorchPeer {
 public:
  TorchLstm(const Network& network, std::int64_t batch, Precision precision)
      : type_(precision == Precision::double_ ? torch::kDouble : torch::kFloat),
        batch_(batch),
        inputs_(static_cast<std::int64_t>(network.inputs)),
        outputs_(static_cast<std::int64_t>(network.outputs)),
        steps_(static_cast<std::int64_t>(network.steps)),
        answer_(static_cast<std::int64_t>(network.answer)),
        units_(static_cast<std::int64_t>(network.units)) {
    for (std::size_t l = 0; l < network.layers; ++l) {
      Layer& layer = layers_.emplace_back(Layer{torch::nn::LSTM(seen_by(l), units_), {}, {}});
      layer.lstm->to(type_);
    }
  }

  void set_parameters(const NamedValues& from) override {
    const torch::NoGradGuard guard;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      Layer& layer = layers_[l];
      const std::int64_t seen = seen_by(l);
      const Tensor input = tensor_of(from.at(path(l, "input")), {seen + 1, 4 * units_}, type_);
      const std::vector<Tensor> weights = layer.lstm->parameters();  // W_ih, W_hh, b_ih, b_hh
      weights[0].copy_(input.narrow(0, 0, seen).t());
      weights[1].copy_(tensor_of(from.at(path(l, "recurrent")), {units_, 4 * units_}, type_).t());
      weights[2].copy_(input[seen]);
      weights[3].zero_();
      Tensor(weights[3]).requires_grad_(false);
      layer.hidden = leaf(tensor_of(from.at(path(l, "initial_hidden")), {1, 1, units_}, type_));
      layer.cell = leaf(tensor_of(from.at(path(l, "initial_cell")), {1, 1, units_}, type_));
    }
    const Tensor output = tensor_of(from.at("output/weight"), {width() + 1, outputs_}, type_);
    output_weight_ = leaf(output.narrow(0, 0, width()));
    output_bias_ = leaf(output[width()]);
    parameters_ = {output_weight_, output_bias_};
    for (const Layer& layer : layers_) {
      const std::vector<Tensor> weights = layer.lstm->parameters();
      parameters_.insert(parameters_.end(), weights.begin(), weights.end());
      parameters_.insert(parameters_.end(), {layer.hidden, layer.cell});
    }
    update_.emplace(parameters_);
  }

  double forward_backward(std::span<const float> inputs, std::span<const float> targets) override {
    const Tensor bits = cost(rows_of(inputs, steps_ * batch_, inputs_, type_).view({steps_, batch_, inputs_}),
                             rows_of(targets, steps_ * batch_, outputs_, type_));
    forget_gradients(parameters_);
    bits.backward();
    return bits.item<double>();
  }

  void update() override { update_->apply(); }

  NamedValues gradients() const override {
    NamedValues result;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const Layer& layer = layers_[l];
      const std::vector<Tensor> weights = layer.lstm->parameters();
      result[path(l, "input")] = values_of(with_bias(weights[0].grad().t(), weights[2].grad()));
      result[path(l, "recurrent")] = values_of(weights[1].grad().t());
      result[path(l, "initial_hidden")] = values_of(layer.hidden.grad());
      result[path(l, "initial_cell")] = values_of(layer.cell.grad());
    }
    result["output/weight"] = values_of(with_bias(output_weight_.grad(), output_bias_.grad()));
    return result;
  }

 private:
  struct Layer {
    torch::nn::LSTM lstm;
    Tensor hidden, cell;  // before the first step, [1, 1, units]
  };

  static std::string path(std::size_t layer, const char* name) {
    return "lstm/layer_" + std::to_string(layer + 1) + "/" + name;
  }
  std::int64_t seen_by(std::size_t layer) const { return inputs_ + (layer > 0 ? units_ : 0); }
  std::int64_t width() const { return units_ * static_cast<std::int64_t>(layers_.size()); }

  Tensor cost(const Tensor& inputs, const Tensor& targets) {
    std::vector<Tensor> hidden;
    for (Layer& layer : layers_) {
      const Tensor seen = hidden.empty() ? inputs : torch::cat({hidden.back(), inputs}, 2);
      const auto start = [&](const Tensor& state) { return state.expand({1, batch_, units_}).contiguous(); };
      hidden.push_back(
          std::get<0>(layer.lstm->forward(seen, std::make_tuple(start(layer.hidden), start(layer.cell)))));
    }
    const Tensor seen = torch::cat(hidden, 2).narrow(0, steps_ - answer_, answer_);
    return bits_of(torch::addmm(output_bias_, seen.reshape({answer_ * batch_, width()}), output_weight_),
                   targets, batch_);
  }

  at::ScalarType type_;
  std::int64_t batch_, inputs_, outputs_, steps_, answer_, units_;
  std::vector<Layer> layers_;
  Tensor output_weight_, output_bias_;
  std::vector<Tensor> parameters_;
  std::optional<GravesUpdate> update_;
};

}  // namespace

std::unique_ptr<TorchPeer> torch_lstm(const Network& network, std::int64_t batch, Precision precision) {
  return std::make_unique<TorchLstm>(network, batch, precision);
}

}  // namespace tapehead::bench
