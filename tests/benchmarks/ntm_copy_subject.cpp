#include "tests/benchmarks/ntm_copy_subject.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

#include "framework/memory/ntm_memory.hpp"
#include "framework/models/controller_memory.hpp"
#include "framework/tensor/arena.hpp"

namespace tapehead::bench {

namespace {

constexpr std::uint64_t kSeed = 1;

TrainingOptions training(std::size_t batch) {
  TrainingOptions options;
  options.sequences = ~std::size_t{0};  // the benchmark decides when to end
  options.batch = batch;
  options.evaluation_sequences = 1;
  return options;
}

// What starts at 0, or equal everywhere, would hide a wrong gradient: move every parameter a little.
void disturb(Parameters& parameters) {
  Draws draws = RandomStream(kSeed, "benchmark").draws();
  for (std::size_t p = 0; p < parameters.all().size(); ++p) {
    for (Real& value : parameters.values(Var{static_cast<std::uint32_t>(p)})) {
      value += static_cast<Real>(0.05 * draws.normal());
    }
  }
}

// A copy of the part of a flat buffer, laid out like the parameters, that belongs to one of them.
std::vector<float> part(const Parameters& parameters, const Real* flat, std::string_view path,
                        std::size_t size) {
  const auto found = std::find_if(parameters.all().begin(), parameters.all().end(),
                                  [&](const Parameter& p) { return p.path == path; });
  if (found == parameters.all().end()) throw std::logic_error("no parameter " + std::string(path));
  if (found->shape.size() != size) {
    throw std::logic_error(std::string(path) + " has shape " + to_string(found->shape) + ", expected " +
                           std::to_string(size) + " values");
  }
  return {flat + found->offset, flat + found->offset + size};
}

NtmCopyParameters parts(const Parameters& parameters, const Real* flat) {
  const auto of = [&](std::string_view path, std::size_t size) { return part(parameters, flat, path, size); };
  NtmCopyParameters result{.controller = of("controller/layer_1/weight", kControllerRows * kGates),
                           .hidden = of("controller/layer_1/initial_hidden", kUnits),
                           .cell = of("controller/layer_1/initial_cell", kUnits),
                           .heads = of("memory/heads/weight", (kUnits + 1) * kHeadColumns),
                           .head_weights = of("memory/initial_read_focus", kSlots),
                           .memory = of("memory/initial", kWidth * kSlots),
                           .read = of("initial_read", kWidth),
                           .output = of("output/weight", kOutputRows * kOutputs)};
  const std::vector<float> write = of("memory/initial_write_focus", kSlots);
  result.head_weights.insert(result.head_weights.end(), write.begin(), write.end());
  return result;
}

}  // namespace

NtmCopySubject::NtmCopySubject(std::size_t batch, std::size_t length, std::size_t threads)
    : task_({.min_length = length, .max_length = length, .bits = kOutputs}), batch_(batch) {
  const NtmMemory::Options memory{.slots = kSlots, .width = kWidth};
  const Controller::Options controller{.controller = "lstm", .controller_size = kUnits};
  model_ = std::make_unique<ControllerMemory<NtmMemory>>(shape_of(task_), controller, memory, kSeed);
  disturb(model_->parameters());
  trainer_ = std::make_unique<Trainer>(*model_, task_, training(batch), kSeed, threads);
}

SequenceBatch NtmCopySubject::sample(std::uint64_t step) const {
  Batch batch;
  task_.sample(RandomStream(kSeed, "sample").step(step), batch_, batch);
  return std::get<SequenceBatch>(batch);
}

NtmCopySubject::CostAndGradient NtmCopySubject::differentiate(const SequenceBatch& sequences) const {
  Parameters& parameters = model_->parameters();
  const AlignedMemory memory = aligned_new(parameters.flat_size() * sizeof(Real));
  auto* const gradient = reinterpret_cast<Real*>(memory.get());
  const std::vector<Leaf> leaves = parameters.leaves(gradient);
  Tape tape;
  tape.reset(leaves);
  const Model::Scored scored = model_->score(tape, Batch(sequences));
  tape.backward(scored.loss, Real(1) / static_cast<Real>(sequences.size()));
  return {.bits = scored.score.mean_loss(), .gradient = parts(parameters, gradient)};
}

NtmCopyParameters NtmCopySubject::parameters() const {
  return parts(model_->parameters(), model_->parameters().flat().data());
}

}  // namespace tapehead::bench
