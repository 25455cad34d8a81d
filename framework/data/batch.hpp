// What a task hands out and a model takes in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "framework/data/ngrams.hpp"
#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// An xt::xtensor with N axes that keeps its storage when it shrinks: it allocates only for a size larger
/// than any before. (xt::xtensor's own container allocates anew whenever the size changes, and the length of
/// a batch changes at every step.) Everything that works on an xt::xtensor works on it and the two convert;
/// elements that a resize does not overwrite keep whatever value they had.
template <class T, std::size_t N>
using ReusableTensor = xt::xtensor_container<std::vector<T>, N>;

/// Sequences of vectors, all of one length. Time first, so that a step is contiguous.
struct SequenceBatch {
  ReusableTensor<Real, 3> inputs;   // [time, batch, input]
  ReusableTensor<Real, 3> targets;  // [time, batch, target]
  ReusableTensor<Real, 2> mask;     // [time, batch], 1 where the loss counts, else 0

  std::size_t steps() const { return inputs.shape()[0]; }
  std::size_t size() const { return inputs.shape()[1]; }  // examples
};

/// Stories with a question. Words and answers are ids from 1; 0 fills the rest of a row.
struct StoryBatch {
  using Id = std::int32_t;
  ReusableTensor<Id, 3> sentences;         // [batch, sentence, word], oldest sentence first
  ReusableTensor<Id, 2> sentence_lengths;  // [batch, sentence], words
  ReusableTensor<Id, 2> sentence_ages;  // [batch, sentence], 0 for the last one before the question, or more
  ReusableTensor<Id, 1> story_lengths;  // [batch], sentences
  ReusableTensor<Id, 2> questions;      // [batch, word]
  ReusableTensor<Id, 1> question_lengths;  // [batch], words
  ReusableTensor<Id, 1> answers;           // [batch]
  ReusableTensor<Id, 2> supporting_facts;  // [batch, fact], sentence indices from 0 in the order of reasoning
  ReusableTensor<Id, 1> supporting_counts;  // [batch], facts

  std::size_t size() const { return answers.shape()[0]; }  // examples
};

/// How large the stories of a task are.
struct StoryShape {
  std::size_t words = 0;             // ids of words and answers are 1 to this
  std::size_t longest_sentence = 0;  // words
  std::size_t longest_question = 0;  // words
  std::size_t statements = 0;        // sentences of a story at most; ages from here on count as one less
  std::shared_ptr<const NgramIndex> ngrams = nullptr;  // of what there is to train on; nullptr: not known
};

using Batch = std::variant<SequenceBatch, StoryBatch>;

/// The number of examples.
std::size_t batch_size(const Batch& batch);

/// The alternative of `batch` as T, made empty first if the batch holds the other one.
template <class T>
T& as(Batch& batch) {
  T* held = std::get_if<T>(&batch);
  return held != nullptr ? *held : batch.emplace<T>();
}

/// Gives `batch` this shape and sets every element to 0. Allocates only beyond the largest size so far.
void reset(SequenceBatch& batch, std::size_t steps, std::size_t examples, std::size_t input_size,
           std::size_t target_size);

/// The largest extents of a story batch.
struct StoryExtents {
  std::size_t examples;
  std::size_t sentences;
  std::size_t words;  // of a sentence
  std::size_t question_words;
  std::size_t facts;
};

/// Gives `batch` this shape and sets every element to 0. Allocates only beyond the largest size so far.
void reset(StoryBatch& batch, const StoryExtents& extents);

/// Copies examples [begin, end) into `into`, whose storage is reused.
/// Throws std::out_of_range unless begin <= end <= batch_size(batch).
void slice_examples(const Batch& batch, std::size_t begin, std::size_t end, Batch& into);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
