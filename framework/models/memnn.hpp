// The memory network with supervised hops: it finds one supporting fact after the other, and then a word.
// Weston, Chopra and Bordes 2014, "Memory Networks", arXiv:1410.3916, section 3;
// Weston et al. 2015, "Towards AI-Complete Question Answering", arXiv:1502.05698, appendix A.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "framework/models/model.hpp"
#include "framework/models/story_features.hpp"
#include "framework/nn/ranking_loss.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// With question q and sentences m_i (equations of 2014, unless it says otherwise):
///   o_1 = argmax_i s_O(q, m_i), o_2 = argmax_i s_O([q, m_o1], m_i), …   Eqs. (2), (3)
///   answer = argmax_w s_R([q, m_o1, …, m_ok], w)                       Eq. (4)
///   s(x, y) = E(Φx(x)) · E(Φy(y)), E(Φ) = U Φ                            Eq. (5)
/// with one U for O and one for R. Φ has features of its own for a word of the candidate y, of the question, and of facts
/// found already. The variants of 2015, appendix A:
///   adaptive   a fact m∅, which is never told, can be found too, and then no further one is sought
///   ngrams     Φ has features for pairs and triples of words too, those of the training questions and their stories
///   nonlinear  E(Φ) = tanh(W tanh(U Φ))                                  Eq. (6) of 2015
///
/// Candidates are compared two by two, oldest first, and the better one goes on (section 3.4), because which of
/// the two is older counts: y beats y' if s(x, y, y') = E(x) · (E(y + Φt(x, y, y')) - E(y' + Φt(x, y', y))) > 0. Φt says of
/// y whether it is newer than each of the facts found last, three at most, and whether it is older than y'.
///
/// The loss, Eqs. (6)-(8), is a margin ranking loss of the true fact of each hop against all others, with the true
/// facts found before, and of the answer against all other words, with all true facts found. An adaptive net does not
/// find a fact twice. One that is not takes `hops` facts always; a question that has fewer repeats its last.
///
/// Departures from the papers
///  - Words of the fact found last and of those before it are different features: which of two places is the later one
///    (task 11) would not be known otherwise.
///  - Φt stands beside each of the two candidates, so that s(x, y, y') = -s(x, y', y); the paper has one Φt for both.
///  - All wrong facts and words are counted, not some drawn at random.
///  - An answer of several words is one word of the vocabulary; 2015 predicts one after the other.
class MemNN final : public Model {
 public:
  static constexpr Loss kLoss = Loss::ranking;

  struct Options {
    std::size_t hops = 10;
    std::size_t width = 50;
    bool adaptive = true;
    bool ngrams = false;
    bool nonlinear = false;
    double margin = 0.1;
    double initial_deviation = 0.1;

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "hops",
                .help = "facts found, at most if adaptive",
                .symbol = "k",
                .minimum = 1,
                .maximum = 1000},
        hops);
      f(Setting{.name = "width", .help = "width of embeddings", .symbol = "n", .minimum = 1, .maximum = 1e6},
        width);
      f(Setting{.name = "adaptive", .help = "the net decides after how many facts to stop", .symbol = "AM"},
        adaptive);
      f(Setting{.name = "ngrams", .help = "pairs and triples of words are features too", .symbol = "NG"},
        ngrams);
      f(Setting{.name = "nonlinear", .help = "embeddings go through two tanh and a matrix", .symbol = "NL"},
        nonlinear);
      f(Setting{.name = "margin",
                .help = "by which what is right is to score higher",
                .symbol = "γ",
                .minimum = 0},
        margin);
      f(Setting{.name = "initial_deviation",
                .help = "standard deviation of the starting values of U",
                .minimum = 0},
        initial_deviation);
    }
  };

  /// Throws UsageError unless the task has stories, and, with n-grams, knows them.
  MemNN(const TaskShape& task, const Options& options, std::uint64_t seed);

  /// Finds facts and scores words, with logits s_R [batch, word]; they are no logarithms of probabilities. One step.
  /// Records "attention" [hop, sentence], 1 where that hop found that sentence and else 0, oldest first.
  Prediction predict(Tape& tape, const Batch& batch, Steps steps, Recorder* recorder) const override;

 protected:
  /// While the tape records, `wrong` and `logits` are those of the true facts; else those of facts that were found.
  Scored score_batch(Tape& tape, const Batch& batch, Recorder* recorder) const override;

 private:
  // Features of the embeddings of O and of R: U, and W if there is one.
  struct Embedding {
    Var features, mixing;
  };
  // The facts of one example, as sentences of those kept: found ones, or those that are to be found.
  using Facts = std::span<const std::uint32_t>;
  // The memory of lists of facts; `count` of each example.
  struct FactLists {
    std::uint32_t* facts;   // [batch, hops]
    std::uint32_t* counts;  // [batch]
    std::size_t hops;
    Facts of(std::size_t b) const { return {facts + b * hops, counts[b]}; }
  };

  Embedding add_embedding(const Scope& scope, std::size_t features) const;
  Var embed(Tape& tape, const Embedding& embedding, const FeatureRows& rows) const;
  std::size_t sentence_features() const { return task().story.words + (ngrams_ ? ngrams_->size() : 0); }

  FactLists true_facts(Tape& tape, const StoryBatch& batch, const StoryFeatures& features) const;
  FactLists find_facts(Tape& tape, const StoryFeatures& features, std::size_t examples) const;
  Var facts_loss(Tape& tape, const StoryFeatures& features, const FactLists& facts,
                 std::size_t examples) const;
  // Embeddings of what is asked and found [examples] and of the words [words], under each other.
  Var embed_answers(Tape& tape, const StoryFeatures& features, const FactLists& facts,
                    std::size_t examples) const;
  Var answer_logits(Tape& tape, Var embedded, std::size_t examples) const;

  // `of_candidate`: how many features there are of candidates, before the query's.
  std::uint32_t write_query(FeatureRows& rows, const StoryFeatures& features, std::size_t b, Facts found,
                            std::size_t of_candidate) const;
  std::uint32_t write_candidate(FeatureRows& rows, const StoryFeatures& features, std::size_t b,
                                std::size_t sentence, Facts found, bool older) const;
  std::uint32_t write_nothing(FeatureRows& rows) const;

  Options options_;
  std::shared_ptr<const NgramIndex> ngrams_;  // nullptr: words alone
  PositionWeights bag_;
  Embedding output_, response_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
