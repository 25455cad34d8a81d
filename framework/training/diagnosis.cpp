#include "framework/training/diagnosis.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "framework/autodiff/inspection.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

// Names are listed up to so many, for a value that several recordings are part of.
constexpr std::size_t kNamesOfValue = 3;

std::string in_words(double value) { return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf"; }

// Knows what the model calls its values, and in which time step they were made.
class Names final : public Recorder {
 public:
  explicit Names(const Model& model) : parameters_(model.parameters()) {}

  void record(const Tape& tape, std::size_t time, std::span<const Recording> recordings) override {
    if (recordings.empty()) return;  // not told step by step
    for (const Recording& r : recordings) named_.push_back({std::string(r.name), time, r});
    ends_.push_back({tape.size(), time});
  }
  void add(Var v, const char* name) { single_.push_back({v, name}); }

  TensorState state(const Tape& tape, const Inspection& inspection, Var v) const {
    const Inspection::Op* const op = inspection.made(v);
    TensorState state{.name = name(tape, v, op != nullptr),
                      .time = time(v),
                      .op = op != nullptr ? op_name(*op->kind) : "",
                      .shape = tape.shape(v),
                      .range = finite_range(tape.value(v))};
    return state;
  }

  // What an op read: each recording by itself where a value has several.
  void append_input(std::vector<TensorState>& to, const Tape& tape, const Inspection& inspection,
                    Var v) const {
    TensorState whole = state(tape, inspection, v);
    const std::vector<const Named*> all = names_of(v);
    if (all.size() < 2) return to.push_back(std::move(whole));
    for (const Named* const named : all) {
      to.push_back(whole);
      to.back().name = named->name;
      to.back().shape = named->recording.extents;
      to.back().range = recorded_range(tape, named->recording);
    }
  }

  // The gradient of a value.
  TensorState gradient(const Tape& tape, const Inspection& inspection, Var v,
                       const FiniteRange& range) const {
    TensorState state = this->state(tape, inspection, v);
    state.gradient = true;
    state.op.clear();
    state.range = range;
    return state;
  }

 private:
  struct Named {
    std::string name;
    std::size_t time;
    Recording recording;
  };
  struct End {
    std::size_t value;  // behind the last one of the time step
    std::size_t time;
  };

  std::vector<const Named*> names_of(Var v) const {
    std::vector<const Named*> all;
    for (const Named& named : named_) {
      if (named.recording.source.id == v.id) all.push_back(&named);
    }
    return all;
  }

  std::string name(const Tape& tape, Var v, bool made) const {
    if (tape.is_leaf(v)) return parameters_.all()[v.id].path;
    for (const auto& [value, given] : single_) {
      if (value.id == v.id) return given;
    }
    const std::vector<const Named*> all = names_of(v);
    std::vector<const Named*> bad;
    std::ranges::copy_if(all, std::back_inserter(bad), [&](const Named* named) {
      return !recorded_range(tape, named->recording).finite();
    });
    const std::vector<const Named*>& chosen = bad.empty() ? all : bad;
    if (chosen.empty()) return (made ? "value " : "constant ") + std::to_string(v.id);
    std::string result;
    for (std::size_t i = 0; i < std::min(chosen.size(), kNamesOfValue); ++i) {
      result += (i > 0 ? "+" : "") + chosen[i]->name;
    }
    return result + (chosen.size() > kNamesOfValue ? "+…" : "");
  }

  std::optional<std::size_t> time(Var v) const {
    if (v.id < parameters_.all().size()) return std::nullopt;
    const auto end = std::ranges::find_if(ends_, [&](const End& e) { return v.id < e.value; });
    return end == ends_.end() ? std::nullopt : std::optional(end->time);
  }

  const Parameters& parameters_;
  std::vector<Named> named_;
  std::vector<End> ends_;
  std::vector<std::pair<Var, const char*>> single_;
};

// A part of the batch, [time, batch, width], if it is not finite where `counts` says that it matters.
template <class Counts>
void check_batch(Diagnosis& into, Diagnosis::Place place, const char* name, std::span<const Real> values,
                 const Shape& shape, const Counts& counts) {
  TensorState state{.name = name, .time = {}, .shape = shape};
  const std::size_t width = shape.size() / std::max<std::size_t>(shape[0] * shape[1], 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!counts(i / width)) continue;
    state.range.add(values[i]);
    if (!state.time && !std::isfinite(values[i])) state.time = i / width / shape[1];
  }
  if (state.range.finite()) return;
  into.place = std::min(into.place, place);
  into.chain.push_back(std::move(state));
}

void check_batch(Diagnosis& into, const Batch& batch) {
  const auto* const sequence = std::get_if<SequenceBatch>(&batch);
  if (sequence == nullptr) return;  // stories hold no fractions
  const auto values = [](const auto& tensor) { return std::span<const Real>(tensor.data(), tensor.size()); };
  const auto shape = [](const auto& tensor) {
    Shape result;
    for (const std::size_t extent : tensor.shape()) result.push_back(extent);
    return result;
  };
  const auto always = [](std::size_t) { return true; };
  const auto scored = [&](std::size_t row) { return sequence->mask.data()[row] != 0; };
  check_batch(into, Diagnosis::Place::input, "input", values(sequence->inputs), shape(sequence->inputs),
              always);
  check_batch(into, Diagnosis::Place::target, "target", values(sequence->targets), shape(sequence->targets),
              scored);
  check_batch(into, Diagnosis::Place::target, "mask", values(sequence->mask), shape(sequence->mask), always);
}

}  // namespace

std::string TensorState::title() const {
  return (gradient ? "the gradient of " : "") + name + (time ? " at time " + std::to_string(*time) : "");
}

std::string Diagnosis::what() const {
  const std::string in = evaluation ? "in the evaluation " : "";
  if (place == Place::nowhere || chain.empty()) {
    if (place == Place::sum) return "the norm of the gradient is " + in_words(grad_norm);
    const std::string wrong = !std::isfinite(loss) ? "the loss is " + in_words(loss)
                                                   : "the norm of the gradient is " + in_words(grad_norm);
    return in + wrong + ", but finite when computed again: suspect this machine's memory or processor";
  }
  const TensorState& first = chain.front();
  std::string text = first.title(), made = first.op;
  if (place == Place::parameter) text = "parameter " + text;
  if (place == Place::input || place == Place::target) text = "the batch's " + text;
  if (place == Place::sum) text = "the sum over the shards of " + text;
  if (!made.empty())
    made = std::string(first.gradient ? ", made by the backward of " : ", made by ") + made + ",";
  if (!made.empty() && place == Place::parameter) made = ", left so by the " + first.op + ",";
  return in + text + made + " is not finite in " + std::to_string(first.range.not_finite) + " of " +
         std::to_string(first.range.values) + (first.range.values == 1 ? " value" : " values");
}

std::string Diagnosis::message() const {
  return "diverged at step " + std::to_string(step) + " with seed " + std::to_string(seed) + ": " + what();
}

Diagnosis diagnose_parameters(const Parameters& parameters) {
  Diagnosis diagnosis;
  for (std::uint32_t i = 0; i < parameters.all().size(); ++i) {
    const std::span<const Real> values = parameters.values(Var{i});
    if (all_finite(values)) continue;
    diagnosis.place = Diagnosis::Place::parameter;
    diagnosis.chain.push_back({.name = parameters.all()[i].path,
                               .time = {},
                               .shape = parameters.all()[i].shape,
                               .range = finite_range(values)});
  }
  return diagnosis;
}

Diagnosis diagnose(const Model& model, const Batch& batch, std::span<const Leaf> leaves, bool backward,
                   Real scale, Real clip) {
  using Place = Diagnosis::Place;
  Diagnosis diagnosis = diagnose_parameters(model.parameters());
  check_batch(diagnosis, batch);

  Tape tape;
  Inspection inspection;
  Names names(model);
  tape.inspect(&inspection);
  tape.reset(leaves, backward);
  const Model::Scored scored = model.score(tape, batch, &names);
  names.add(scored.loss, "the loss");
  names.add(scored.logits, "logits");
  diagnosis.loss = scored.score.mean_loss();
  for (auto v = Var{static_cast<std::uint32_t>(leaves.size())}; v.id < tape.size(); ++v.id) {
    const Inspection::Op* const op = inspection.made(v);
    if (all_finite(tape.value(v)) || op == nullptr) continue;  // constants are the batch's
    diagnosis.chain.push_back(names.state(tape, inspection, v));
    if (diagnosis.place <= Place::forward) continue;
    diagnosis.place = Place::forward;
    for (const Var input : op->inputs) names.append_input(diagnosis.inputs, tape, inspection, input);
  }
  if (!backward || diagnosis.place != Place::nowhere) return diagnosis;

  tape.backward(scored.loss, scale, clip);
  for (const Inspection::RuinedGradient& ruined : inspection.ruined_gradients()) {
    TensorState state = names.gradient(tape, inspection, ruined.value, ruined.range);
    state.op = ruined.op != nullptr ? op_name(*ruined.op->kind) : "all its products";
    diagnosis.chain.push_back(std::move(state));
    if (diagnosis.place == Place::backward) continue;
    diagnosis.place = Place::backward;
    if (ruined.op == nullptr) continue;
    for (const Var input : ruined.op->inputs) {
      names.append_input(diagnosis.inputs, tape, inspection, input);
    }
    for (std::uint32_t i = 0; i < ruined.outputs.size(); ++i) {
      if (ruined.outputs[i].values == 0) continue;
      diagnosis.inputs.push_back(
          names.gradient(tape, inspection, Var{ruined.op->first + i}, ruined.outputs[i]));
    }
  }
  return diagnosis;
}

Diagnosis diagnose_sum(const Parameters& parameters, std::span<const Real* const> gradients) {
  Diagnosis diagnosis;
  diagnosis.place = Diagnosis::Place::sum;
  for (const Parameter& parameter : parameters.all()) {
    TensorState state{
        .name = parameter.path, .time = {}, .gradient = true, .op = "", .shape = parameter.shape};
    for (std::size_t i = 0; i < parameter.shape.size(); ++i) {
      Real sum = gradients[0][parameter.offset + i];
      for (const Real* const shard : gradients.subspan(1)) sum += shard[parameter.offset + i];
      state.range.add(sum);
    }
    if (!state.range.finite()) diagnosis.chain.push_back(std::move(state));
  }
  return diagnosis;
}

FiniteRange recorded_range(const Tape& tape, const Recording& recording) {
  const std::span<const Real> source = tape.value(recording.source);
  const Shape& extents = recording.extents;
  FiniteRange range;
  for (std::size_t example = 0; example + recording.example_step <= source.size();
       example += recording.example_step) {
    for (std::size_t i = 0; i < extents.size(); ++i) {
      std::size_t place = recording.offset + example, rest = i;
      for (std::size_t axis = extents.rank(); axis-- > 0; rest /= extents[axis]) {
        place += rest % extents[axis] * recording.steps[axis];
      }
      range.add(source[place]);
    }
  }
  return range;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
