// The key-value memory network by loops, for comparison.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "framework/models/kv_memn2n.hpp"
#include "tests/models/random_stories.hpp"

namespace tapehead::testing {

/// The model by loops over one example at a time, straight from the paper's equations.
class KvMemN2NByLoops {
 public:
  using Vector = std::vector<double>;

  KvMemN2NByLoops(const KvMemN2N& model, const KvMemN2N::Options& options) : options_(options) {
    const auto& all = model.parameters().all();
    for (std::uint32_t i = 0; i < all.size(); ++i) tables_[all[i].path] = model.parameters().values(Var{i});
  }

  Vector logits(const StoryBatch& batch, std::size_t b) const {
    std::vector<std::size_t> question;
    for (std::size_t w = 0; w < static_cast<std::size_t>(batch.question_lengths(b)); ++w)
      question.push_back(static_cast<std::size_t>(batch.questions(b, w)));
    Vector q = bag(question, options_.word_order);
    std::vector<Vector> keys, values;
    for (std::size_t s = 0; s < static_cast<std::size_t>(batch.story_lengths(b)); ++s) {
      const auto age =
          std::min(static_cast<std::size_t>(batch.sentence_ages(b, s)), kSmallStories.statements - 1);
      const auto count = static_cast<std::size_t>(batch.sentence_lengths(b, s));
      std::vector<std::size_t> words;
      for (std::size_t w = 0; w < count; ++w)
        words.push_back(static_cast<std::size_t>(batch.sentences(b, s, w)));
      const auto remember = [&](const std::vector<std::size_t>& key, const Vector& value) {
        keys.push_back(aged(bag(key, options_.word_order), "key/times", age));
        values.push_back(aged(value, "value/times", age));
      };
      if (options_.memories == "sentences") {
        remember(words, bag(words, options_.word_order));
        continue;
      }
      const auto beside = static_cast<int>(options_.window / 2), n = static_cast<int>(words.size());
      for (int centre = 0; centre < n; ++centre) {
        std::vector<std::size_t> key;
        std::size_t middle = 0;
        for (int j = centre - beside; j <= centre + beside; ++j) {
          if (j < 0 || j >= n) continue;
          const bool own = j == centre && options_.centre_words;
          key.push_back(words[static_cast<std::size_t>(j)] + (own ? kSmallStories.words : 0));
          if (j == centre) middle = key.back();
        }
        remember(key, bag({middle}, "bag"));
      }
    }
    for (std::size_t hop = 1; hop <= options_.hops; ++hop) {
      Vector p, next(q.size(), 0);
      double total = 0;
      for (const Vector& key : keys) {
        double score = 0;
        for (std::size_t k = 0; k < q.size(); ++k) score += q[k] * key[k];
        p.push_back(std::exp(score));
        total += p.back();
      }
      for (std::size_t i = 0; i < values.size(); ++i) {
        for (std::size_t k = 0; k < q.size(); ++k) q[k] += p[i] / total * values[i][k];
      }
      const auto r = tables_.at("hop_" + std::to_string(hop) + "/weight");
      for (std::size_t i = 0; i < q.size(); ++i) {
        for (std::size_t k = 0; k < q.size(); ++k) next[i] += r[i * q.size() + k] * q[k];
      }
      q = next;
    }
    Vector result;
    for (std::size_t w = 1; w <= kSmallStories.words; ++w) {
      result.push_back(0);
      for (std::size_t k = 0; k < q.size(); ++k) result.back() += q[k] * row("answer/words", w)[k];
    }
    return result;
  }

 private:
  Vector row(const std::string& table, std::size_t id) const {
    const auto values = tables_.at(table).subspan((id - 1) * options_.width, options_.width);
    return {values.begin(), values.end()};
  }

  Vector aged(Vector v, const std::string& table, std::size_t age) const {
    if (!options_.time) return v;
    const double d = static_cast<double>(options_.width), last = longest() + 1;
    const bool weighted = options_.word_order == "position_released" &&
                          (table == "key/times" || options_.memories == "sentences");
    for (std::size_t k = 0; k < v.size(); ++k) {
      const double place = static_cast<double>(k + 1) - (d + 1) / 2;
      v[k] += row(table, age + 1)[k] * (weighted ? 1 + 4 * place * (last - (last + 1) / 2) / (d * last) : 1);
    }
    return v;
  }

  static double longest() { return static_cast<double>(kSmallStories.longest_sentence); }

  Vector bag(const std::vector<std::size_t>& ids, const std::string& order) const {
    const double d = static_cast<double>(options_.width), n = static_cast<double>(ids.size()),
                 last = longest() + 1;
    Vector result(options_.width, 0);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const double j = static_cast<double>(i + 1);
      for (std::size_t at = 0; at < result.size(); ++at) {
        const double k = static_cast<double>(at + 1);
        double weight = 1;
        if (order == "position") weight = (1 - j / n) - k / d * (1 - 2 * j / n);
        if (order == "position_released")
          weight = 1 + 4 * (k - (d + 1) / 2) * (j - (last + 1) / 2) / (d * last);
        result[at] += weight * row("embedding/words", ids[i])[at];
      }
    }
    return result;
  }

  const KvMemN2N::Options& options_;
  std::map<std::string, std::span<const Real>> tables_;
};

}  // namespace tapehead::testing
