// Stories as sequences, word by word, for models that read vectors.
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
#include <span>

#include "framework/data/batch.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// What the channels of an input vector stand for, and the classes of a target: channel w - 1 is word w; behind the words
/// come '.', '?' and '-', if there are marks. A sequence is a question after its story, as for models that read
/// sentences, and its answer one word of the vocabulary; or a whole story with all its questions, and answers have a '-'
/// for each of their words, as in Graves et al. 2016, where the marks are classes too.
struct WordView {
  std::size_t words = 0;  // of the vocabulary
  bool marks = true;
  bool whole_stories = false;  // with marks

  std::size_t channels() const { return words + (marks ? 3 : 0); }
  std::size_t classes() const { return whole_stories ? channels() : words; }
};

/// Writes a story into one example of a batch, part by part, or counts the steps that it takes.
class WordReader {
 public:
  using Ids = std::span<const StoryBatch::Id>;

  explicit WordReader(const WordView& view) : view_(view) {}
  /// `into` is as reset() leaves it.
  WordReader(const WordView& view, SequenceBatch& into, std::size_t example)
      : view_(view), into_(&into), example_(example) {}

  void read_statement(Ids words);
  void read_question(Ids words);
  /// An answer's words, of the question that was read last; one if there are no marks. A word 0 has a target of zeros.
  void answer(Ids words);

  /// Steps that were written, and one at least.
  std::size_t steps() const { return steps_ > 0 ? steps_ : 1; }

 private:
  void read(std::size_t channel);
  void read(Ids words, std::size_t mark);
  void want(StoryBatch::Id word);

  WordView view_;
  SequenceBatch* into_ = nullptr;
  std::size_t example_ = 0, steps_ = 0;
};

/// Writes `stories` as one-hot vectors into inputs [time, example, channel] and targets [time, example, class] of `into`,
/// each from step 0 on; what is behind its answer is 0. There are as many steps as the longest needs.
void read_word_by_word(const StoryBatch& stories, const WordView& view, SequenceBatch& into);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
