#include "experiments/story_answers.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include "framework/tensor/row_kernels.hpp"

namespace tapehead {
namespace {

constexpr std::size_t kBatch = 32;

struct Place {  // of one thread
  Tape tape;
  Batch batch;
};

}  // namespace

std::vector<const Real*> answer_rows(const Tape& tape, const Prediction& prediction, const Batch& batch) {
  const std::size_t examples = batch_size(batch), columns = tape.shape(prediction.logits).back();
  const auto* const sequence = std::get_if<SequenceBatch>(&batch);
  std::vector<const Real*> rows(examples);
  for (std::size_t i = 0; i < prediction.steps.size(); ++i) {
    for (std::size_t b = 0; b < examples; ++b) {
      if (sequence == nullptr || sequence->mask(prediction.steps[i], b) != 0)
        rows[b] = tape.data(prediction.logits) + (i * examples + b) * columns;
    }
  }
  return rows;
}

std::vector<AnswerCount> count_answers(Model& model, const Babi& task, Split split, Workers& workers) {
  const std::size_t questions = task.size(split), words = task.target_size();
  std::vector<std::int64_t> right(questions), given(questions);
  std::vector<std::unique_ptr<Place>> places;
  while (places.size() < workers.threads()) places.push_back(std::make_unique<Place>());
  const std::vector<Leaf> leaves = model.parameters().leaves(nullptr);
  workers.for_each((questions + kBatch - 1) / kBatch, [&](std::size_t item, std::size_t thread) {
    Place& place = *places[thread];
    const std::size_t first = item * kBatch, count = std::min(kBatch, questions - first);
    task.take(split, first, count, place.batch);
    place.tape.reset(leaves, false);
    const Prediction prediction = model.predict(place.tape, place.batch, Steps::scored, nullptr);
    const std::size_t columns = place.tape.shape(prediction.logits).back();
    const std::vector<const Real*> rows = answer_rows(place.tape, prediction, place.batch);
    for (std::size_t b = 0; b < count; ++b) {
      const Real* const row = rows[b];
      const std::size_t best = largest_in_row(row, columns);
      right[first + b] = task.answer_of(split, first + b);
      given[first + b] = best < words ? static_cast<std::int64_t>(best + 1) : 0;
    }
  });
  std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, std::int64_t> counts;
  for (std::size_t i = 0; i < questions; ++i)
    ++counts[{static_cast<std::int64_t>(task.task_of(split, i)), right[i], given[i]}];
  std::vector<AnswerCount> rows;
  for (const auto& [key, count] : counts)
    rows.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), count});
  return rows;
}

}  // namespace tapehead
