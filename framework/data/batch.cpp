#include "framework/data/batch.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

template <class T, std::size_t N>
void reset_tensor(ReusableTensor<T, N>& tensor, const std::array<std::size_t, N>& shape) {
  tensor.resize(shape);
  std::fill(tensor.storage().begin(), tensor.storage().end(), T{});
}

// Copies [begin, end) of one axis: `outer` is the product of the axes before it.
template <class T, std::size_t N>
void slice_axis(const ReusableTensor<T, N>& from, std::size_t axis, std::size_t begin, std::size_t end,
                ReusableTensor<T, N>& into) {
  std::array<std::size_t, N> shape = from.shape();
  std::size_t outer = 1;
  std::size_t inner = 1;
  for (std::size_t a = 0; a < axis; ++a) outer *= shape[a];
  for (std::size_t a = axis + 1; a < N; ++a) inner *= shape[a];
  const std::size_t row = shape[axis] * inner;
  const std::size_t part = (end - begin) * inner;
  shape[axis] = end - begin;
  into.resize(shape);
  const T* source = from.data() + begin * inner;
  T* target = into.data();
  for (std::size_t o = 0; o < outer; ++o, source += row, target += part) std::copy_n(source, part, target);
}

void slice(const SequenceBatch& from, std::size_t begin, std::size_t end, SequenceBatch& into) {
  slice_axis(from.inputs, 1, begin, end, into.inputs);
  slice_axis(from.targets, 1, begin, end, into.targets);
  slice_axis(from.mask, 1, begin, end, into.mask);
}

void slice(const StoryBatch& from, std::size_t begin, std::size_t end, StoryBatch& into) {
  slice_axis(from.sentences, 0, begin, end, into.sentences);
  slice_axis(from.sentence_lengths, 0, begin, end, into.sentence_lengths);
  slice_axis(from.sentence_ages, 0, begin, end, into.sentence_ages);
  slice_axis(from.story_lengths, 0, begin, end, into.story_lengths);
  slice_axis(from.questions, 0, begin, end, into.questions);
  slice_axis(from.question_lengths, 0, begin, end, into.question_lengths);
  slice_axis(from.answers, 0, begin, end, into.answers);
  slice_axis(from.supporting_facts, 0, begin, end, into.supporting_facts);
  slice_axis(from.supporting_counts, 0, begin, end, into.supporting_counts);
}

}  // namespace

std::size_t batch_size(const Batch& batch) {
  return std::visit([](const auto& held) { return held.size(); }, batch);
}

void reset(SequenceBatch& batch, std::size_t steps, std::size_t examples, std::size_t input_size,
           std::size_t target_size) {
  reset_tensor(batch.inputs, {steps, examples, input_size});
  reset_tensor(batch.targets, {steps, examples, target_size});
  reset_tensor(batch.mask, {steps, examples});
}

void reset(StoryBatch& batch, const StoryExtents& extents) {
  const std::size_t examples = extents.examples;
  reset_tensor(batch.sentences, {examples, extents.sentences, extents.words});
  reset_tensor(batch.sentence_lengths, {examples, extents.sentences});
  reset_tensor(batch.sentence_ages, {examples, extents.sentences});
  reset_tensor(batch.story_lengths, {examples});
  reset_tensor(batch.questions, {examples, extents.question_words});
  reset_tensor(batch.question_lengths, {examples});
  reset_tensor(batch.answers, {examples});
  reset_tensor(batch.supporting_facts, {examples, extents.facts});
  reset_tensor(batch.supporting_counts, {examples});
}

void slice_examples(const Batch& batch, std::size_t begin, std::size_t end, Batch& into) {
  const std::size_t size = batch_size(batch);
  if (begin > end || end > size) {
    throw std::out_of_range("slice_examples: examples [" + std::to_string(begin) + ", " +
                            std::to_string(end) + ") of a batch of " + std::to_string(size));
  }
  std::visit([&]<class T>(const T& held) { slice(held, begin, end, as<T>(into)); }, batch);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
