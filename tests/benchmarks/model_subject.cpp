#include "tests/benchmarks/model_subject.hpp"

#include <algorithm>

#include "framework/memory/ntm_memory.hpp"
#include "framework/models/controller_memory.hpp"
#include "framework/models/lstm_baseline.hpp"
#include "framework/tensor/arena.hpp"

namespace tapehead::bench {

namespace {

constexpr std::uint64_t kSeed = 1;

class SyntheticTask final : public Task {
 public:
  explicit SyntheticTask(const Network& network) : network_(network) {}

  void sample(const RandomStream& stream, std::size_t batch, Batch& into) const override {
    SequenceBatch& sequences = as<SequenceBatch>(into);
    reset(sequences, network_.steps, batch, network_.inputs, network_.outputs);
    const std::size_t first = network_.steps - network_.answer;
    for (std::size_t b = 0; b < batch; ++b) {
      Draws draws = stream.example(static_cast<std::uint32_t>(b)).draws();
      for (std::size_t t = 0; t < network_.steps; ++t) {
        draws.fill_coins({&sequences.inputs(t, b, 0), network_.inputs});
        if (t < first) continue;
        draws.fill_coins({&sequences.targets(t, b, 0), network_.outputs});
        sequences.mask(t, b) = 1;
      }
    }
  }
  std::size_t input_size() const override { return network_.inputs; }
  std::size_t target_size() const override { return network_.outputs; }
  Loss loss() const override { return Loss::bits; }
  std::string_view name() const override { return "synthetic"; }
  std::string picture() const override { return "random bits\n"; }

 private:
  Network network_;
};

TrainingOptions training(std::size_t batch) {
  TrainingOptions options;
  options.sequences = ~std::size_t{0};  // the benchmark decides when to end
  options.batch = batch;
  options.evaluation_sequences = 1;
  return options;
}

std::unique_ptr<Model> make_model(const Network& network, const TaskShape& task) {
  if (!network.has_memory()) {
    const LstmBaseline::Options options{.units = network.units, .layers = network.layers};
    return std::make_unique<LstmBaseline>(task, options, kSeed);
  }
  const NtmMemory::Options memory{
      .slots = kSlots, .width = kWidth, .read_heads = network.heads, .write_heads = network.heads};
  const Controller::Options controller{
      .controller = network.controller == ControllerKind::lstm ? "lstm" : "feedforward",
      .controller_size = network.units,
      .controller_layers = network.layers};
  return std::make_unique<ControllerMemory<NtmMemory>>(task, controller, memory, kSeed);
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

}  // namespace

NamedValues parts(const Parameters& parameters, const Real* flat) {
  NamedValues result;
  for (const Parameter& p : parameters.all()) {
    result[p.path].assign(flat + p.offset, flat + p.offset + p.shape.size());
  }
  return result;
}

std::unique_ptr<Task> synthetic_task(const Network& network) {
  return std::make_unique<SyntheticTask>(network);
}

ModelSubject::ModelSubject(const Network& network, std::unique_ptr<Task> task, std::size_t batch,
                           std::size_t threads)
    : task_(std::move(task)), batch_(batch), model_(make_model(network, shape_of(*task_))) {
  disturb(model_->parameters());
  trainer_ = std::make_unique<Trainer>(*model_, *task_, training(batch), kSeed, threads);
}

SequenceBatch ModelSubject::sample(std::uint64_t step) const {
  Batch batch;
  task_->sample(RandomStream(kSeed, "sample").step(step), batch_, batch);
  return std::get<SequenceBatch>(batch);
}

ModelSubject::CostAndGradient ModelSubject::differentiate(const SequenceBatch& sequences) const {
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

NamedValues ModelSubject::parameters() const {
  return parts(model_->parameters(), model_->parameters().flat().data());
}

}  // namespace tapehead::bench
