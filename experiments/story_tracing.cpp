#include "experiments/story_tracing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "experiments/story_answers.hpp"
#include "experiments/trace_recorder.hpp"
#include "framework/tensor/row_kernels.hpp"

namespace tapehead {
namespace {

// [step 1, example, …].
template <class T, std::size_t N>
TraceTensor tensor(const char* name, const char* long_name, std::vector<std::string> axes,
                   const ReusableTensor<T, N>& values) {
  TraceTensor result{
      .name = name, .long_name = long_name, .axes = {"step", "example"}, .shape = {1}, .values = {}};
  result.axes.insert(result.axes.end(), axes.begin(), axes.end());
  for (const std::size_t extent : values.shape()) result.shape.push_back(std::max<std::size_t>(1, extent));
  std::size_t size = 1;
  for (const std::size_t extent : result.shape) size *= extent;
  result.values.resize(size);
  std::ranges::transform(values.storage(), result.values.begin(),
                         [](T value) { return static_cast<float>(value); });
  return result;
}

// The probability of a row's largest logit.
double probability_of_best(const Real* logits, std::size_t n, std::size_t best) {
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) total += std::exp(static_cast<double>(logits[i] - logits[best]));
  return 1 / total;
}

// How far a row's largest logit is above the next.
double lead_of_best(const Real* logits, std::size_t n, std::size_t best) {
  double next = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < n; ++i) {
    if (i != best) next = std::max(next, static_cast<double>(logits[i]));
  }
  return static_cast<double>(logits[best]) - next;
}

}  // namespace

TraceSet trace_stories(const TrainedNet& net, const StoryBatch& stories) {
  const std::size_t examples = stories.size();
  Tape tape;
  tape.reset(net.model->parameters().leaves(nullptr), false);
  TraceRecorder recorder(examples, 1);
  const auto* const task = dynamic_cast<const Babi*>(net.task.get());
  const Batch batch = task != nullptr ? task->as_read(stories) : Batch(stories);
  const bool in_sentences = std::holds_alternative<StoryBatch>(batch);
  const Prediction prediction =
      net.model->predict(tape, batch, Steps::scored, in_sentences ? &recorder : nullptr);
  const std::vector<AnswerRow> rows = answer_rows(tape, prediction, batch);
  const std::size_t columns = tape.shape(prediction.logits).back(), words = net.task->words().size();

  const bool ranked = net.settings->loss(*net.task) == Loss::ranking;
  ReusableTensor<Real, 1> answer, certainty;
  ReusableTensor<Real, 2> support;
  answer.resize({examples});
  certainty.resize({examples});
  support.resize({examples, stories.sentences.shape()[1]});
  std::fill(support.storage().begin(), support.storage().end(), Real(0));
  for (std::size_t b = 0; b < examples; ++b) {
    const Real* const row = rows[b].logits;
    const std::size_t best = largest_in_row(row, words);
    answer(b) = static_cast<Real>(best + 1);
    certainty(b) = static_cast<Real>((ranked ? lead_of_best : probability_of_best)(row, columns, best));
    for (StoryBatch::Id fact = 0; fact < stories.supporting_counts(b); ++fact)
      support(b, static_cast<std::size_t>(stories.supporting_facts(b, static_cast<std::size_t>(fact)))) = 1;
  }
  TraceSet traces{.steps = {net.step}, .tensors = {}};
  traces.tensors.push_back(
      tensor("story", "words of the statements", {"sentence", "word"}, stories.sentences));
  traces.tensors.push_back(tensor("question", "words of the question", {"word"}, stories.questions));
  traces.tensors.push_back(tensor("right_answer", "the right answer", {}, stories.answers));
  traces.tensors.push_back(tensor("answer", "the answer given", {}, answer));
  traces.tensors.push_back(
      ranked ? tensor("answer_lead", "score of the answer given above that of the next best", {}, certainty)
             : tensor("answer_probability", "probability of the answer given", {}, certainty));
  traces.tensors.push_back(tensor("support", "supporting facts", {"sentence"}, support));
  for (TraceTensor& recorded : recorder.take()) {
    recorded.axes.erase(recorded.axes.begin() + 2);  // one time step
    recorded.shape.erase(recorded.shape.begin() + 2);
    traces.tensors.push_back(std::move(recorded));
  }
  separate_axes(traces.tensors);
  return traces;
}

const TraceTensor* find_tensor(const TraceSet& traces, std::string_view name) {
  const auto found = std::ranges::find(traces.tensors, name, &TraceTensor::name);
  return found != traces.tensors.end() ? &*found : nullptr;
}

const TraceTensor& tensor_named(const TraceSet& traces, std::string_view name) {
  const TraceTensor* const found = find_tensor(traces, name);
  if (found == nullptr) throw std::out_of_range("nothing was recorded as " + std::string(name));
  return *found;
}

}  // namespace tapehead
