#include "experiments/story_answers.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include "framework/tensor/row_kernels.hpp"

namespace tapehead {
namespace {

constexpr std::size_t kBatch = 32;

using Answered = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // task, right answer, answer

struct Place {  // of one thread
  Tape tape;
  Batch batch;
  std::map<Answered, std::int64_t> counts;
};

StoryBatch::Id wanted_at(const SequenceBatch& sequence, std::size_t step, std::size_t example) {
  const std::size_t n = sequence.targets.shape()[2];
  const Real* const target = sequence.targets.data() + (step * sequence.size() + example) * n;
  const std::size_t right = largest_in_row(target, n);
  return target[right] > 0 ? static_cast<StoryBatch::Id>(right + 1) : 0;
}

}  // namespace

std::vector<AnswerRow> answer_rows(const Tape& tape, const Prediction& prediction, const Batch& batch) {
  const std::size_t examples = batch_size(batch), columns = tape.shape(prediction.logits).back();
  const auto* const stories = std::get_if<StoryBatch>(&batch);
  const auto* const sequence = std::get_if<SequenceBatch>(&batch);
  std::vector<AnswerRow> rows;
  for (std::size_t b = 0; b < examples; ++b) {
    for (std::size_t i = 0; i < prediction.steps.size(); ++i) {
      const std::size_t step = prediction.steps[i];
      if (sequence != nullptr && sequence->mask(step, b) == 0) continue;
      rows.push_back({.example = b,
                      .logits = tape.data(prediction.logits) + (i * examples + b) * columns,
                      .right = sequence != nullptr ? wanted_at(*sequence, step, b) : stories->answers(b)});
    }
  }
  return rows;
}

std::vector<AnswerCount> count_answers(Model& model, const Babi& task, Split split, Workers& workers) {
  const std::size_t examples = task.size(split), words = task.vocabulary().size();
  std::vector<std::unique_ptr<Place>> places;
  while (places.size() < workers.threads()) places.push_back(std::make_unique<Place>());
  const std::vector<Leaf> leaves = model.parameters().leaves(nullptr);
  workers.for_each((examples + kBatch - 1) / kBatch, [&](std::size_t item, std::size_t thread) {
    Place& place = *places[thread];
    const std::size_t first = item * kBatch, count = std::min(kBatch, examples - first);
    task.take(split, first, count, place.batch);
    place.tape.reset(leaves, false);
    const Prediction prediction = model.predict(place.tape, place.batch, Steps::scored, nullptr);
    const std::size_t columns = place.tape.shape(prediction.logits).back();
    for (const AnswerRow& row : answer_rows(place.tape, prediction, place.batch)) {
      const std::size_t best = largest_in_row(row.logits, columns);
      const auto of = static_cast<std::int64_t>(task.task_of(split, first + row.example));
      ++place.counts[{of, row.right, best < words ? static_cast<std::int64_t>(best + 1) : 0}];
    }
  });
  std::map<Answered, std::int64_t> counts;
  for (const std::unique_ptr<Place>& place : places) {
    for (const auto& [answered, count] : place->counts) counts[answered] += count;
  }
  std::vector<AnswerCount> rows;
  for (const auto& [answered, count] : counts)
    rows.push_back({std::get<0>(answered), std::get<1>(answered), std::get<2>(answered), count});
  return rows;
}

}  // namespace tapehead
