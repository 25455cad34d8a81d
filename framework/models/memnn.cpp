#include "framework/models/memnn.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/nn/initializers.hpp"
#include "framework/tensor/error.hpp"
#include "framework/tensor/row_kernels.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr std::size_t kRecent = 3;  // facts found last that a candidate's time is compared with
constexpr std::size_t kTimes =
    kRecent + 1;                         // features of time: newer than each of those, older than the other
constexpr std::uint32_t kNothing = ~0U;  // m∅ among the candidates

bool contains(std::span<const std::uint32_t> list, std::size_t item) {
  return std::ranges::find(list, static_cast<std::uint32_t>(item)) != list.end();
}

}  // namespace

MemNN::MemNN(const TaskShape& task, const Options& options, std::uint64_t seed)
    : Model(task), options_(options), bag_(WordOrder::bag, 1, options.width) {
  expect_stories(task, "memnn");
  if (options.ngrams) {
    if (task.story.ngrams == nullptr) throw UsageError("model.ngrams: the task does not know its n-grams");
    ngrams_ = task.story.ngrams;
  }
  const Scope scope(parameters());
  output_ = add_embedding(scope / "output", 4 * sentence_features() + 1 + kTimes);
  response_ = add_embedding(scope / "response", task.story.words + 3 * sentence_features());
  parameters().complete(seed);
}

MemNN::Embedding MemNN::add_embedding(const Scope& scope, std::size_t features) const {
  const std::size_t n = options_.width;
  Embedding result{scope.add("features", {features, n}, initial::normal(options_.initial_deviation)), {}};
  if (options_.nonlinear)
    result.mixing = scope.add("weight", {n, n}, initial::normal(1 / std::sqrt(static_cast<double>(n))));
  return result;
}

Var MemNN::embed(Tape& tape, const Embedding& embedding, const FeatureRows& rows) const {
  const BagTable table{embedding.features, embedding.features};
  const Var sums = embed_bags(tape, {&table, 1}, 0, rows.bags(), bag_);
  if (!options_.nonlinear) return sums;
  return tanh(tape, matmul(tape, tanh(tape, sums), embedding.mixing));
}

// Features: of the candidate, the question, the fact found last, those before it; for O then m∅, and time.
std::uint32_t MemNN::write_query(FeatureRows& rows, const StoryFeatures& features, std::size_t b, Facts found,
                                 std::size_t of_candidate) const {
  const std::size_t each = sentence_features();
  rows.add(features.question(b), of_candidate);
  for (std::size_t k = 0; k < found.size(); ++k)
    rows.add(features.sentence(b, found[k]), of_candidate + (k + 1 == found.size() ? 1 : 2) * each);
  return rows.end_row();
}

std::uint32_t MemNN::write_candidate(FeatureRows& rows, const StoryFeatures& features, std::size_t b,
                                     std::size_t sentence, Facts found, bool older) const {
  rows.add(features.sentence(b, sentence), 0);
  const std::size_t times = 4 * sentence_features() + 1;
  for (std::size_t k = 0; k < std::min(kRecent, found.size()); ++k) {
    if (sentence > found[found.size() - 1 - k]) rows.add(times + k);
  }
  if (older) rows.add(times + kRecent);
  return rows.end_row();
}

std::uint32_t MemNN::write_nothing(FeatureRows& rows) const {
  rows.add(4 * sentence_features());
  return rows.end_row();
}

MemNN::FactLists MemNN::true_facts(Tape& tape, const StoryBatch& batch, const StoryFeatures& features) const {
  const std::size_t examples = batch.size(), hops = options_.hops,
                    columns = batch.supporting_facts.shape()[1];
  FactLists lists{tape.arena().array<std::uint32_t>(examples * hops),
                  tape.arena().array<std::uint32_t>(examples), hops};
  for (std::size_t b = 0; b < examples; ++b) {
    const std::size_t kept = features.sentences(b),
                      left = static_cast<std::size_t>(batch.story_lengths.data()[b]) - kept;
    std::uint32_t count = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(batch.supporting_counts.data()[b]) && count < hops;
         ++k) {
      const auto fact = static_cast<std::size_t>(batch.supporting_facts.data()[b * columns + k]);
      if (fact >= left) lists.facts[b * hops + count++] = static_cast<std::uint32_t>(fact - left);
    }
    while (!options_.adaptive && count > 0 && count < hops) {
      lists.facts[b * hops + count] = lists.facts[b * hops + count - 1];
      ++count;
    }
    lists.counts[b] = count;
  }
  return lists;
}

// A row for each question and hop, and for each candidate beside the true one.
Var MemNN::facts_loss(Tape& tape, const StoryFeatures& features, const FactLists& facts,
                      std::size_t examples) const {
  std::size_t most_rows = 0, most_features = 0, most_pairs = 0;
  for (std::size_t b = 0; b < examples; ++b) {
    const std::size_t hops = facts.counts[b] + 1, n = features.sentences(b);
    most_rows += hops * (n + 4);
    most_pairs += hops * (n + 1);
    most_features += hops * (features.question(b).size() + features.count(b) + 2 * features.most() +
                             (n + 4) * (kTimes + 1)) +
                     hops * hops * features.most();
  }
  FeatureRows rows(tape.arena(), most_rows, most_features);
  auto* const pairs = tape.arena().array<RankedPair>(most_pairs);
  std::size_t count = 0;
  for (std::size_t b = 0; b < examples; ++b) {
    const Facts all = facts.of(b);
    const bool stops = options_.adaptive && !all.empty() && all.size() < options_.hops;
    for (std::size_t hop = 0; hop < all.size() + (stops ? 1 : 0); ++hop) {
      const Facts found = all.first(hop);
      const std::uint32_t query = write_query(rows, features, b, found, sentence_features());
      const bool nothing = hop == all.size();
      // The right one as the newer and as the older one of two.
      std::array<std::uint32_t, 2> right{};
      if (nothing) {
        right.fill(write_nothing(rows));
      } else {
        for (const bool older : {false, true})
          right[older ? 1 : 0] = write_candidate(rows, features, b, all[hop], found, older);
        if (options_.adaptive) pairs[count++] = {query, right[0], write_nothing(rows)};
      }
      for (std::size_t i = 0; i < features.sentences(b); ++i) {
        if ((options_.adaptive && contains(found, i)) || (!nothing && all[hop] == i)) continue;
        const bool older = !nothing && i < all[hop];
        const std::uint32_t wrong = write_candidate(rows, features, b, i, found, older);
        pairs[count++] = {query, right[!nothing && !older ? 1 : 0], wrong};
      }
    }
  }
  if (count == 0) return tape.constant(std::array{Real(0)}, {});
  return ranking_loss(tape, embed(tape, output_, rows), {pairs, count}, static_cast<Real>(options_.margin));
}

Var MemNN::embed_answers(Tape& tape, const StoryFeatures& features, const FactLists& facts,
                         std::size_t examples) const {
  const std::size_t words = task().story.words;
  std::size_t most = words;
  for (std::size_t b = 0; b < examples; ++b)
    most += features.question(b).size() + facts.counts[b] * features.most();
  FeatureRows rows(tape.arena(), examples + words, most);
  for (std::size_t b = 0; b < examples; ++b) write_query(rows, features, b, facts.of(b), words);
  for (std::size_t w = 0; w < words; ++w) {
    rows.add(w);
    rows.end_row();
  }
  return embed(tape, response_, rows);
}

Var MemNN::answer_logits(Tape& tape, Var embedded, std::size_t examples) const {
  const std::size_t words = task().story.words, n = options_.width;
  const Var logits = tape.output({examples, words}, false);
  const Real* const rows = tape.data(embedded);
  for (std::size_t b = 0; b < examples; ++b) {
    for (std::size_t w = 0; w < words; ++w)
      tape.mutable_data(logits)[b * words + w] = dot_row(rows + b * n, rows + (examples + w) * n, n);
  }
  return logits;
}

MemNN::FactLists MemNN::find_facts(Tape& tape, const StoryFeatures& features, std::size_t examples) const {
  const std::size_t hops = options_.hops, n = options_.width;
  FactLists lists{tape.arena().array<std::uint32_t>(examples * hops),
                  tape.arena().array<std::uint32_t>(examples), hops};
  auto* const seeking = tape.arena().array<bool>(examples);
  std::size_t most_rows = 0, most_features = 0;
  for (std::size_t b = 0; b < examples; ++b) {
    lists.counts[b] = 0;
    seeking[b] = features.sentences(b) > 0;
    most_rows += 2 * features.sentences(b) + 2;
    most_features += features.question(b).size() + hops * features.most() + 2 * features.count(b) +
                     (2 * features.sentences(b) + 2) * (kTimes + 1);
  }
  for (std::size_t hop = 0; hop < hops && std::any_of(seeking, seeking + examples, [](bool s) { return s; });
       ++hop) {
    FeatureRows rows(tape.arena(), most_rows, most_features);
    for (std::size_t b = 0; b < examples; ++b) {
      if (!seeking[b]) continue;
      const Facts found = lists.of(b);
      write_query(rows, features, b, found, sentence_features());
      for (std::size_t i = 0; i < features.sentences(b); ++i) {
        for (const bool older : {false, true}) write_candidate(rows, features, b, i, found, older);
      }
      write_nothing(rows);
    }
    const Real* row = tape.data(embed(tape, output_, rows));
    for (std::size_t b = 0; b < examples; ++b) {
      if (!seeking[b]) continue;
      const Real* const query = row;
      const Real* const nothing = row + (2 * features.sentences(b) + 1) * n;
      const auto score = [&](std::uint32_t candidate, bool older) {
        return candidate == kNothing ? dot_row(query, nothing, n)
                                     : dot_row(query, query + (1 + 2 * candidate + (older ? 1 : 0)) * n, n);
      };
      std::optional<std::uint32_t> best;
      if (options_.adaptive) best = kNothing;
      for (std::uint32_t i = 0; i < features.sentences(b); ++i) {
        if (options_.adaptive && contains(lists.of(b), i)) continue;
        if (!best || score(i, false) > score(*best, true)) best = i;
      }
      row = nothing + n;
      seeking[b] = best && *best != kNothing;
      if (seeking[b]) lists.facts[b * hops + lists.counts[b]++] = *best;
    }
  }
  return lists;
}

Model::Scored MemNN::score_batch(Tape& tape, const Batch& batch, Recorder* recorder) const {
  const StoryBatch& story = stories("MemNN::score", batch);
  const std::size_t examples = story.size(), words = task().story.words;
  const StoryFeatures features(tape.arena(), story, task().story.statements, words, ngrams_.get());
  const FactLists facts = true_facts(tape, story, features);
  const Var answers = embed_answers(tape, features, facts, examples);
  auto* const pairs = tape.arena().array<RankedPair>(examples * words);
  std::size_t count = 0;
  for (std::uint32_t b = 0; b < examples; ++b) {
    const auto first = static_cast<std::uint32_t>(examples);
    if (story.answers(b) == 0) continue;  // no word
    const std::uint32_t right = first + static_cast<std::uint32_t>(story.answers(b) - 1);
    for (std::uint32_t w = first; w < first + words; ++w) {
      if (w != right) pairs[count++] = {b, right, w};
    }
  }
  const Var answer_loss = ranking_loss(tape, answers, {pairs, count}, static_cast<Real>(options_.margin));
  Scored result{add(tape, facts_loss(tape, features, facts, examples), answer_loss), {}, {}};
  result.logits = tape.recording() ? answer_logits(tape, answers, examples)
                                   : predict(tape, batch, Steps::scored, recorder).logits;
  const bool answerable = std::ranges::find(story.answers.storage(), 0) == story.answers.storage().end();
  result.score = {.loss = answerable ? static_cast<double>(tape.value(result.loss)[0])
                                     : std::numeric_limits<double>::infinity(),
                  .wrong = wrong_answers(tape, result.logits, story),
                  .examples = static_cast<double>(examples),
                  .judged = static_cast<double>(examples)};
  return result;
}

Prediction MemNN::predict(Tape& tape, const Batch& batch, Steps, Recorder* recorder) const {
  static constexpr std::size_t kOneStep[] = {0};
  const StoryBatch& story = stories("MemNN::predict", batch);
  const std::size_t examples = story.size(), places = task().story.statements;
  const StoryFeatures features(tape.arena(), story, places, task().story.words, ngrams_.get());
  const FactLists found = find_facts(tape, features, examples);
  const Var logits = answer_logits(tape, embed_answers(tape, features, found, examples), examples);
  if (recorder != nullptr) {
    const std::size_t columns = options_.hops * places;
    const Var attention = tape.output({examples, columns}, false);
    std::fill_n(tape.mutable_data(attention), examples * columns, Real(0));
    for (std::size_t b = 0; b < examples; ++b) {
      for (std::size_t hop = 0; hop < found.counts[b]; ++hop)
        tape.mutable_data(attention)[b * columns + hop * places + found.of(b)[hop]] = 1;
    }
    const std::array recordings = {record_columns(tape, "attention", "facts found", {"hop", "sentence"},
                                                  {options_.hops, places}, attention)};
    recorder->record(tape, 0, recordings);
  }
  return {logits, kOneStep};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
