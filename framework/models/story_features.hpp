// Sentences of stories as sets of 0/1 features, of which embeddings are sums.
// Weston, Chopra and Bordes 2014, "Memory Networks", arXiv:1410.3916, sections 3.1 and 3.4;
// Weston et al. 2015, "Towards AI-Complete Question Answering", arXiv:1502.05698, appendix A.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "framework/data/batch.hpp"
#include "framework/nn/bag_embedding.hpp"
#include "framework/tensor/arena.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Rows of features, written one after the other, for embed_bags(). Row r is what was added between the r-th and the
/// next end_row(). The memory is the arena's.
class FeatureRows {
 public:
  /// For at most so many rows, with so many features together.
  FeatureRows(Arena& arena, std::size_t rows, std::size_t features)
      : ids_(arena.array<std::int32_t>(features)), starts_(arena.array<std::uint32_t>(rows + 1)) {
    starts_[0] = 0;
  }
  /// A feature, from 0.
  void add(std::size_t feature) { ids_[next_++] = static_cast<std::int32_t>(feature + 1); }
  /// Features, each moved up by `offset`.
  void add(std::span<const std::uint32_t> features, std::size_t offset) {
    for (const std::uint32_t feature : features) add(feature + offset);
  }
  /// The number of the row that ends here.
  std::uint32_t end_row() {
    starts_[++rows_] = next_;
    return rows_ - 1;
  }
  Bags bags() const { return {ids_, starts_, nullptr, rows_}; }

 private:
  std::int32_t* ids_;
  std::uint32_t* starts_;
  std::uint32_t next_ = 0, rows_ = 0;
};

/// The features of each sentence and question of a batch: its words, numbers 0 to words - 1, and its n-grams behind them.
class StoryFeatures {
 public:
  using Features = std::span<const std::uint32_t>;

  /// With the last `most` sentences of each story; `ngrams` is nullptr for words alone. The memory is the arena's.
  /// Throws ShapeError for a word that is not one of `words`.
  StoryFeatures(Arena& arena, const StoryBatch& batch, std::size_t most, std::size_t words,
                const NgramIndex* ngrams);

  /// Sentences of story b that are kept.
  std::size_t sentences(std::size_t b) const { return first_row_[b + 1] - first_row_[b] - 1; }
  /// Sentence i of those kept, from 0, oldest first.
  Features sentence(std::size_t b, std::size_t i) const { return row(first_row_[b] + i); }
  Features question(std::size_t b) const { return row(first_row_[b + 1] - 1); }
  /// All features of story b's sentences, together, and the most of one.
  std::size_t count(std::size_t b) const { return starts_[first_row_[b + 1] - 1] - starts_[first_row_[b]]; }
  std::size_t most() const { return most_; }

 private:
  Features row(std::size_t r) const { return {features_ + starts_[r], features_ + starts_[r + 1]}; }

  std::uint32_t* features_;
  std::uint32_t* starts_;     // of rows
  std::uint32_t* first_row_;  // of stories: their sentences and then the question
  std::size_t most_ = 0;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
