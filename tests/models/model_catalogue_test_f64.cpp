// What holds of every model a run can name, at small sizes: those of today and those to come.
#include "framework/models/model_catalogue.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "framework/autodiff/gradient_check.hpp"
#include "framework/tensor/error.hpp"
#include "tests/models/small_models.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using tapehead::testing::close_to;

namespace {

const TaskShape kTask{.input_size = 3, .target_size = 2, .loss = Loss::bits};

// Those that read stories have tests of their own.
bool reads_sequences(const ModelEntry& entry) {
  try {
    entry.configure()->build(kTask, 1);
  } catch (const UsageError&) {
    return false;
  }
  return true;
}

// Runs `check` on every entry of the catalogue that reads sequences, and on variants of it that differ in their
// controller.
template <class Check>
void for_all_models(Check&& check, Loss loss = Loss::bits) {
  for (const ModelEntry& entry : model_catalogue()) {
    if (!reads_sequences(entry)) continue;
    for (const ModelVariant& variant : variants_of(entry)) {
      INFO(entry.name << " " << variant.description);
      TaskShape task = kTask;
      task.loss = loss;
      check(*small_model(entry, variant, task));
    }
  }
}

std::vector<double> values(const Tape& tape, Var v) { return {tape.value(v).begin(), tape.value(v).end()}; }

struct LossAndGradient {
  double loss;
  std::vector<double> gradient;
};

LossAndGradient loss_and_gradient(Model& model, const Batch& batch) {
  const std::size_t size = model.parameters().flat_size();
  std::vector<Real> gradient(size);
  Tape tape;
  tape.reset(model.parameters().leaves(gradient.data()));
  const Model::Scored scored = model.score(tape, batch);
  tape.backward(scored.loss);
  return {scored.score.loss, {gradient.begin(), gradient.end()}};
}

}  // namespace

TEST_CASE("every model's name stands in the catalogue once and is found", "[models]") {
  std::set<std::string_view> names;
  for (const ModelEntry& entry : model_catalogue()) {
    INFO(entry.name);
    CHECK(names.insert(entry.name).second);
    CHECK(find_model(entry.name) == &entry);
    CHECK_FALSE(entry.summary.empty());
  }
  CHECK(names.contains("ntm"));
  CHECK(names.contains("lstm"));
  CHECK(names.contains("memn2n"));
  CHECK(names.contains("memnn"));
  CHECK(names.contains("entnet"));
  CHECK(find_model("no such model") == nullptr);
}

TEST_CASE("every model predicts every step it is asked for", "[models]") {
  for_all_models([](Model& model) {
    const Batch batch = random_sequences(kTask, 6, 3, {1, 4, 5});
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr), false);
    const Prediction all = model.predict(tape, batch, Steps::all, nullptr);
    CHECK(to_string(tape.shape(all.logits)) == "[18, 2]");
    CHECK(std::vector<std::size_t>(all.steps.begin(), all.steps.end()) ==
          std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
    const Prediction scored = model.predict(tape, batch, Steps::scored, nullptr);
    CHECK(to_string(tape.shape(scored.logits)) == "[9, 2]");
    CHECK(std::vector<std::size_t>(scored.steps.begin(), scored.steps.end()) ==
          std::vector<std::size_t>{1, 4, 5});
    std::vector<double> rows;
    const std::vector<double> everything = values(tape, all.logits);
    for (const std::size_t t : scored.steps) {
      for (std::size_t i = 0; i < 6; ++i) rows.push_back(everything[t * 6 + i]);
    }
    CHECK_THAT(values(tape, scored.logits), close_to(rows, 1e-12));
  });
}

TEST_CASE("the gradients of every model agree with finite differences", "[models][gradients]") {
  for (const Loss loss : {Loss::bits, Loss::classes}) {
    for_all_models(
        [&](Model& model) {
          const Batch batch = random_sequences({3, 2, loss}, 5, 2, {2, 4});
          CHECK(check_parameter_gradients(model.parameters(),
                                          [&](Tape& tape) { return model.score(tape, batch).loss; },
                                          {.step = 2e-4, .elements = 30}) < 1e-7);
        },
        loss);
  }
}

TEST_CASE("for every model a batch costs what its examples cost one by one", "[models]") {
  for_all_models([](Model& model) {
    const Batch batch = random_sequences(kTask, 6, 3, {1, 4, 5});
    const LossAndGradient together = loss_and_gradient(model, batch);
    LossAndGradient sum{0, std::vector<double>(together.gradient.size())};
    for (std::size_t b = 0; b < 3; ++b) {
      Batch one;
      slice_examples(batch, b, b + 1, one);
      const LossAndGradient part = loss_and_gradient(model, one);
      sum.loss += part.loss;
      for (std::size_t i = 0; i < sum.gradient.size(); ++i) sum.gradient[i] += part.gradient[i];
    }
    CHECK(together.loss == Approx(sum.loss).epsilon(1e-12));
    CHECK_THAT(together.gradient, close_to(sum.gradient, 1e-12));
  });
}

TEST_CASE("every model counts what it gets wrong where the loss counts, and nowhere else", "[models]") {
  for (const Loss loss : {Loss::bits, Loss::classes}) {
    for_all_models(
        [&](Model& model) {
          const Batch batch = random_sequences({3, 2, loss}, 6, 3, {1, 2, 4, 5});
          const auto& sequence = std::get<SequenceBatch>(batch);
          Tape tape;
          tape.reset(model.parameters().leaves(nullptr), false);
          const std::vector<double> logits =
              values(tape, model.predict(tape, batch, Steps::all, nullptr).logits);
          double wrong = 0, unmasked_wrong = 0, judged = loss == Loss::bits ? 3 : 0;
          for (std::size_t b = 0; b < 3; ++b) {
            bool counts = false, is_wrong = false;  // of an answer, which steps in a row are
            for (std::size_t t = 0; t < 6; ++t) {
              const double* const x = logits.data() + (t * 3 + b) * 2;
              const bool first = sequence.targets(t, b, 0) == 1, second = sequence.targets(t, b, 1) == 1;
              const double here = loss == Loss::bits ? ((x[0] > 0) != first) + ((x[1] > 0) != second)
                                                     : (x[0] > x[1]) != first;
              unmasked_wrong += here;
              const bool begins = !std::exchange(counts, sequence.mask(t, b) == 1);
              if (!counts) continue;
              if (loss == Loss::bits) {
                wrong += here;
                continue;
              }
              if (begins) ++judged;
              if (here > 0 && (begins || !is_wrong)) ++wrong;
              is_wrong = here > 0 || (is_wrong && !begins);
            }
          }
          const Score score = model.score(tape, batch).score;
          CHECK(score.wrong == wrong);
          CHECK(score.examples == 3);
          CHECK(score.judged == judged);
          CHECK(score.mean_wrong() == Approx(wrong / judged));
          CHECK(unmasked_wrong > wrong);
        },
        loss);
  }
}

TEST_CASE("no model looks ahead: a step does not depend on later inputs", "[models]") {
  for_all_models([](Model& model) {
    Batch batch = random_sequences(kTask, 6, 2, {5});
    const auto predicted = [&] {
      Tape tape;
      tape.reset(model.parameters().leaves(nullptr), false);
      return values(tape, model.predict(tape, batch, Steps::all, nullptr).logits);
    };
    std::vector<double> before = predicted();
    auto& inputs = std::get<SequenceBatch>(batch).inputs;
    for (std::size_t i = 0; i < 2 * 3; ++i) inputs.data()[4 * 2 * 3 + i] += 1;  // at step 4
    std::vector<double> after = predicted();
    constexpr std::size_t kUpTo = 4 * 2 * 2;
    CHECK(std::equal(before.begin(), before.begin() + kUpTo, after.begin()));
    CHECK_FALSE(std::equal(before.begin() + kUpTo, before.end(), after.begin() + kUpTo));
  });
}

TEST_CASE("every model gives the same values whether or not the tape records", "[models]") {
  for_all_models([](Model& model) {
    const Batch batch = random_sequences(kTask, 6, 3, {1, 4, 5});
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr), false);
    const double loss = model.score(tape, batch).score.loss;
    CHECK(loss_and_gradient(model, batch).loss == loss);
  });
}

TEST_CASE("every model refuses a batch of another task, naming both shapes", "[models]") {
  for_all_models([](Model& model) {
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr), false);
    const Batch wide = random_sequences({4, 2, Loss::bits}, 6, 3, {5}),
                other = random_sequences({3, 1, Loss::bits}, 6, 3, {5});
    CHECK_THROWS_WITH(model.predict(tape, wide, Steps::all, nullptr),
                      Catch::EndsWith("inputs has shape [6, 3, 4], expected [6, 3, 3]"));
    CHECK_THROWS_WITH(model.score(tape, other),
                      Catch::EndsWith("targets has shape [6, 3, 1], expected [6, 3, 2]"));
    CHECK_THROWS_WITH(model.predict(tape, StoryBatch{}, Steps::all, nullptr),
                      Catch::EndsWith("the batch holds stories, not sequences"));
    Batch short_mask = random_sequences(kTask, 6, 3, {5});
    std::get<SequenceBatch>(short_mask).mask.resize({5, 3});
    CHECK_THROWS_WITH(model.score(tape, short_mask),
                      Catch::EndsWith("mask has shape [5, 3], expected [6, 3]"));
  });
}

TEST_CASE("every model refuses a batch in which the loss counts nowhere", "[models]") {
  for_all_models([](Model& model) {
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr), false);
    const Batch batch = random_sequences(kTask, 6, 3, {});
    CHECK_THROWS_WITH(model.score(tape, batch), "the loss counts at no step of the batch");
  });
}

TEST_CASE("the same seed builds the same model, another seed another", "[models]") {
  for (const ModelEntry& entry : model_catalogue()) {
    INFO(entry.name);
    if (!reads_sequences(entry)) continue;
    const auto builder = entry.configure();
    const auto a = builder->build(kTask, 1), again = builder->build(kTask, 1), b = builder->build(kTask, 2);
    CHECK(std::ranges::equal(a->parameters().flat(), again->parameters().flat()));
    CHECK_FALSE(std::ranges::equal(a->parameters().flat(), b->parameters().flat()));
  }
}
