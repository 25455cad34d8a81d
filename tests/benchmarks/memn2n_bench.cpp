// A training step of the end-to-end memory network.
#include <cmath>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "framework/models/memn2n.hpp"
#include "framework/training/trainer.hpp"
#include "tasks/babi/babi.hpp"
#include "tests/benchmarks/benchmarks.hpp"
#include "tests/benchmarks/comparison.hpp"

#ifdef TAPEHEAD_WITH_TORCH
#include "tests/benchmarks/peer_memn2n_torch.hpp"
#endif

namespace tapehead::bench {

namespace {

constexpr std::size_t kHops = 3, kStoryWidth = 20, kBatch = 32, kFullMemory = 50;
constexpr std::uint64_t kSeed = 1;

// Stories that fill the memory: random sentences of six words. One batch is drawn once, as a task that reads files has
// drawn its stories when training starts.
class FullStories final : public Task {
 public:
  FullStories() {
    reset(stories_, {.examples = kBatch,
                     .sentences = kFullMemory,
                     .words = kLength,
                     .question_words = kLength,
                     .facts = 1});
    Draws draws = RandomStream(kSeed, "stories").draws();
    const auto word = [&] { return static_cast<StoryBatch::Id>(1 + draws.below(kWords)); };
    for (std::size_t b = 0; b < kBatch; ++b) {
      stories_.story_lengths(b) = kFullMemory;
      for (std::size_t s = 0; s < kFullMemory; ++s) {
        stories_.sentence_lengths(b, s) = kLength;
        stories_.sentence_ages(b, s) = static_cast<StoryBatch::Id>(kFullMemory - 1 - s);
        for (std::size_t w = 0; w < kLength; ++w) stories_.sentences(b, s, w) = word();
      }
      stories_.question_lengths(b) = kLength;
      for (std::size_t w = 0; w < kLength; ++w) stories_.questions(b, w) = word();
      stories_.answers(b) = word();
    }
  }

  /// Of the size that is measured, and no other.
  void sample(const RandomStream&, std::size_t, Batch& into) const override {
    as<StoryBatch>(into) = stories_;
  }
  std::size_t input_size() const override { return kWords; }
  std::size_t target_size() const override { return kWords; }
  Loss loss() const override { return Loss::classes; }
  std::string_view name() const override { return "full stories"; }
  std::string picture() const override { return "random words\n"; }
  StoryShape story_shape() const override { return {kWords, kLength, kLength, kFullMemory}; }

 private:
  static constexpr std::size_t kWords = 40, kLength = 6;
  StoryBatch stories_;
};

TrainingOptions training() {
  TrainingOptions options;
  options.sequences = ~std::size_t{0};  // the benchmark decides when to end
  options.batch = kBatch;
  options.shards = 1;
  options.cost = "sum";
  options.optimizer.optimizer = "sgd";
  options.optimizer.momentum = 0;
  options.optimizer.learning_rate = 1e-3;
  options.clipping.clip_gradient = std::numeric_limits<double>::infinity();
  options.clipping.clip_parameter = 40;
  return options;
}

struct Subject {
  Subject(std::string name_, std::unique_ptr<Task> task_)
      : name(std::move(name_)),
        task(std::move(task_)),
        model(shape_of(*task), MemN2N::Options{.hops = kHops, .width = kStoryWidth}, kSeed),
        trainer(model, *task, training(), kSeed, 1) {}

  std::string name;
  std::unique_ptr<Task> task;
  MemN2N model;
  Trainer trainer;
};

std::string our_step(const Subject& subject) { return "ours " + subject.name; }

#ifdef TAPEHEAD_WITH_TORCH

// Throws unless both have the same cost and gradient, up to rounding.
void expect_equal(Subject& ours, const StoryBatch& stories, TorchMemN2N& peer) {
  constexpr double kTolerance = 1e-4;
  Parameters& parameters = ours.model.parameters();
  const AlignedMemory memory = aligned_new(parameters.flat_size() * sizeof(Real));
  auto* const gradient = reinterpret_cast<Real*>(memory.get());
  Tape tape;
  tape.reset(parameters.leaves(gradient));
  const Model::Scored scored = ours.model.score(tape, Batch(stories));
  tape.backward(scored.loss);
  const double cost = std::abs(peer.forward_backward(stories) / scored.score.loss - 1);
  const double difference = relative_difference(parts(parameters, gradient), peer.gradients());
  std::printf("%-28s off libtorch: cost %.0e, gradient %.0e\n", ours.name.c_str(), cost, difference);
  if (!(cost < kTolerance && difference < kTolerance))
    throw std::runtime_error("the peer does not compute what we compute");
}

void register_peer(Subject& ours) {
  Batch batch;
  ours.task->sample(RandomStream(kSeed, "sample"), kBatch, batch);
  const auto stories = std::make_shared<StoryBatch>(std::get<StoryBatch>(batch));
  const std::shared_ptr<TorchMemN2N> peer = torch_memn2n(kHops, kStoryWidth, ours.task->story_shape());
  peer->set_parameters(parts(ours.model.parameters(), ours.model.parameters().flat().data()));
  expect_equal(ours, *stories, *peer);
  register_step("peer " + ours.name, [peer, stories] {
    peer->forward_backward(*stories);
    peer->update();
  });
}

#else

void register_peer(Subject&) {}

#endif

Entry entry_of(const Subject& subject, const Timings& timings) {
  const auto per_question = [&](const std::string& name) { return timings.median(name) * 1e3 / kBatch; };
  Entry entry{subject.name, kBatch, per_question(our_step(subject)), std::nullopt};
#ifdef TAPEHEAD_WITH_TORCH
  entry.peer = Entry::Peer{peer_description(), per_question("peer " + subject.name)};
#endif
  return entry;
}

}  // namespace

std::vector<Entry> memn2n(const MachinePeak&) {
  std::printf("\n");
  Babi::Options of_task_2;
  of_task_2.tasks = "2";
  std::vector<std::shared_ptr<Subject>> subjects = {
      std::make_shared<Subject>("memn2n, task 2", std::make_unique<Babi>(of_task_2)),
      std::make_shared<Subject>("memn2n, 50 sentences", std::make_unique<FullStories>())};
  for (const auto& subject : subjects) {
    register_peer(*subject);
    register_step(our_step(*subject), [subject] { subject->trainer.step(); });
  }
  const Timings timings = run_interleaved();
  std::printf(
      "\nTraining step of an end-to-end memory network, %zu hops, width %zu, batch %zu, one thread, CPU "
      "time\n"
      "forward, backward, clipping and update; ours draws its batch too; peer: %s\n\n",
      kHops, kStoryWidth, kBatch, peer_description().c_str());
  std::printf("%-28s %9s %12s %14s %8s\n", "stories", "ms/step", "us/question", "peer us/question", "ratio");
  std::vector<Entry> entries;
  for (const auto& subject : subjects) {
    const Entry& entry = entries.emplace_back(entry_of(*subject, timings));
    std::printf("%-28s %9.3f %12.2f ", entry.name.c_str(), entry.ms_per_sequence * kBatch,
                entry.ms_per_sequence * 1e3);
    if (entry.peer) {
      std::printf("%14.2f %7.1fx\n", entry.peer->ms_per_sequence * 1e3, entry.ratio());
    } else {
      std::printf("%14s %8s\n", "-", "-");
    }
  }
  return entries;
}

}  // namespace tapehead::bench
