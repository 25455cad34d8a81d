// The memory network with supervised hops as loops over one example and one pair at a time, in double.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "framework/models/memnn.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::testing {

class MemnnByLoops {
 public:
  using Vector = std::vector<double>;
  using Facts = std::vector<std::size_t>;
  static constexpr std::size_t kNothing = ~std::size_t{0};

  MemnnByLoops(const MemNN& model, const MemNN::Options& options, std::size_t words, const NgramIndex& ngrams)
      : model_(model),
        options_(options),
        words_(words),
        ngrams_(ngrams),
        each_(words + (options.ngrams ? ngrams.size() : 0)) {}

  /// The ranking losses of an example's hops and of its answer.
  double loss(const StoryBatch& batch, std::size_t b) const {
    Facts facts;
    for (std::size_t k = 0; k < number(batch.supporting_counts(b)); ++k)
      facts.push_back(number(batch.supporting_facts(b, k)));
    Facts targets = facts;
    if (options_.adaptive) targets.push_back(kNothing);
    if (facts.empty()) targets.clear();
    while (!options_.adaptive && !targets.empty() && targets.size() < options_.hops)
      targets.push_back(targets.back());
    targets.resize(std::min(targets.size(), options_.hops));
    double total = 0;
    Facts found;
    for (const std::size_t target : targets) {
      for (const std::size_t other : candidates(batch, b, found)) {
        if (other != target) total += missing(better(batch, b, found, target, other));
      }
      if (target != kNothing) found.push_back(target);
    }
    const Vector scores = answers(batch, b, found);
    for (std::size_t w = 0; w < words_; ++w) {
      const std::size_t right = number(batch.answers(b)) - 1;
      if (w != right) total += missing(scores[right] - scores[w]);
    }
    return total;
  }

  /// Facts in the order in which they are found.
  Facts find(const StoryBatch& batch, std::size_t b) const {
    Facts found;
    while (found.size() < options_.hops) {
      const Facts all = candidates(batch, b, found);
      if (all.empty()) break;
      std::size_t best = all.front();
      for (const std::size_t one : all) {
        if (better(batch, b, found, one, best) > 0) best = one;
      }
      if (best == kNothing) break;
      found.push_back(best);
    }
    return found;
  }

  Vector answers(const StoryBatch& batch, std::size_t b, const Facts& found) const {
    const Vector x = embedded("response", query(batch, b, found, words_));
    Vector scores;
    for (std::size_t w = 0; w < words_; ++w) scores.push_back(dot(x, embedded("response", {w})));
    return scores;
  }

 private:
  static std::size_t number(StoryBatch::Id id) { return static_cast<std::size_t>(id); }
  static double dot(const Vector& a, const Vector& b) {
    double total = 0;
    for (std::size_t k = 0; k < a.size(); ++k) total += a[k] * b[k];
    return total;
  }
  double missing(double ahead) const { return std::max(0.0, options_.margin - ahead); }

  // m∅ first, then the sentences, oldest first.
  Facts candidates(const StoryBatch& batch, std::size_t b, const Facts& found) const {
    Facts result;
    if (options_.adaptive) result.push_back(kNothing);
    for (std::size_t i = 0; i < number(batch.story_lengths(b)); ++i) {
      if (!options_.adaptive || std::ranges::find(found, i) == found.end()) result.push_back(i);
    }
    return result;
  }

  // s(x, y, y').
  double better(const StoryBatch& batch, std::size_t b, const Facts& found, std::size_t y,
                std::size_t other) const {
    const Vector x = embedded("output", query(batch, b, found, each_));
    return dot(x, candidate(batch, b, found, y, other)) - dot(x, candidate(batch, b, found, other, y));
  }

  Vector candidate(const StoryBatch& batch, std::size_t b, const Facts& found, std::size_t y,
                   std::size_t other) const {
    if (y == kNothing) return embedded("output", {4 * each_});
    Facts features = sentence(&batch.sentences(b, y, 0), batch.sentence_lengths(b, y), 0);
    for (std::size_t k = 1; k <= 3 && k <= found.size(); ++k) {
      if (y > found[found.size() - k]) features.push_back(4 * each_ + k);
    }
    if (other != kNothing && y < other) features.push_back(4 * each_ + 4);
    return embedded("output", features);
  }

  Facts sentence(const StoryBatch::Id* words, StoryBatch::Id length, std::size_t offset) const {
    Facts features;
    const std::span<const StoryBatch::Id> all(words, number(length));
    for (const StoryBatch::Id word : all) features.push_back(offset + number(word) - 1);
    if (options_.ngrams)
      ngrams_.for_each(all, [&](std::size_t n) { features.push_back(offset + words_ + n); });
    return features;
  }

  Facts query(const StoryBatch& batch, std::size_t b, const Facts& found, std::size_t offset) const {
    Facts features = sentence(&batch.questions(b, 0), batch.question_lengths(b), offset);
    for (std::size_t k = 0; k < found.size(); ++k) {
      const std::size_t fact = found[k];
      const bool last = k + 1 == found.size();
      const Facts more = sentence(&batch.sentences(b, fact, 0), batch.sentence_lengths(b, fact),
                                  offset + (last ? 1 : 2) * each_);
      features.insert(features.end(), more.begin(), more.end());
    }
    return features;
  }

  Vector embedded(const std::string& of, const Facts& features) const {
    const std::size_t n = options_.width;
    Vector sum(n);
    for (const std::size_t feature : features) {
      for (std::size_t k = 0; k < n; ++k) sum[k] += element(of + "/features", feature * n + k);
    }
    if (!options_.nonlinear) return sum;
    Vector result(n);
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t j = 0; j < n; ++j) result[k] += std::tanh(sum[j]) * element(of + "/weight", j * n + k);
      result[k] = std::tanh(result[k]);
    }
    return result;
  }

  double element(const std::string& path, std::size_t i) const {
    const auto& all = model_.parameters().all();
    const auto found = std::ranges::find(all, path, &Parameter::path);
    return static_cast<double>(
        model_.parameters().values(Var{static_cast<std::uint32_t>(found - all.begin())})[i]);
  }

  const MemNN& model_;
  const MemNN::Options& options_;
  std::size_t words_;
  const NgramIndex& ngrams_;
  std::size_t each_;  // features of a sentence
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION::testing
