// Stories as sequences: a story and its question word by word, for models that read vectors.
// Graves, Wayne, Reynolds et al. 2016, "Hybrid computing using a neural network with dynamic external memory", Nature
// 538:471, Methods, "bAbI task descriptions"; Weston, Bordes, Chopra et al. 2015, arXiv:1502.05698, section 5.
//
//   time --->     0     1    2   3     4     5    6   7     8
//   input        Mary  went  to  home  .    Where is Mary   ?    -
//   target                                                      home
//   mask          0     0    0   0     0     0    0   0     0    1
//
// Without marks '.', '?' and '-' are not there, and the answer is wanted when the question's last word is read.
#pragma once

#include <cstddef>

#include "framework/data/batch.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// What the channels of an input vector stand for, and the classes of a target: channel w - 1 is word w; behind the words
/// come '.', '?' and '-', if there are marks. Departure from Graves et al. 2016, where the marks are classes too, one
/// sequence has all questions of a story, and an answer of several words has a '-' for each: here the question is the
/// example, as it is for models that read sentences, and its answer one word of the vocabulary.
struct WordView {
  std::size_t words = 0;  // of the vocabulary
  bool marks = true;

  std::size_t channels() const { return words + (marks ? 3 : 0); }
  /// The steps of a story whose statements and question have so many words.
  std::size_t steps(std::size_t statements, std::size_t words_of_all) const;
};

/// Writes `stories` as one-hot vectors into inputs [time, example, channel] and targets [time, example, word] of `into`,
/// each from step 0 on; what is behind its answer is 0. There are `steps` steps, or as many as the longest needs, if
/// those are more. An answer that is no word has a target of zeros.
void read_word_by_word(const StoryBatch& stories, const WordView& view, std::size_t steps,
                       SequenceBatch& into);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
