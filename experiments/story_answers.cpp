#include "experiments/story_answers.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

namespace tapehead {
namespace {

constexpr std::size_t kBatch = 32;

struct Place {  // of one thread
  Tape tape;
  Batch batch;
};

}  // namespace

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
    const Var logits = model.predict(place.tape, place.batch, Steps::scored, nullptr).logits;
    const std::size_t columns = place.tape.shape(logits).back();
    const auto& stories = std::get<StoryBatch>(place.batch);
    for (std::size_t b = 0; b < count; ++b) {
      const Real* const row = place.tape.data(logits) + b * columns;
      const auto best = static_cast<std::size_t>(std::max_element(row, row + columns) - row);
      right[first + b] = stories.answers(b);
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
