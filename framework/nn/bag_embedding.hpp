// Sentences as sums of word embeddings.
// Sukhbaatar, Szlam, Weston and Fergus 2015, "End-To-End Memory Networks", arXiv:1503.08895, section 4.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "framework/autodiff/tape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// How much of each element of a word's embedding the sentence takes, by the word's place.
///
///   bag       all of it
///   position  the paper's: l_kj = (1 - j/J) - (k/d)(1 - 2j/J), for word j of the J words of this sentence and
///             element k of d, both from 1
///   position_released  the authors' program's: 1 + 4 (k - (d+1)/2) (j - (J+1)/2) / (d J), where J is one more than the
///             words of the longest sentence there is; the time word, which every statement has, counts as word J
enum class WordOrder { bag, position, position_released };

/// The value of a setting: "bag", "position" or "position_released". Throws UsageError for another.
WordOrder word_order(std::string_view name);

/// The weights l, tabulated.
class PositionWeights {
 public:
  /// For sentences of up to `longest` words (at least 1) and embeddings of `width` elements.
  PositionWeights(WordOrder order, std::size_t longest, std::size_t width);

  std::size_t longest() const { return longest_; }
  std::size_t width() const { return width_; }

  /// The weights [words, width] of a sentence of `words` words, or nullptr if all are 1.
  const Real* of_sentence(std::size_t words) const {
    if (order_ == WordOrder::bag) return nullptr;
    return weights_.data() + (order_ == WordOrder::position ? words * (words - 1) / 2 * width_ : 0);
  }
  /// The weights [width] of the time word, or nullptr if all are 1.
  const Real* of_time_word() const {
    return order_ == WordOrder::position_released ? weights_.data() + longest_ * width_ : nullptr;
  }

 private:
  WordOrder order_;
  std::size_t longest_, width_;
  std::vector<Real> weights_;  // position: sentences of 1, 2, ... words; position_released: words 1 to J
};

/// Sentences as bags of words: bag r holds words[starts[r]] ... words[starts[r + 1] - 1], ids from 1, of which there are
/// `count`; its time word is times[r], from 0, or there is none if `times` is nullptr. All memory is the caller's and
/// must outlive the tape's step.
struct Bags {
  const std::int32_t* words = nullptr;
  const std::uint32_t* starts = nullptr;  // [count + 1]
  const std::uint32_t* times = nullptr;   // [count]
  std::size_t count = 0;
};

/// Embeddings of words and of time words; both may be the same parameter.
struct BagTable {
  Var words;  // E [rows, width]
  Var times;  // T [rows, width]
};

/// Row r of a table's result is Σ_j l_j ⊙ E(word j of bag r) + l_time ⊙ T(times[r]), where E(w) is row w - 1 of its words and
/// T(t) row first_time + t of its times. The same bags are embedded by several tables in one pass: the result of table i,
/// [bags, width], is Var{embed_bags(…).id + i}. All tables have the shapes of the first.
/// Throws ShapeError. Ids and lengths beyond the tables are the caller's mistake and not looked for.
Var embed_bags(Tape& tape, std::span<const BagTable> tables, std::size_t first_time, const Bags& bags,
               const PositionWeights& weights);

/// The same of one table, with weights that are learned: row r is Σ_j f_j ⊙ E(word j of bag r), f_j row j - 1 of `mask`,
/// [words of the longest bag or more, width] (Henaff et al. 2017, arXiv:1612.03969, Eq. (1)). Bags have no time words.
/// Throws ShapeError; ids and lengths are as above.
Var embed_masked_bags(Tape& tape, Var words, Var mask, const Bags& bags);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
