#include "framework/autodiff/tape.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "framework/autodiff/inspection.hpp"
#include "framework/autodiff/staged_products.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

Tape::Tape() : staged_(new StagedProducts) {}

Tape::~Tape() { delete staged_; }

void Tape::reset(std::span<const Leaf> leaves, bool record) {
  for (const Value& v : values_) {
    if (v.pooled && v.gradient != nullptr) pool_.give(v.gradient, v.shape.size());
  }
  values_.clear();
  nodes_.clear();
  staged_->clear();
  if (inspection_ != nullptr) inspection_->clear();
  arena_.reset();
  record_ = record;
  leaves_ = leaves.size();
  for (const Leaf& leaf : leaves) {
    const bool wanted = record && leaf.gradient != nullptr;
    values_.push_back({leaf.value, leaf.gradient, leaf.shape, wanted, false, false, true});
  }
}

Var Tape::constant(std::span<const Real> data, const Shape& shape) {
  expect_shape("Tape::constant", "data", {data.size()}, {shape.size()});
  const Var v = output(shape, false);
  std::copy(data.begin(), data.end(), mutable_data(v));
  return v;
}

Var Tape::output(const Shape& shape, std::span<const Var> inputs) {
  reads(inputs);
  return output(shape,
                std::any_of(inputs.begin(), inputs.end(), [&](Var v) { return requires_gradient(v); }));
}

Var Tape::output(const Shape& shape, bool requires_gradient) {
  const Var v{static_cast<std::uint32_t>(values_.size())};
  values_.push_back(
      {arena_.reals(shape.size()), nullptr, shape, record_ && requires_gradient, false, true, false});
  // Padding that an op never writes must not look like one of its results.
  if (inspection_ != nullptr) std::fill_n(values_.back().data, shape.size(), Real(0));
  return v;
}

Var Tape::output_with_gradient(const Shape& shape, Real* gradient) {
  const Var v = output(shape, true);
  values_[v.id].gradient = gradient;
  values_[v.id].pooled = false;
  return v;
}

GradientSlot Tape::input_gradient(Var v) {
  Value& value = values_[v.id];
  if (!value.requires_gradient) return {};
  const bool fresh = !value.has_gradient;
  if (value.gradient == nullptr) value.gradient = pool_.take(value.shape.size());
  value.has_gradient = true;
  if (inspection_ != nullptr) {
    if (fresh) std::fill_n(value.gradient, value.shape.size(), Real(0));
    inspection_->gradient_touched(v);
  }
  return {value.gradient, fresh};
}

Real* Tape::zeroed_input_gradient(Var v) {
  const GradientSlot slot = input_gradient(v);
  if (slot.fresh) std::memset(slot.data, 0, values_[v.id].shape.size() * sizeof(Real));
  return slot.data;
}

bool Tape::hand_over_gradient(Var from, Var to) {
  Value& source = values_[from.id];
  Value& target = values_[to.id];
  const bool possible = source.pooled && source.has_gradient && !source.keep && target.pooled &&
                        target.requires_gradient && target.gradient == nullptr &&
                        source.shape.size() == target.shape.size();
  if (!possible) return false;
  target.gradient = source.gradient;
  target.has_gradient = true;
  source.gradient = nullptr;
  source.has_gradient = false;
  if (inspection_ != nullptr) inspection_->gradient_touched(to);
  return true;
}

// What is not finite stays so, for divergence to be noticed: an infinite gradient is made a NaN.
void Tape::clip(std::span<Real> gradient) const {
  if (!(clip_ < std::numeric_limits<Real>::infinity())) return;
  for (Real& element : gradient) {
    const Real raised = element < -clip_ ? -clip_ : element;
    const Real clipped = raised > clip_ ? clip_ : raised;
    element = clipped + (element - element);  // + 0 if it is finite, else NaN
  }
}

void Tape::backward(Var loss, Real scale, Real limit) {
  clip_ = limit;
  const bool clips = limit < std::numeric_limits<Real>::infinity();
  expect_shape("Tape::backward", "loss", {shape(loss).size()}, {1});
  if (!record_) throw std::logic_error("Tape::backward: the tape was not recording");
  if (requires_gradient(loss)) {
    *zeroed_input_gradient(loss) += scale;
    for (std::size_t i = nodes_.size(); i-- > 0;) {
      const Node node = nodes_[i];
      scratch_.reset();
      for (std::uint32_t v = node.first; clips && v < node.first + node.count; ++v) {
        if (values_[v].has_gradient) clip({values_[v].gradient, values_[v].shape.size()});
      }
      if (inspection_ != nullptr) inspection_->backward_begins(*this, Var{node.first}, node.count);
      node.kind->backward(*this, node.record);
      if (inspection_ != nullptr) inspection_->backward_ended(*this, true);
      for (std::uint32_t v = node.first; v < node.first + node.count; ++v) {
        Value& value = values_[v];
        if (value.pooled && value.gradient != nullptr && !value.keep) {
          pool_.give(value.gradient, value.shape.size());
          value.gradient = nullptr;
          value.has_gradient = false;
        }
      }
    }
    staged_->accumulate_weight_gradients(*this);
    if (inspection_ != nullptr) inspection_->backward_ended(*this, false);
  }
  clear_untouched_leaves();
}

void Tape::note_reads(std::span<const Var> inputs) const { inspection_->reads(inputs); }

void Tape::note_op(const OpKind& kind, Var first, std::uint32_t count) {
  inspection_->op(kind, first, count);
}

void Tape::clear_untouched_leaves() {
  for (std::size_t i = 0; i < leaves_; ++i) {
    Value& value = values_[i];
    if (value.requires_gradient && !value.has_gradient) {
      std::memset(value.gradient, 0, value.shape.size() * sizeof(Real));
    }
  }
}

std::span<const Real> Tape::gradient(Var v) const {
  const Value& value = values_[v.id];
  if (!value.has_gradient) return {};
  return {value.gradient, value.shape.size()};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
